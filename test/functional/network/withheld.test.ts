import { describe, expect, test } from 'vitest';
import { decodeBlock } from '../../../main/core/primitives/block.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { encodeBlockAnnouncement } from '../../../main/net/protocol/announcements.ts';
import type { RawPeer } from '../../support/nodes/raw-peer.ts';
import { coinbaseOf, mineOn, parentOf, pay, testKey, tipOf } from '../../support/chain/test-chain.ts';
import type { TestNode } from '../../support/nodes/test-node.ts';
import { startTestNode, startTestPeer } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

async function attack(at: TestNode): Promise<RawPeer> {
  const peer = await startTestPeer(at);
  await until(() => peer.host.gossip.meshPeers(peer.names.blocks).length > 0, 'in the mesh');
  return peer;
}

const same = (nodes: readonly TestNode[]) => () =>
  nodes.every((node) => node.chain.tip().id === nodes[0]!.chain.tip().id);

const blameless = (nodes: readonly TestNode[]) => {
  for (const { net } of nodes) {
    expect(net.peers.bans()).toEqual([]);
    expect([...new Set(net.peers.list().map(({ score }) => score))]).toEqual([0]);
  }
};

/** A header on the tip of the nodes, known to all of them, whose body nobody ever shows. */
async function withhold(nodes: readonly TestNode[], count = 1): Promise<void> {
  const peer = await attack(nodes[0]!);
  let parent = tipOf(nodes[0]!.chain);
  for (let i = 0; i < count; i++) {
    const block = mineOn(nodes[0]!.chain, parent, { payTo: testKey(9).lock });
    const data = encodeBlockAnnouncement(block.header.bytes, null);
    expect(await peer.host.gossip.publish(peer.names.blocks, data, true)).toBe(1);
    const known = () => nodes.every((node) => node.chain.bestHeader().id === block.header.idHex);
    await until(known, 'the header is everywhere');
    parent = parentOf(block);
  }
}

async function three(): Promise<[TestNode, TestNode, TestNode]> {
  const first = await startTestNode();
  await first.mine(20);
  const second = await startTestNode({ bootstrap: [first.address] });
  const third = await startTestNode({ bootstrap: [second.address] });
  await until(same([first, second, third]), 'synced');
  return [first, second, third];
}

describe('a header whose body is withheld', () => {
  test.each([1, 2])(
    'does not stop the blocks of an honest miner, for %i such headers in a row',
    async (count) => {
      const nodes = await three();
      await withhold(nodes, count);
      for (let height = 21; height <= 23; height++) {
        await nodes[2].mine(1);
        await until(same(nodes), `block ${height} is everywhere`);
        expect(nodes[0].chain.tip().height).toBe(height);
      }
      blameless(nodes.slice(1));
    },
  );

  test('does not prevent nodes from downloading an honest block of the same height that was never announced to them', async () => {
    const nodes = await three();
    const apart = await startTestNode();
    for (let height = 1; height <= 20; height++) {
      const { id } = nodes[0].chain.atHeight(height)!;
      await apart.chain.submitBlock((await nodes[0].chain.readBlock(id))!);
    }
    await withhold(nodes);
    const outputs = Array.from({ length: 100 }, () => ({ amount: 1_000_000, lock: testKey(3).lock }));
    const funding = decodeBlock((await apart.chain.readBlock(apart.chain.atHeight(1)!.id))!);
    if (isViolation(funding)) throw new Error(funding.code);
    const split = pay(apart.chain, [coinbaseOf(funding)], testKey(1).secret, outputs);
    await apart.mine(1, { transactions: [split] });
    await apart.net.peers.add(nodes[1].address);
    await until(same([...nodes, apart]), 'the honest block is everywhere');
    expect(nodes[0].chain.tip().height).toBe(21);
    blameless(nodes.slice(1));
  });

  test('gives no penalty to peers that relayed only the header', async () => {
    const nodes = await three();
    await withhold(nodes);
    // Asked again every 12 s or so: twice are enough to see points, were there any.
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    blameless(nodes.slice(1));
    await nodes[1].mine(1);
    await until(same(nodes), 'the next block is everywhere');
  });
});

describe('a deep split that heals', () => {
  test('gives no honest peer a penalty', async () => {
    const first = await startTestNode();
    await first.mine(100);
    const beside: TestNode[] = [];
    for (let i = 0; i < 3; i++)
      beside.push(
        await startTestNode({ bootstrap: [first.address, ...beside.map(({ address }) => address)] }),
      );
    await until(same([first, ...beside]), 'one side');
    const heavier = await startTestNode();
    await heavier.mine(130, { payTo: testKey(2).lock });
    await heavier.net.peers.add(first.address);
    await until(same([first, ...beside, heavier]), 'one chain');
    expect(first.chain.tip().height).toBe(130);
    blameless([first, ...beside, heavier]);
  });
});
