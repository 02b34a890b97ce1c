import { describe, expect, test } from 'vitest';
import { createBlock } from '../../main/core/primitives/block.ts';
import { createHeader } from '../../main/core/primitives/header.ts';
import { hasWork, nextBlock, PAYEE } from '../hostile/support/blocks.ts';
import { meet, newSource } from '../hostile/support/stranger.ts';
import { startAcceptor } from '../support/acceptor.ts';
import type { NodeProcess } from '../support/nodes/node-process.ts';
import { startTestProcess, stopAfterTest } from '../support/stop-after-test.ts';
import { until } from '../support/until.ts';

const warning = async (node: NodeProcess, code: string) =>
  (await node.call.node.status()).warnings.find((each) => each.code === code);
const sameTip = (a: NodeProcess, b: NodeProcess) => async () =>
  (await a.call.chain.tip()).id === (await b.call.chain.tip()).id;

/** Mines one block whose version signals a bit that this software knows nothing of. */
async function mineSignalling(node: NodeProcess, bit: number): Promise<void> {
  const { header, transactions } = await nextBlock(node);
  const version = (header.version | (1 << bit)) >>> 0;
  for (let nonce = 0; ; nonce++) {
    const signalling = createHeader({ ...header, version, nonce });
    if (!hasWork(signalling)) continue;
    const block = createBlock(signalling, transactions);
    const hex = Buffer.from(block.bytes).toString('hex');
    expect((await node.call.chain.submit({ hex })).status).toBe('connected');
    return;
  }
}

describe('upgrades', () => {
  test('a known upgrade passes through all its states without a warning', async () => {
    const a = await startTestProcess();
    const b = await startTestProcess({ bootstrap: a.addresses });
    const states: string[] = [];
    for (let height = 0; height < 120; height += 20) {
      const { upgrades, unknown } = await a.call.chain.upgrades();
      states.push(upgrades[0]!.state);
      expect(unknown).toEqual([]);
      await a.call.mining.generate({ address: PAYEE, blocks: 20 });
      expect(await warning(a, 'upgrade-unknown')).toBeUndefined();
    }
    expect(states).toEqual(['defined', 'started', 'locked-in', 'locked-in', 'active', 'active']);
    await until(sameTip(a, b), 'in sync');
    expect(await b.call.chain.upgrades()).toMatchObject({
      period: 20,
      threshold: 18,
      window: 20,
      upgrades: [{ name: 'policy-lock', bit: 0, state: 'active', activeAt: 80 }],
      unknown: [],
    });
  });

  test('every node warns while most blocks signal an unknown upgrade, and keeps working', async () => {
    const a = await startTestProcess();
    const b = await startTestProcess({ bootstrap: a.addresses });
    await a.call.mining.generate({ address: PAYEE, blocks: 30 });
    await until(sameTip(a, b), 'in sync');
    for (let i = 0; i < 10; i++) await mineSignalling(a, 7);
    expect(await warning(a, 'upgrade-unknown')).toBeUndefined();
    await mineSignalling(a, 7);
    await until(sameTip(a, b), 'in sync');
    for (const node of [a, b]) {
      const said = await warning(node, 'upgrade-unknown');
      expect(said?.message).toContain('an upgrade that this version of Kith does not know');
      expect(said?.message).toContain('11 of the newest 20 blocks');
      expect((await node.call.node.status()).sentence).toContain('Miners signal an upgrade');
      expect((await node.call.chain.upgrades()).unknown).toEqual([{ bit: 7, recent: 11 }]);
    }
    // Nothing acts: blocks go on, and when they no longer signal it the warning goes.
    await b.call.mining.generate({ address: PAYEE, blocks: 12 });
    await until(sameTip(a, b), 'in sync');
    expect(await warning(a, 'upgrade-unknown')).toBeUndefined();
  });

  test('a node whose outbound peers are newer says in its own words that it is old', async () => {
    const words = 'KITH-IS-BROKEN get http://evil.example';
    const newer = [];
    for (const n of [1, 2, 3]) {
      const peer = stopAfterTest(await startAcceptor(`127.63.0.${n}`, { versionMax: 2, software: words }));
      newer.push(peer.address);
    }
    const node = await startTestProcess({ bootstrap: newer });
    const said = await until(() => warning(node, 'version-old'), 'it is told');
    expect(said.message).toContain('This version of Kith is old');
    expect(JSON.stringify(await node.call.node.status())).not.toContain('evil');
  });

  test('the versions that inbound peers claim cause no warning', async () => {
    const node = await startTestProcess();
    for (let n = 0; n < 5; n++) {
      const peer = stopAfterTest(await meet(node.addresses[0]!, { from: newSource() }));
      expect(await peer.greet({ versionMax: 9, software: 'kith/9.9.9' })).not.toBeNull();
    }
    for (let n = 0; n < 5; n++) {
      const peer = stopAfterTest(await meet(node.addresses[0]!, { from: newSource() }));
      expect(await peer.greet({ versionMin: 9, versionMax: 9 })).toBeNull();
    }
    await until(async () => (await node.call.peers.list()).length === 5, 'all who can be are peers');
    expect(await warning(node, 'version-old')).toBeUndefined();
  });
});
