import { afterEach, expect, test } from 'vitest';
import type { BlockArrival } from '../../../shared/contract/network.ts';
import type { NodeProcess } from '../../support/nodes/node-process.ts';
import { encodeBlockAnnouncement } from '../../../main/net/protocol/announcements.ts';
import { mineOn, tipOf } from '../../support/chain/test-chain.ts';
import { startTestNode, startTestPeer } from '../../support/stop-after-test.ts';
import { createWiredNodes } from '../../support/nodes/wired-nodes.ts';
import { until } from '../../support/until.ts';

const network = createWiredNodes();
afterEach(() => network.end());

async function arrivalAt(node: NodeProcess, id: string): Promise<BlockArrival | null> {
  return (await node.call.network.arrivals({ id }))[0] ?? null;
}

/** The record of the block at this node once all these peers have shown that they have it. */
const completeAt = (node: NodeProcess, id: string, peers: readonly NodeProcess[]) =>
  until(async () => {
    const arrival = await arrivalAt(node, id);
    const shown = new Set(arrival?.peers.map(({ peer }) => peer));
    return peers.every(({ peerId }) => shown.has(peerId)) ? arrival : null;
  }, 'every peer has shown that it has the block');

test('each node knows how a block came to it and which of its peers have it', async () => {
  await network.grow(3);
  const [a, b, c] = network.nodes as [NodeProcess, NodeProcess, NodeProcess];
  await a.call.wallet.create({ name: 'w', password: 'correct horse battery staple' });
  const { address } = await a.call.wallet.address({ name: 'w' });
  await a.call.mining.generate({ address, blocks: 3 });
  await until(async () => (await network.tips()) === 1, 'all in sync');
  const { ids } = await a.call.mining.generate({ address, blocks: 1 });
  const id = ids[0]!;

  const here = await completeAt(a, id, [b, c]);
  expect(here).toMatchObject({ id, height: 4, body: { path: 'local', peer: null } });
  for (const [node, others] of [
    [b, [a, c]],
    [c, [a, b]],
  ] as const) {
    const arrival = await completeAt(node, id, others);
    expect(others.map(({ peerId }) => peerId)).toContain(arrival.body?.peer);
    expect(arrival.body?.path).not.toBe('local');
    // In order of time, the first sign of each peer once.
    const delays = arrival.peers.map(({ after }) => after);
    expect(delays).toEqual(delays.toSorted((one, two) => one - two));
    expect(arrival.peers).toHaveLength(2);
  }
  const recent = await b.call.network.arrivals({ limit: 1 });
  expect(recent).toMatchObject([{ id }]);
  expect(await b.call.network.arrivals({ id: '00'.repeat(32) })).toEqual([]);
});

test('a peer that announces a block later, with the same bytes as another peer, is recorded too', async () => {
  const node = await startTestNode();
  const block = mineOn(node.chain, tipOf(node.chain));
  const data = encodeBlockAnnouncement(block.header.bytes, block.bytes);
  const peers = [await startTestPeer(node), await startTestPeer(node)];
  for (const { host, names } of peers)
    await until(() => host.gossip.meshPeers(names.blocks).length > 0, 'in the mesh');
  // At the same time: the router of a peer that has received the announcement would not send it any more.
  await Promise.all(peers.map(({ host, names }) => host.gossip.publish(names.blocks, data, true)));
  const arrival = await until(() => {
    const found = node.net.arrivals.get(block.header.idHex);
    return found?.peers.length === 2 ? found : null;
  }, 'both are recorded');
  const ids = peers.map(({ id }) => id);
  expect(arrival.body?.path).toBe('announced');
  expect(ids).toContain(arrival.body?.peer);
  expect(arrival.peers.map(({ sign }) => sign)).toEqual(['announced', 'announced']);
  expect(arrival.peers.map(({ peer }) => peer).toSorted()).toEqual(ids.toSorted());
});
