import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Block } from '../../../main/core/primitives/block.ts';
import type { Transaction } from '../../../main/core/primitives/transaction.ts';
import { compactOf } from '../../../main/net/protocol/compact-block.ts';
import { REQUEST } from '../../../main/net/protocol/requests.ts';
import { encodePushed } from '../../../main/net/protocol/push-messages.ts';
import { coinbaseOf, mineOn, pay, testKey, tipOf } from '../../support/chain/test-chain.ts';
import type { TestNode } from '../../support/nodes/test-node.ts';
import { startTestNode, startTestPeer } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

const same = (nodes: readonly TestNode[]) => () =>
  nodes.every((node) => node.chain.tip().id === nodes[0]!.chain.tip().id);

/** Three in a row, with payments of matured coinbases ready to be made. */
async function row(): Promise<{ nodes: TestNode[]; payments: Transaction[] }> {
  const first = await startTestNode();
  const mined = await first.mine(100);
  const second = await startTestNode({ bootstrap: [first.address] });
  const third = await startTestNode({ bootstrap: [second.address] });
  const nodes = [first, second, third];
  await until(same(nodes), 'synced');
  // The router's mesh forms at its heartbeat: until then news comes with the tips, which are told half a second later.
  const travels = async (from: TestNode): Promise<boolean> => {
    await new Promise((resolve) => setTimeout(resolve, 600));
    const mined = performance.now();
    await from.mine(1);
    await until(same(nodes), 'a small block is everywhere', { every: 5 });
    return performance.now() - mined < 450;
  };
  const bothWays = async () => (await travels(first)) && (await travels(third));
  await until(bothWays, 'the mesh has formed');
  // The tips of those blocks are told within half a second: one that names the next block would make it come whole.
  await new Promise((resolve) => setTimeout(resolve, 700));
  const usable = mined.slice(0, 90);
  return { nodes, payments: usable.map((block) => payment(first, block)) };
}

const payment = (node: TestNode, block: Block): Transaction =>
  pay(node.chain, [coinbaseOf(block)], testKey(1).secret, [{ amount: 1_999_990_000, lock: testKey(2).lock }]);

const everywhere = (nodes: readonly TestNode[], payments: readonly Transaction[]) => () =>
  nodes.every((node) => payments.every((tx) => node.mempool.has(tx.txidHex)));

describe('compact blocks', () => {
  test('every node on the way reconstructs a block of known transactions without a round trip', async () => {
    const { nodes, payments } = await row();
    for (const tx of payments) await nodes[0]!.mempool.submit(tx);
    await until(everywhere(nodes, payments), 'in every mempool');
    await nodes[0]!.mine(1, { transactions: payments, fees: 10_000 * payments.length });
    await until(same(nodes), 'the block is everywhere');
    for (const node of nodes.slice(1))
      expect(node.net.status().compact).toMatchObject({ whole: 1, asked: 0, failed: 0 });
  });

  test('every node on the way requests once the transactions that only the miner had and that do not fit into the compact block', async () => {
    const { nodes, payments } = await row();
    const [first, , third] = nodes as [TestNode, TestNode, TestNode];
    const known = payments.slice(0, 20);
    for (const tx of known) await first.mempool.submit(tx);
    await until(everywhere(nodes, known), 'in every mempool');
    // Some 50 of the 70 unknown ones fit.
    await third.mine(1, { transactions: payments, fees: 10_000 * payments.length });
    await until(same(nodes), 'the block is everywhere');
    for (const node of nodes.slice(0, 2))
      expect(node.net.status().compact).toMatchObject({ whole: 0, asked: 1, failed: 0 });
  });

  test('a compact block with wrong short ids is downloaded as a full block, and its sender is not banned', async () => {
    const at = await startTestNode();
    const [funding] = await at.mine(10);
    const honest = await startTestNode({ bootstrap: [at.address] });
    await until(same([at, honest]), 'synced');
    const tx = payment(at, funding!);
    const block = mineOn(at.chain, tipOf(at.chain), { transactions: [tx], fees: 10_000 });
    const peer = await startTestPeer(at);
    await until(() => at.net.peers.list().length === 2, 'greeted');
    const compact = compactOf(block, randomBytes(8), () => false);
    const twisted = { ...compact, shortIds: compact.shortIds.map((id) => id + 1) };
    await peer.push.call({
      kind: REQUEST.pushBlock,
      body: encodePushed(twisted),
    });
    await until(() => at.net.status().compact.failed === 1, 'given up');
    expect(at.net.peers.bans()).toEqual([]);
    await honest.chain.submitBlock(block.bytes);
    await until(same([at, honest]), 'fetched from another peer');
    expect(at.net.peers.list().find(({ id }) => id === peer.id)?.score).toBeLessThan(100);
  });
});
