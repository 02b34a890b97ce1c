import { expect, test } from 'vitest';
import { blockAt, PAYEE } from '../../hostile/support/blocks.ts';
import { mineFullBlock } from '../../hostile/support/full-block.ts';
import { requestFloods } from '../../hostile/support/requests.ts';
import { meet, newSource } from '../../hostile/support/stranger.ts';
import { type NodeProcess, startNodeProcess } from '../../support/nodes/node-process.ts';
import { createTcpProxy } from '../../support/nodes/tcp-proxy.ts';
import { stopAfterTest } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

const LIMIT = 10_000_000;
const CAPPED = ['--upload-month-mb', String(LIMIT / 1_000_000)];

const start = async (options: Parameters<typeof startNodeProcess>[0]): Promise<NodeProcess> =>
  stopAfterTest(await startNodeProcess(options));
const monthOf = async ({ call }: NodeProcess) => (await call.network.activity({})).upload.month;
const codesOf = async ({ call }: NodeProcess) =>
  (await call.node.status({})).warnings.map(({ code }) => code);

test('a node with an upload limit for the month sends old blocks, then only new ones, then nothing, and stays below it', async () => {
  const node = await start({ args: CAPPED });
  // Through a wire that counts what the node really sends.
  const wire = await createTcpProxy(node.addresses[0]!);
  stopAfterTest({ stop: () => wire.close() });
  const friend = await start({ args: [], bootstrap: [wire.address] });
  const old = await mineFullBlock(node, 9900);
  const mine = (blocks: number) => node.call.mining.generate({ address: PAYEE, blocks });
  const hasTip = async () => (await friend.call.chain.tip()).id === (await node.call.chain.tip()).id;
  await mine(40);
  await until(hasTip, 'an honest peer fetches everything');

  // A peer fetches the same old block until the node sends no more of it.
  const ids = [(await blockAt(node, 1)).header.id];
  const root = new Uint8Array(32);
  const fetchAll = async (block: typeof old, stage: string): Promise<void> => {
    let isOver = false;
    // A stranger that is disconnected comes again.
    const flooding = (async () => {
      while (!isOver) {
        const stranger = await meet(wire.address, { from: newSource() }).catch(() => null);
        if (stranger === null) continue;
        await stranger.greet();
        const flood = requestFloods({ block, ids, root })['getBlocks, full']!;
        await flood(
          stranger,
          () => isOver,
          () => undefined,
        ).catch(() => undefined);
        await Promise.resolve(stranger.stop()).catch(() => undefined);
      }
    })().catch(() => undefined);
    await until(async () => (await monthOf(node)).stage === stage, `the stage ${stage}`);
    isOver = true;
    await flooding;
  };
  await fetchAll(old, 'reserve');
  const reserve = await monthOf(node);
  expect(reserve.used).toBeGreaterThanOrEqual(0.9 * LIMIT);
  expect(await codesOf(node)).toContain('upload-reserve');
  await until(
    async () => (await friend.call.peers.list({}))[0]!.services.includes('pruned'),
    'the peer knows that old blocks are no longer served',
  );

  // New blocks still arrive at the honest peer, and old ones cost nothing.
  for (let i = 0; i < 3; i++) {
    await mine(1);
    await until(hasTip, 'an honest peer has a new block');
  }
  expect((await monthOf(node)).stage).toBe('reserve');

  await fetchAll(await mineFullBlock(node, 9900), 'closed');
  await until(async () => (await node.call.peers.list({})).length === 0, 'the node has no peers');
  expect(await codesOf(node)).toContain('upload-used-up');
  await expect(node.call.peers.add({ address: friend.addresses[0]! })).rejects.toMatchObject({
    code: 'upload-used-up',
  });
  await expect(meet(wire.address, { from: newSource() })).rejects.toThrow();
  const { used } = await monthOf(node);
  console.log(`limit ${LIMIT}, counted ${used}, on the wire ${wire.bytesOut}`);
  expect(used).toBeLessThanOrEqual(LIMIT);
  expect(wire.bytesOut).toBeLessThanOrEqual(LIMIT);
  expect(wire.bytesOut).toBeGreaterThan(0.9 * LIMIT);

  // A crash gives no second month, and a higher limit opens the node at once.
  await node.kill();
  const again = await start({ args: [], datadir: node.datadir });
  expect((await monthOf(again)).used).toBeGreaterThanOrEqual(used);
  await again.call.settings.set({ uploadMonthMb: LIMIT / 1_000_000 });
  expect((await monthOf(again)).stage).toBe('closed');
  await again.call.settings.set({ uploadMonthMb: (2 * LIMIT) / 1_000_000 });
  expect((await monthOf(again)).stage).toBe('open');
  await again.call.peers.add({ address: friend.addresses[0]! });
});

test('without a limit the bytes of the month are counted all the same', async () => {
  const node = await start({ args: [] });
  await start({ args: [], bootstrap: node.addresses });
  await until(async () => (await monthOf(node)).used > 0, 'something was sent');
  expect(await monthOf(node)).toMatchObject({ limit: null, stage: 'open' });
});
