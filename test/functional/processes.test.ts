import { describe, expect, test } from 'vitest';
import type { NodeProcess } from '../support/nodes/node-process.ts';
import { startTestProcess } from '../support/stop-after-test.ts';
import { until } from '../support/until.ts';

/** Two whole nodes in processes of their own, driven through the contract. */
const PASSWORD = 'correct horse battery staple';
async function walletOn(node: NodeProcess): Promise<string> {
  await node.call.wallet.create({ name: 'w', password: PASSWORD });
  return (await node.call.wallet.address({ name: 'w' })).address;
}
const tipOf = async (node: NodeProcess) => (await node.call.chain.tip()).id;
const same = (a: NodeProcess, b: NodeProcess) => async () => (await tipOf(a)) === (await tipOf(b));
const without = (address: string) => address.replace(/\/p2p\/.*/, '');

describe('two node processes', () => {
  test('sync, pay each other and mine the payment', async () => {
    const a = await startTestProcess();
    const address = await walletOn(a);
    await a.call.mining.generate({ address, blocks: 20 });
    const b = await startTestProcess({ bootstrap: a.addresses });
    const theirs = await walletOn(b);
    await until(same(a, b), 'synced');
    const { txid } = await a.call.wallet.send({
      name: 'w',
      password: PASSWORD,
      to: [{ address: theirs, amount: 150_000_000 }],
    });
    // Its peer may not have fetched it yet, but one is connected.
    expect((await a.call.wallet.history({ name: 'w', limit: 1 }))[0]).toMatchObject({ txid, state: 'sent' });
    await until(
      async () => (await b.call.wallet.balance({ name: 'w' })).pending === 150_000_000,
      'seen pending',
    );
    // The other node has the payment from its peer, and waits for none.
    const { keys } = await a.call.wallet.exportKeys({ name: 'w' });
    await b.call.wallet.createWatchOnly({ name: 'watched', keys });
    expect((await b.call.wallet.history({ name: 'watched', limit: 1 }))[0]).toMatchObject({
      ...{ txid, kind: 'sent', state: 'sent', seenBy: null, ofPeers: null },
    });
    const [sent] = await a.call.wallet.history({ name: 'w', limit: 1 });
    expect(sent).toMatchObject({ txid, seenBy: 1, ofPeers: 1 });
    const spread = await a.call.wallet.propagation({ name: 'w', txid });
    expect(spread).toMatchObject({ seenBy: 1, ofPeers: 1, points: [{ peers: 1 }] });
    expect([spread.fetched + spread.announced, spread.halfAfter]).toEqual([1, spread.firstAfter]);
    // The other one mines it.
    await b.call.mining.generate({ address: theirs, blocks: 1 });
    await until(same(a, b), 'mined');
    expect((await b.call.wallet.balance({ name: 'w' })).confirmed).toBe(150_000_000);
    const { confirmations } = await a.call.chain.transaction({ txid });
    expect(confirmations).toBe(1);
    // A peer tells its tip a moment after it announced the block.
    const peer = await until(
      async () => (await a.call.peers.list()).find(({ height }) => height === 21),
      'told',
    );
    expect(peer).toMatchObject({ id: b.peerId, direction: 'inbound' });
    expect(await b.stop()).toBe(0);
    expect(await a.stop()).toBe(0);
  });

  test('a node that is killed during a sync continues after a restart with its wallet and its peers', async () => {
    const a = await startTestProcess();
    const address = await walletOn(a);
    let b = await startTestProcess({ bootstrap: a.addresses });
    await walletOn(b);
    const { datadir } = b;
    for (let round = 0; round < 3; round++) {
      // It dies while blocks come in.
      const mining = a.call.mining.generate({ address, blocks: 40 });
      await until(async () => (await b.call.chain.tip()).height > 40 * round + 5, 'blocks come in');
      await b.kill();
      await mining;
      // No bootstrap this time: it remembers whom it knew.
      b = await startTestProcess({ datadir });
      await until(same(a, b), 'caught up again');
      expect(await b.call.wallet.list()).toMatchObject([{ name: 'w' }]);
    }
    expect((await b.call.chain.tip()).height).toBe(120);
    expect((await b.call.chain.stats()).setHash).toBe((await a.call.chain.stats()).setHash);
  });

  test('a node reconnects to a peer that restarts at the same address', async () => {
    const a = await startTestProcess();
    const b = await startTestProcess({ bootstrap: a.addresses });
    await until(async () => (await b.call.node.status()).peers === 1, 'connected');
    await a.kill();
    await until(async () => (await b.call.node.status()).peers === 0, 'noticed');
    const again = await startTestProcess({ datadir: a.datadir, listen: [without(a.addresses[0]!)] });
    expect(again.peerId).toBe(a.peerId);
    await until(async () => (await b.call.node.status()).peers === 1, 'connected again');
  });
});
