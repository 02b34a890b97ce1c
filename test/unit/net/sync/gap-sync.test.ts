import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createBlocksInFlight } from '../../../../main/net/sync/blocks-in-flight.ts';
import { createGapSync } from '../../../../main/net/sync/gap-sync.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import { FRAME, MAX_BLOCKS_PER_REQUEST } from '../../../../main/net/protocol/frame-types.ts';
import type { Frame } from '../../../../main/net/protocol/frames.ts';
import type { Chain } from '../../../../main/chain/chain.ts';
import type { Block } from '../../../../main/core/primitives/block.ts';
import { extend, newDirectory, openTestChain, silent } from '../../../support/chain/test-chain.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const BLOCKS = 12;
const LOST = [2, 3, 4, 5, 6, 7];

/** A chain that lost some bodies, and peers that serve what the test says. */
async function world(lost: readonly number[] = LOST) {
  const directory = newDirectory();
  const options = { directory, segmentBytes: 1 };
  const first = await openTestChain(options);
  const blocks: Block[] = [];
  for (let i = 0; i < BLOCKS; i++) blocks.push(await extend(first));
  await first.close();
  for (const height of lost) rmSync(join(directory, 'blocks', `${String(height).padStart(6, '0')}.seg`));
  const chain = await openTestChain(options);
  const clock = turnedClock();
  const peers: Peer[] = [];
  const asked: { peer: string; heights: number[] }[] = [];
  const reports: { peer: string; code: string }[] = [];
  let busy = false;

  const add = (id: string, serves: { from?: number; has?: (height: number) => boolean } = {}) => {
    const { from = 0, has = () => true } = serves;
    const call = async (request: CallOf<Peer>) => {
      const ids: string[] = [];
      for (let at = 1; at < request.body.length; at += 32)
        ids.push(Buffer.from(request.body.subarray(at, at + 32)).toString('hex'));
      const wanted = ids.map((each) => blocks.find(({ header }) => header.idHex === each)!);
      asked.push({ peer: id, heights: wanted.map(({ header }) => header.height) });
      for (const { header, bytes } of wanted) {
        const frame: Frame = has(header.height)
          ? { type: FRAME.block.type, id: 0, body: bytes }
          : { type: FRAME.absent.type, id: 0, body: header.id };
        const broken = request.onReply!(frame);
        if (broken) reports.push({ peer: id, code: broken.code });
      }
    };
    const tip = { id: blocks.at(-1)!.header.id, height: BLOCKS, work: chain.tip().work };
    peers.push({ id, hello: { servesFrom: from }, tip, sync: { call } } as unknown as Peer);
  };
  let storing = 0;
  const submitBlock: Chain['submitBlock'] = async (block) => {
    storing++;
    return chain.submitBlock(block).finally(() => storing--);
  };
  const sync = createGapSync({
    chain,
    inFlight: createBlocksInFlight({ chain: { submitBlock }, clock, log: silent }),
    peers: { list: () => peers, report: (peer, { code }) => void reports.push({ peer, code }) },
    sources: { claims: () => true },
    busy: () => busy,
    clock,
    log: silent,
  });
  const settle = async () => {
    for (let quiet = 0; quiet < 3; quiet = storing === 0 ? quiet + 1 : 0) await new Promise(setImmediate);
  };
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      clock.pass(1000);
      sync.check();
      await settle();
    }
  };
  const heights = () => chain.gaps(100, () => true).map(({ height }) => height);
  const codes = () => sync.notices().map(({ code }) => code);
  const setBusy = (is: boolean) => void (busy = is);
  return { chain, sync, add, pass, asked, reports, heights, codes, setBusy, peers, blocks };
}

type CallOf<P extends { sync: { call(request: never): unknown } }> = Parameters<P['sync']['call']>[0];

describe('bodies of the active chain that were lost', () => {
  test('are downloaded from a peer that serves them, a few at a time', async () => {
    const { chain, add, pass, asked, heights, codes } = await world();
    add('archive');
    await pass(2);
    expect(heights()).toEqual([]);
    expect(chain.lowestServedHeight()).toBe(1);
    expect(asked.flatMap((each) => each.heights)).toEqual(LOST);
    expect(Math.max(...asked.map((each) => each.heights.length))).toBeLessThan(MAX_BLOCKS_PER_REQUEST);
    expect(codes()).toEqual([]);
    await chain.close();
  });

  test('are requested one at a time during the sync', async () => {
    const { chain, add, pass, asked, setBusy } = await world();
    setBusy(true);
    add('archive');
    await pass(1);
    expect(asked[0]?.heights).toEqual([2]);
    await chain.close();
  });

  test('are not requested from a pruned peer that has none of them, and the user gets a notice', async () => {
    const { chain, sync, add, pass, asked, codes, reports } = await world();
    add('pruned', { from: 8 });
    await pass(20);
    expect(codes()).toEqual([]);
    await pass(20);
    expect(asked).toEqual([]);
    expect(sync.notices()).toEqual([
      {
        code: 'history-incomplete',
        message:
          '6 blocks from height 2 to 7 are missing on this computer, and no connected peer has delivered them. This node serves blocks from height 8 on, like a pruned node, and continues to search for the missing ones.',
      },
    ]);
    expect(chain.lowestServedHeight()).toBe(8);
    expect(reports).toEqual([]);
    add('archive');
    await pass(15);
    expect([codes(), chain.lowestServedHeight()]).toEqual([[], 1]);
    await chain.close();
  });

  test('of which a peer has only some are accepted from it, without a penalty for the rest', async () => {
    const { chain, add, pass, heights, asked, reports } = await world();
    add('partial', { has: (height) => height % 2 === 0 });
    await pass(60);
    expect(heights()).toEqual([3, 5, 7]);
    // Not asked again and again for what it declined.
    expect(asked.flatMap((each) => each.heights).filter((height) => height === 3)).toHaveLength(1);
    expect(reports).toEqual([]);
    await pass(600);
    expect(asked.flatMap((each) => each.heights).filter((height) => height === 3)).toHaveLength(2);
    await chain.close();
  });

  test('do not delay the wallets after ten minutes without a peer that has them, but are still accepted', async () => {
    const { chain, add, pass, peers, heights } = await world([2]);
    const id = chain.atHeight(2)!.id;
    await pass(700);
    expect(chain.isBodyRequested(id)).toBe(true);
    add('pruned', { from: 8 });
    await pass(650);
    expect(chain.isBodyRequested(id)).toBe(false);
    peers.length = 0;
    add('archive');
    await pass(12);
    expect(heights()).toEqual([]);
    expect(chain.hasBody(id)).toBe(true);
    await chain.close();
  });
});
