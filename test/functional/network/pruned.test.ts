import { expect, test } from 'vitest';
import type { TestNode } from '../../support/nodes/test-node.ts';
import { startTestNode } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

const sees = (from: TestNode, whom: TestNode) =>
  from.net.peers.list().find(({ id }) => id === whom.net.peerId)?.services;

test('a node that begins to prune announces it, serves what it has, and gets no penalty', async () => {
  const archive = await startTestNode();
  await archive.mine(20);
  const pruned = await startTestNode({ bootstrap: [archive.address], pruneBytes: 10_000 });
  await until(() => sees(archive, pruned)?.includes('archive'), 'an archive so far');
  await archive.mine(180);
  await until(() => pruned.chain.tip().height === 200, 'synced');
  await until(() => pruned.chain.lowestServedHeight() > 50, 'pruned');
  await until(() => sees(archive, pruned)?.includes('pruned'), 'said to be pruned');
  expect(pruned.chain.lowestServedHeight()).toBeGreaterThan(50);

  // From the pruned node alone nobody gets the beginning; nobody is punished for that.
  const fresh = await startTestNode({ bootstrap: [pruned.address] });
  await until(() => fresh.chain.bestHeader().height === 200, 'headers');
  expect(sees(fresh, pruned)).toContain('pruned');
  expect(fresh.chain.tip().height).toBe(0);
  await fresh.net.peers.add(archive.address);
  await until(() => fresh.chain.tip().height === 200, 'synced from both');
  // New blocks come from it as from anybody.
  await archive.mine(1);
  await until(() => pruned.chain.tip().height === 201 && fresh.chain.tip().height === 201, 'the next block');
  for (const node of [archive, pruned, fresh]) {
    expect(node.net.peers.bans()).toEqual([]);
    expect([...new Set(node.net.peers.list().map(({ score }) => score))]).toEqual([0]);
  }
});
