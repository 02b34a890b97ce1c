import { describe, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../main/core/params/built-in-networks.ts';
import { createNetworkOf } from '../../main/core/params/network.ts';
import { systemClock } from '../../main/lib/clock.ts';
import type { TestNode, TestNodeOptions } from '../support/nodes/test-node.ts';
import { startTestNode } from '../support/stop-after-test.ts';
import { until } from '../support/until.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** Regtest's quick proof of work, and main's limit of ten minutes for blocks from the future. */
const NETWORK = createNetworkOf(
  { name: 'regtest', time: 1_795_305_600, nonce: 1 },
  { ...REGTEST_NETWORK.params, futureLimit: 10 * MINUTE },
  { defaultPort: 1, bootstrap: [], deployments: [], founded: false, launched: true },
);

/** A node whose wall clock the test sets. */
interface ClockedNode extends TestNode {
  set(secondsAhead: number): void;
}

async function start(options: TestNodeOptions = {}, secondsAhead = 0): Promise<ClockedNode> {
  let ahead = secondsAhead;
  const clock = { ...systemClock, now: () => systemClock.now() + ahead };
  const node = await startTestNode({ network: NETWORK, clock, ...options });
  return { ...node, set: (seconds) => void (ahead = seconds) };
}

/** Blocks with the right time. */
async function mine(node: TestNode, blocks: number): Promise<void> {
  for (let i = 0; i < blocks; i++) {
    const time = Math.max(systemClock.now(), node.chain.medianTime() + 1);
    await node.mine(1, { header: { time } });
  }
}

/** `count` nodes with the right time, all connected, at block 5, and one that is connected to all of them. */
async function among(count: number): Promise<{ honest: ClockedNode[]; node: ClockedNode }> {
  const honest = [await start()];
  await mine(honest[0]!, 5);
  while (honest.length < count) honest.push(await start({ bootstrap: honest.map(({ address }) => address) }));
  const node = await start({ bootstrap: honest.map(({ address }) => address) });
  await until(
    () => [...honest, node].every(({ chain }) => chain.tip().height === 5) && peersOf(node) === count,
    'all are connected and at block 5',
  );
  return { honest, node };
}

const peersOf = (node: TestNode): number => node.net.peers.list().length;

function expectNobodyBlamed(nodes: readonly TestNode[]): void {
  for (const { net } of nodes) {
    expect(net.peers.bans()).toEqual([]);
    expect([...new Set(net.peers.list().map(({ score }) => score))]).toEqual([0]);
  }
}

async function expectAllIsWell(nodes: readonly ClockedNode[], height: number): Promise<void> {
  const node = nodes.at(-1)!;
  await until(() => node.chain.tip().height === height, `it is at block ${height}`);
  await until(() => node.net.status().phase === 'synced', 'it is synced');
  await until(() => node.net.miningPause() === null, 'it may mine');
  expect(node.net.status().clock).toBeNull();
  expect(peersOf(node)).toBe(nodes.length - 1);
  expectNobodyBlamed(nodes);
}

describe.each([
  [1, [-15 * MINUTE, -3 * HOUR, -6 * HOUR, -DAY]],
  [3, [-15 * MINUTE, -DAY]],
] as const)('with %i peers', (count, jumps) => {
  test.each(jumps)(
    'a node whose clock is set by %i s reports the clock, and gets the blocks of other nodes after it is corrected',
    async (jump) => {
      const { honest, node } = await among(count);
      node.set(jump);
      await mine(honest[0]!, 20);
      await until(() => node.net.peers.list().every(({ height }) => height === 25), 'it hears of block 25');
      await until(() => node.net.status().phase === 'headers', 'it is not synced');
      const { clock, stall } = node.net.status();
      expect([clock?.code, stall]).toEqual([
        'clock-wrong',
        expect.stringContaining('the clock of this computer'),
      ]);
      expect(node.net.miningPause()?.code).toBe('clock-wrong');
      expect(node.chain.tip().height).toBe(5);
      expectNobodyBlamed([...honest, node]);
      // Nobody mines any more: what had to wait comes by itself.
      node.set(0);
      await expectAllIsWell([...honest, node], 25);
    },
  );

  test.each([-10 * MINUTE, 10 * MINUTE, 3 * HOUR, 6 * HOUR, DAY])(
    'a node whose clock is set by %i s accepts all blocks and reports the clock',
    async (jump) => {
      const { honest, node } = await among(count);
      node.set(jump);
      await mine(honest[0]!, 3);
      await until(() => node.chain.tip().height === 8, 'it has block 8');
      const named = await until(() => node.net.status().clock, 'the clock is named');
      expect(named.message).toContain(jump > 0 ? ' ahead of ' : ' behind ');
      if (jump > HOUR) expect(node.net.miningPause()?.code).toBe('clock-wrong');
      node.set(0);
      await expectAllIsWell([...honest, node], 8);
    },
  );
});

test('blocks of a peer whose clock is ahead are kept back, without a penalty for the peer or a notice about our clock', async () => {
  const { honest, node } = await among(1);
  const [right] = honest;
  node.set(3 * HOUR);
  await node.mine(3, { header: { time: systemClock.now() + 3 * HOUR } });
  await until(() => right!.net.peers.list()[0]?.height === 8, 'the other node hears of block 8');
  await until(
    () => node.net.miningPause()?.code === 'clock-wrong',
    'the node with the wrong clock stops mining',
  );
  expect(right!.chain.tip().height).toBe(5);
  await until(
    () => right!.net.status().phase === 'synced',
    'the right one has asked for the headers and keeps them back',
  );
  expect(right!.net.status().clock).toBeNull();
  await until(() => right!.net.miningPause() === null, 'the right one mines on');
  await mine(right!, 6);
  await until(() => node.chain.tip().height === 11, 'the chain with the right times wins');
  expectNobodyBlamed([right!, node]);
  expect(peersOf(right!)).toBe(1);
});

describe('during the initial sync', () => {
  test('a node whose clock is a day behind syncs up to its clock, and the rest after the clock is corrected', async () => {
    const source = await start();
    const now = systemClock.now();
    for (let i = 0; i < 60; i++) await source.mine(1, { header: { time: now - (59 - i) * 48 * MINUTE } });
    const node = await start({ bootstrap: [source.address] }, -DAY);
    const reached = 30;
    await until(() => node.chain.tip().height >= reached - 1, 'what its clock lets it take');
    await until(
      () => node.net.status().stall?.includes('the clock of this computer'),
      'it says what it waits for',
    );
    expect(node.chain.tip().height).toBeLessThan(60);
    expect(node.net.status()).toMatchObject({ phase: 'headers', clock: { code: 'clock-wrong' } });
    node.set(0);
    await expectAllIsWell([source, node], 60);
  });

  test.each([-DAY, -6 * HOUR, 6 * HOUR, DAY])(
    'a node whose clock is set by %i s during the sync still reaches the tip, and no peer gets a penalty',
    async (jump) => {
      const source = await start();
      await mine(source, 200);
      const node = await start({ bootstrap: [source.address] });
      node.chain.events.on('connected', ({ entry }) => {
        if (entry.height === 20) node.set(jump);
      });
      await until(() => node.chain.tip().height >= 20, 'it is under way');
      await until(() => node.net.status().clock !== null, 'the clock is named');
      node.set(0);
      await expectAllIsWell([source, node], 200);
    },
  );
});

describe('at the start, without peers', () => {
  test.each([
    ['1970', 0 - systemClock.now()],
    ['a day before genesis', NETWORK.genesis.header.time - DAY - systemClock.now()],
  ])('a clock that shows %s is reported, and mining is paused', async (_what, ahead) => {
    const node = await start({}, ahead);
    expect(node.net.status().clock).toMatchObject({
      code: 'clock-wrong',
      message: expect.stringContaining('before this network began (2026-11-22)'),
    });
    expect(node.net.miningPause()?.code).toBe('clock-wrong');
    node.set(0);
    expect([node.net.status().clock, node.net.miningPause()]).toEqual([null, null]);
  });

  test('a clock that is set back before the newest block is reported, and the chain does not change', async () => {
    const first = await start();
    await mine(first, 20);
    await first.stop();
    const node = await start({ directory: first.directory }, -DAY);
    expect(node.chain.tip().height).toBe(20);
    expect(node.net.status().clock?.message).toContain('behind: the newest block is further ahead');
    expect(node.net.miningPause()?.code).toBe('clock-wrong');
    node.set(0);
    expect([node.net.status().clock, node.net.miningPause()]).toEqual([null, null]);
  });
});
