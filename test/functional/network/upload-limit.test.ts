import { expect, test } from 'vitest';
import { blockAt, PAYEE } from '../../hostile/support/blocks.ts';
import { mineFullBlock } from '../../hostile/support/full-block.ts';
import { requestFloods } from '../../hostile/support/requests.ts';
import { meet, newSource, type Stranger } from '../../hostile/support/stranger.ts';
import { type NodeProcess, startNodeProcess } from '../../support/nodes/node-process.ts';
import { stopAfterTest } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

const LIMIT = 200_000;
const PEERS = 6;
const BLOCKS = 8;
/** What may go out at once: a second of the limit, and what was on its way when it was used up. */
const MAX_PARALLEL = LIMIT + 128 * 1024;

async function start(args: readonly string[], bootstrap: readonly string[] = []): Promise<NodeProcess> {
  return stopAfterTest(await startNodeProcess({ args, bootstrap }));
}

const uploaded = async ({ call }: NodeProcess) => (await call.network.activity({})).upload;

test('a node with an upload limit stays below it, and its new blocks still reach an honest peer', async () => {
  const node = await start(['--max-upload', String(LIMIT / 1000)]);
  const block = await mineFullBlock(node, 9900);
  const friend = await start([], node.addresses);
  const caughtUp = async () => (await friend.call.chain.tip()).id === (await node.call.chain.tip()).id;
  await until(caughtUp, 'an honest peer fetches everything');
  const first = (await blockAt(node, 1)).header.id;
  const floods = requestFloods({
    block,
    ids: [first],
    root: new Uint8Array(32),
  });
  const peers: Stranger[] = [];
  for (let i = 0; i < PEERS; i++) {
    const peer = stopAfterTest(await meet(node.addresses[0]!, { from: newSource() }));
    await peer.greet();
    peers.push(peer);
  }
  expect(await uploaded(node)).toMatchObject({ limit: LIMIT });

  let over = false;
  const before = { bytes: (await uploaded(node)).total, ms: performance.now() };
  const flooding = peers.flatMap((peer) =>
    ['getBlocks, full', 'getHeaders'].map((what) =>
      floods[what]!(
        peer,
        () => over,
        () => undefined,
      ).catch(() => undefined),
    ),
  );
  for (let i = 0; i < BLOCKS; i++) {
    await node.call.mining.generate({ address: PAYEE, blocks: 1 });
    const { height } = await node.call.chain.tip();
    await until(
      async () => (await friend.call.chain.tip()).height >= height,
      'an honest peer has a new block',
    );
    const rested = performance.now() + 1000;
    await until(() => performance.now() > rested, 'another second of requests');
    const { total } = await uploaded(node);
    const seconds = (performance.now() - before.ms) / 1000;
    expect(total - before.bytes).toBeLessThanOrEqual(LIMIT * seconds + MAX_PARALLEL);
  }
  // What there is to send is much more than the limit allows, and the limit is used.
  const { total } = await uploaded(node);
  const seconds = (performance.now() - before.ms) / 1000;
  over = true;
  await Promise.all(flooding);
  console.log(`${((total - before.bytes) / seconds / 1000).toFixed(0)} kB/s with a limit of ${LIMIT / 1000}`);
  expect(total - before.bytes).toBeGreaterThan((LIMIT * seconds) / 4);
});

test('a node has no upload limit by default', async () => {
  const node = await start([]);
  expect(await uploaded(node)).toMatchObject({ limit: null });
});

test('an upload limit that is too low for a block is refused', async () => {
  await expect(startNodeProcess({ args: ['--max-upload', '5'] })).rejects.toThrow(/max-upload/);
});
