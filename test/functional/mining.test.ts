import { expect, test } from 'vitest';
import { PAYEE } from '../hostile/support/blocks.ts';
import type { NodeProcess } from '../support/nodes/node-process.ts';
import { settableClock } from '../support/nodes/set-clock.ts';
import { startTestProcess } from '../support/stop-after-test.ts';
import { until } from '../support/until.ts';

const MINES = ['--mine', PAYEE];

/** Heights of the blocks that a node has found, by its log. */
async function foundBy({ call }: NodeProcess): Promise<number[]> {
  const lines = await call.node.log({ limit: 500, level: 'info' });
  return lines.flatMap(({ message, data }) => (message === 'found a block' ? [Number(data!['height'])] : []));
}

test('the first node of a network, which has no peers, mines at once', async () => {
  const node = await startTestProcess({ args: MINES });
  await until(async () => (await node.call.mining.status()).found > 2, 'it finds blocks');
  const { running: on, paused, problem } = await node.call.mining.status();
  expect({ on, paused, problem }).toEqual({ on: true, paused: null, problem: null });
});

test('a node that mines from its start finds no block before it is synced, and shows no warning', async () => {
  const source = await startTestProcess();
  const BLOCKS = 600;
  await source.call.mining.generate({ address: PAYEE, blocks: BLOCKS });
  const node = await startTestProcess({ bootstrap: source.addresses, args: MINES });
  const { running: on, paused, found } = await node.call.mining.status();
  expect({ on, found }).toEqual({ on: true, found: 0 });
  expect(['peers-awaited', 'sync-unfinished']).toContain(paused?.code);
  // Its own blocks are the proof that it got to the tip and mines.
  await until(async () => (await foundBy(node)).length > 3, 'it mines', { ms: 120_000 });
  expect(Math.min(...(await foundBy(node)))).toBeGreaterThan(BLOCKS);
  await node.call.mining.stop();
  const tip = await node.call.chain.header({ height: BLOCKS });
  expect(tip.id).toBe((await source.call.chain.header({ height: BLOCKS })).id);
  expect((await node.call.node.status()).warnings.map(({ code }) => code)).not.toContain('chain-reorganised');
});

test('a clock that is set back and forth is logged each time, and no peer gets a penalty', async () => {
  const clock = settableClock();
  const source = await startTestProcess();
  const node = await startTestProcess({ network: 'regtest', bootstrap: source.addresses, env: clock.env });
  await source.call.mining.generate({ address: PAYEE, blocks: 3 });
  await until(async () => (await node.call.node.status()).height === 3, 'they are connected');
  const jumps = async () =>
    (await node.call.node.log({ limit: 500, level: 'warn' })).filter(({ message }) =>
      message.includes('clock of this computer was set'),
    ).length;
  for (const [times, seconds] of [-21_600, 0, -86_400, 0, 86_400, 0].entries()) {
    clock.set(seconds);
    await until(async () => (await jumps()) > times, 'the jump is noticed');
    const before = (await source.call.node.status()).height;
    await source.call.mining.generate({ address: PAYEE, blocks: 1 });
    if (seconds > -86_400)
      await until(async () => (await node.call.node.status()).height === before + 1, 'it still follows');
  }
  expect(await node.call.peers.bans()).toEqual([]);
  expect((await node.call.peers.list()).map(({ score }) => score)).toEqual([0]);
  expect(await source.call.peers.bans()).toEqual([]);
  expect((await node.call.node.status()).warnings.map(({ code }) => code)).toEqual([]);
});

test('a node whose clock shows 1970 refuses to generate blocks, and mines after the clock is corrected', async () => {
  const clock = settableClock(-Math.floor(Date.now() / 1000));
  const node = await startTestProcess({ args: MINES, env: clock.env });
  await expect(node.call.mining.generate({ address: PAYEE, blocks: 1 })).rejects.toMatchObject({
    code: 'clock-wrong',
  });
  expect((await node.call.mining.status()).paused?.code).toBe('clock-wrong');
  expect((await node.call.node.status()).sentence).toContain('before this network began');
  clock.set(0);
  await until(async () => (await node.call.mining.status()).found > 0, 'it mines');
});
