import { describe, expect, onTestFinished, test } from 'vitest';
import { createBlock } from '../../../../main/core/primitives/block.ts';
import { createBlockAdmission } from '../../../../main/net/relay/block-admission.ts';
import { extend, mineOn, openTestChain, parentOf, tipOf } from '../../../support/chain/test-chain.ts';
import { turnedClock } from '../../../support/test-clock.ts';

async function admitting(minimumWork = 0n) {
  const chain = await openTestChain();
  onTestFinished(() => chain.close());
  const reports: string[] = [];
  const orphansOf: string[] = [];
  const clock = turnedClock();
  const admission = createBlockAdmission({
    chain,
    peers: { report: (peer, { code }) => void reports.push(`${peer}: ${code}`) },
    minimumWork: () => minimumWork,
    unknownParent: (peer) => void orphansOf.push(peer),
    clock,
  });
  const block = mineOn(chain, tipOf(chain));
  return { chain, clock, admission, block, reports, orphansOf };
}

describe('an announced or pushed block', () => {
  test('is new once, and known afterwards', async () => {
    const { admission, block } = await admitting();
    expect(admission.isAnnounced(block.header.idHex)).toBe(false);
    expect(await admission.admit('a', block.header, null)).toEqual({ kind: 'new', block: null });
    expect(admission.isAnnounced(block.header.idHex)).toBe(true);
    expect(await admission.admit('b', block.header, null)).toEqual({ kind: 'known', block: null });
  });

  test('is new once, although two peers send it at the same time', async () => {
    const { admission, block } = await admitting();
    const both = ['a', 'b'].map((peer) => admission.admit(peer, block.header, block.bytes));
    expect((await Promise.all(both)).map(({ kind }) => kind).toSorted()).toEqual(['known', 'new']);
  });

  test('is returned decoded and matched with its header when its body came with it', async () => {
    const { admission, block, chain } = await admitting();
    const admitted = await admission.admit('a', block.header, block.bytes);
    if (admitted.kind !== 'new' || admitted.block === null) throw new Error(admitted.kind);
    expect(admitted.block.header.idHex).toBe(block.header.idHex);
    expect(await chain.submitBlock(admitted.block)).toMatchObject({ status: 'connected' });
  });

  test('with a body that is not its own counts against the sender, and the right one is new', async () => {
    const { admission, block, chain, reports } = await admitting();
    const other = mineOn(chain, tipOf(chain), { fees: 1 });
    const wrong = createBlock(block.header, other.transactions);
    expect(await admission.admit('liar', block.header, wrong.bytes)).toEqual({ kind: 'wrong' });
    expect(reports).toEqual(['liar: block-merkle']);
    expect(await admission.admit('honest', block.header, block.bytes)).toMatchObject({ kind: 'new' });
  });

  test('that is announced by this node is known when a peer sends it', async () => {
    const { admission, chain } = await admitting();
    const block = await extend(chain);
    admission.announce(block.header.idHex);
    expect(await admission.admit('a', block.header, null)).toMatchObject({ kind: 'known' });
  });

  test('with an unknown parent is dropped, and the headers before it are requested', async () => {
    const { admission, block, chain, orphansOf } = await admitting();
    const child = mineOn(chain, parentOf(block));
    expect(await admission.admit('a', child.header, null)).toEqual({ kind: 'dropped' });
    expect(orphansOf).toEqual(['a']);
  });

  test('of a chain with too little work is dropped without a check of its proof of work', async () => {
    const { admission, block, chain, reports } = await admitting(1n << 200n);
    expect(await admission.admit('a', block.header, null)).toEqual({ kind: 'dropped' });
    expect([chain.bestHeader().height, reports]).toEqual([0, []]);
  });

  test('of a peer that sends thousands at once is dropped, and counts against it alone', async () => {
    const { admission, block, reports } = await admitting();
    await admission.admit('flood', block.header, null);
    for (let i = 1; i < 2000; i++) await admission.admit('flood', block.header, null);
    expect(reports).toEqual([]);
    expect(await admission.admit('flood', block.header, null)).toEqual({ kind: 'dropped' });
    expect(reports).toEqual(['flood: gossip-flood']);
    expect(await admission.admit('other', block.header, null)).toMatchObject({ kind: 'known' });
    admission.forget('flood');
    expect(await admission.admit('flood', block.header, null)).toMatchObject({ kind: 'known' });
  });
});
