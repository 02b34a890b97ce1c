import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startNode, type TestNode } from '../../support/nodes/test-node.ts';
import { startTestNode } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

const sees = (from: TestNode, whom: TestNode) =>
  from.net.peers.list().find(({ id }) => id === whom.net.peerId)?.services;

test('a node that lost its oldest bodies follows a pruned peer, announces what it serves, and downloads the gap from an archive node', async () => {
  const pruned = await startTestNode({ pruneBytes: 10_000 });
  const former = await startNode();
  const first = await startNode({ bootstrap: [pruned.address, former.address], segmentBytes: 2000 });
  // Step by step: a node that still asks for a block when it is pruned would wait for it in vain.
  for (let height = 20; height <= 200; height += 20) {
    await pruned.mine(20);
    await until(() => [first, former].every(({ chain }) => chain.tip().height === height), 'synced');
  }
  await until(() => pruned.chain.lowestServedHeight() > 50, 'pruned');
  await first.stop();
  await former.stop();
  const { directory } = first;
  rmSync(join(directory, 'blocks', readdirSync(join(directory, 'blocks')).sort()[0]!));

  const node = await startTestNode({ bootstrap: [pruned.address], directory, segmentBytes: 2000 });
  await until(() => sees(pruned, node)?.includes('pruned'), 'it advertises itself as pruned');
  expect(node.chain.gaps(1, () => true)).toHaveLength(1);
  await pruned.mine(12);
  await until(() => node.chain.tip().height === 212, 'the new blocks, which need no old body');
  expect(node.chain.gaps(1, () => true)).toHaveLength(1);

  const archive = await startTestNode({ directory: former.directory });
  await node.net.peers.add(archive.address);
  await until(() => node.chain.lowestServedHeight() === 1, 'the gap is filled');
  await until(() => sees(pruned, node)?.includes('archive'), 'it advertises itself as an archive again');
  for (const each of [pruned, archive, node]) {
    expect(each.net.peers.bans()).toEqual([]);
    expect(each.net.peers.list()).not.toEqual([]);
    expect(each.net.peers.list().filter(({ score }) => score !== 0)).toEqual([]);
  }
});
