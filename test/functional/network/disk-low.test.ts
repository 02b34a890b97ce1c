import { expect, test } from 'vitest';
import { startNode } from '../../support/nodes/test-node.ts';
import { stopAfterTest } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

const BLOCKS = 40;

test('a node whose disk is almost full pauses its sync, says so, and continues when there is space', async () => {
  let hasRoom = false;
  const source = stopAfterTest(await startNode());
  await source.mine(BLOCKS);
  const node = stopAfterTest(await startNode({ bootstrap: [source.address], hasRoom: () => hasRoom }));
  await until(() => node.chain.bestHeader().height === BLOCKS, 'all headers are here');
  const { stall, phase } = await until(() => {
    const status = node.net.status();
    return status.stall === null ? null : status;
  }, 'the status says why nothing arrives');
  expect([phase, stall]).toEqual([
    'blocks',
    'The download of blocks is paused, because the disk is almost full.',
  ]);
  expect(node.net.status().notices.map(({ code }) => code)).toContain('sync-paused-disk');
  // New blocks are not taken either, and the peer is not blamed for anything.
  await source.mine(1);
  await until(() => node.chain.bestHeader().height === BLOCKS + 1, 'the new header is here');
  expect(node.chain.tip().height).toBe(0);
  expect(node.net.peers.list()).toMatchObject([{ score: 0 }]);

  hasRoom = true;
  await until(() => node.chain.tip().height === BLOCKS + 1, 'the node is in sync');
  expect(node.net.status().notices.map(({ code }) => code)).not.toContain('sync-paused-disk');
});
