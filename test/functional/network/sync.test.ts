import { describe, expect, test, vi } from 'vitest';
import { LOCAL_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { coinbaseOf, pay, testKey } from '../../support/chain/test-chain.ts';
import { startNode, type TestNode } from '../../support/nodes/test-node.ts';
import { startTestNode } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

/** Real nodes over real sockets on loopback, in this process. */
const tipsEqual = (nodes: readonly TestNode[]) => () =>
  nodes.every((node) => node.chain.tip().id === nodes[0]!.chain.tip().id);

describe('syncing', () => {
  test('a new node syncs with two peers and reports its progress', async () => {
    const first = await startTestNode();
    await first.mine(120);
    const second = await startTestNode({ bootstrap: [first.address] });
    await until(tipsEqual([first, second]), 'the second node syncs');
    const third = await startTestNode({ bootstrap: [first.address, second.address] });
    await until(tipsEqual([first, third]), 'the third node syncs');
    expect(third.net.status()).toMatchObject({
      phase: 'synced',
      height: 120,
      headers: 120,
      progress: 1,
      peers: 2,
    });
    expect(third.net.peers.list()).toEqual(
      [1, 2].map(() =>
        expect.objectContaining({
          direction: 'outbound',
          bytesIn: expect.toSatisfy((bytes: number) => bytes > 0),
        }),
      ),
    );
  });

  test('a node downloads bodies from more than one peer', async () => {
    const first = await startTestNode();
    await first.mine(600);
    const second = await startTestNode({ bootstrap: [first.address] });
    await until(tipsEqual([first, second]), 'the second node syncs');
    // What each of them reads from its disk from now on it reads for the third.
    const served = [first, second].map(({ chain }) => vi.spyOn(chain, 'readBlock'));
    const third = await startTestNode({ bootstrap: [first.address, second.address] });
    await until(tipsEqual([first, third]), 'the third node syncs');
    const [one, other] = served.map(({ mock }) => new Set(mock.calls.map(([id]) => id)).size);
    expect(one! + other!).toBeGreaterThanOrEqual(600);
    expect(Math.min(one!, other!)).toBeGreaterThan(0);
  });

  test('a node continues its sync after a restart', async () => {
    const first = await startTestNode();
    await first.mine(40);
    const second = await startTestNode({ bootstrap: [first.address] });
    await until(tipsEqual([first, second]), 'synced');
    await second.stop();
    await first.mine(30);
    const again = await startTestNode({ bootstrap: [first.address], directory: second.directory });
    expect(again.net.peerId).toBe(second.net.peerId);
    expect(again.chain.tip().height).toBe(40);
    await until(tipsEqual([first, again]), 'caught up');
  });

  test('a node on a chain with less work reorganises to the chain with more work', async () => {
    const [a, b] = [await startTestNode(), await startTestNode()];
    await a.mine(12);
    await b.mine(20, { payTo: testKey(2).lock });
    await b.net.peers.add(a.address);
    await until(tipsEqual([a, b]), 'one chain');
    expect(a.chain.tip().height).toBe(20);
  });

  test('a node continues its sync with another peer when the first disconnects', async () => {
    const first = await startTestNode();
    await first.mine(200);
    const second = await startTestNode({ bootstrap: [first.address] });
    await until(tipsEqual([first, second]), 'synced');
    const third = await startTestNode({ bootstrap: [first.address, second.address] });
    await until(() => third.chain.tip().height > 5, 'the third began', { every: 1 });
    await first.stop();
    await until(tipsEqual([second, third]), 'the third has all');
  });
});

describe('relaying', () => {
  test('a block mined by any node reaches all nodes in a row of three', async () => {
    const first = await startTestNode();
    const second = await startTestNode({ bootstrap: [first.address] });
    const third = await startTestNode({ bootstrap: [second.address] });
    await until(() => third.net.status().peers === 1 && first.net.status().peers === 1, 'connected');
    for (const node of [first, third, second]) {
      await node.mine(2);
      await until(tipsEqual([first, second, third]), 'the block is everywhere');
    }
    expect(first.chain.tip().height).toBe(6);
  });

  test('a block too large for its announcement is downloaded', async () => {
    const first = await startTestNode();
    const [funding] = await first.mine(10);
    const second = await startTestNode({ bootstrap: [first.address] });
    await until(tipsEqual([first, second]), 'synced');
    const outputs = Array.from({ length: 100 }, () => ({ amount: 1_000_000, lock: testKey(3).lock }));
    const split = pay(first.chain, [coinbaseOf(funding!)], testKey(1).secret, outputs);
    const [block] = await first.mine(1, { transactions: [split] });
    expect(block!.bytes.length).toBeGreaterThan(2048);
    await until(tipsEqual([first, second]), 'the large block arrives');
  });

  test('a payment reaches every mempool, and its sender learns how many peers have it', async () => {
    const told: string[] = [];
    const first = await startTestNode({ onSeen: (txid) => told.push(`${txid} ${first.net.seenBy(txid)}`) });
    const [funding] = await first.mine(10);
    const others = [await startTestNode({ bootstrap: [first.address] })];
    others.push(await startTestNode({ bootstrap: [first.address, others[0]!.address] }));
    others.push(await startTestNode({ bootstrap: [others[1]!.address] }));
    const all = [first, ...others];
    await until(tipsEqual(all), 'synced');
    const tx = pay(first.chain, [coinbaseOf(funding!)], testKey(1).secret, [
      { amount: 1_999_990_000, lock: testKey(2).lock },
    ]);
    await first.mempool.submit(tx);
    await until(() => all.every((node) => node.mempool.has(tx.txidHex)), 'in every mempool');
    await until(() => first.net.seenBy(tx.txidHex) === 2, 'both of its peers have it');
    expect(told).toEqual([`${tx.txidHex} 1`, `${tx.txidHex} 2`]);
    expect(others[0]!.net.seenBy(tx.txidHex)).toBeNull();
    await others[2]!.mine(1, { transactions: [tx], fees: 10_000 });
    await until(() => all.every((node) => !node.mempool.has(tx.txidHex)), 'mined everywhere');
  });

  test('a child that arrives before its parent is accepted after the parent is requested', async () => {
    const [a, b] = [await startTestNode(), await startTestNode()];
    const [funding] = await a.mine(10);
    const key = testKey(1);
    const parent = pay(a.chain, [coinbaseOf(funding!)], key.secret, [
      { amount: 1_999_990_000, lock: key.lock },
    ]);
    const output = { ...parent.outputs[0]!, height: 0, coinbase: false };
    const child = pay(a.chain, [{ outpoint: { txid: parent.txid, index: 0 }, coin: output }], key.secret, [
      { amount: 1_999_900_000, lock: testKey(2).lock },
    ]);
    await b.net.peers.add(a.address);
    await until(tipsEqual([a, b]), 'synced');
    // b asks for both by wid; the newest is named first, so the child arrives before its parent.
    await a.mempool.submit(parent);
    await a.mempool.submit(child);
    await until(() => b.mempool.has(child.txidHex), 'the child is in');
    expect(b.mempool.has(parent.txidHex)).toBe(true);
  });

  test('a node that connects later gets the transactions in the mempool', async () => {
    const first = await startTestNode();
    const [funding] = await first.mine(10);
    const tx = pay(first.chain, [coinbaseOf(funding!)], testKey(1).secret, [
      { amount: 1_999_990_000, lock: testKey(2).lock },
    ]);
    await first.mempool.submit(tx);
    const late = await startTestNode({ bootstrap: [first.address] });
    await until(() => late.mempool.has(tx.txidHex), 'the late node has it');
  });
});

describe('connecting and banning', () => {
  test('a peer of another network is disconnected and not banned', async () => {
    const regtest = await startTestNode();
    const local = await startTestNode({ network: LOCAL_NETWORK });
    await expect(local.net.peers.add(regtest.address)).rejects.toMatchObject({ code: 'peer-other-network' });
    await until(() => regtest.net.status().strangers === 1, 'the other side noticed, too');
    expect(local.net.status().strangers).toBe(1);
    for (const node of [regtest, local]) {
      expect(node.net.peers.list()).toEqual([]);
      expect(node.net.peers.bans()).toEqual([]);
    }
  });

  test('a node does not connect to itself', async () => {
    const node = await startTestNode();
    await expect(node.net.peers.add(node.address)).rejects.toMatchObject({ code: 'peer-self' });
  });

  test.each([
    ['nonsense', 'address-invalid'],
    ['/ip4/127.0.0.1/tcp/1', 'dial-failed'],
  ])('adding the peer %s fails with the code %s', async (address, code) => {
    const node = await startTestNode();
    await expect(node.net.peers.add(address)).rejects.toMatchObject({ code });
  });

  test('a node that listens on a port in use fails with a code', async () => {
    const node = await startTestNode();
    const listen = [node.address.replace(/\/p2p\/.*/, '')];
    await expect(startNode({ listen })).rejects.toMatchObject({ code: 'listen-in-use' });
  });

  test('a banned peer is disconnected and refused after a restart, and connects again after the ban is lifted', async () => {
    const [a, b] = [await startTestNode(), await startTestNode()];
    await b.net.peers.add(a.address);
    await until(() => a.net.peers.list().length === 1, 'connected');
    await a.net.peers.ban({ id: b.net.peerId, reason: 'Too loud.' });
    await until(() => b.net.peers.list().length === 0, 'gone');
    expect(a.net.peers.bans()).toMatchObject([{ id: b.net.peerId, code: 'manual', reason: 'Too loud.' }]);
    await a.stop();
    const again = await startTestNode({
      directory: a.directory,
      listen: [a.address.replace(/\/p2p\/.*/, '')],
    });
    await expect(b.net.peers.add(again.address)).rejects.toMatchObject({
      code: expect.stringMatching(/dial-failed|peer-gone/),
    });
    await again.net.peers.unban({ id: b.net.peerId });
    await b.net.peers.add(again.address);
    expect(again.net.peers.bans()).toEqual([]);
  });
});
