import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { NodeProcess, Vitals } from '../../support/nodes/node-process.ts';
import { createRandom, type Random } from '../../support/random.ts';
import { until } from '../../support/until.ts';
import type { Stranger } from './stranger.ts';
import { PAYEE } from './blocks.ts';
import type { World } from './world.ts';

/** What the node may suffer, whatever any peer sends: the pass criteria of all hostile tests. */
const LIMITS = { lagMs: 250, tipMs: 10_000, goneMs: 60_000, memoryMs: 60_000 } as const;
const MB = 1 << 20;
/**
 * How much more the node may hold after an attack. What its own objects take is exact, so that bound is narrow. The
 * allocator keeps freed memory for as long as it likes, up to 65 MB as measured, so resident memory has a wide bound.
 */
const MORE = { held: 16 * MB, resident: 96 * MB } as const;
/** Between two blocks while the attack goes on. */
const REST_MS = 400;

export interface Attack {
  readonly what: string;
  readonly seed: number;
  /** Does it, and says how much of it there was. */
  run(random: Random): Promise<string>;
  /** Those who must be gone afterwards. */
  readonly hostile?: () => readonly Stranger[];
}

/**
 * Lets an attack loose on the victim, and meanwhile and afterwards asks for everything that must hold. Delays are
 * measured inside the victim (fixtures/vitals.mjs), memory is what its process holds.
 */
export async function suffer(world: World, attack: Attack): Promise<void> {
  const { victim, honest } = world;
  await victim.vitals();
  const running = { attack: true };
  const attacking = attack.run(createRandom(attack.seed)).finally(() => (running.attack = false));
  attacking.catch(() => undefined);
  const tips = await mineThroughout(world, () => running.attack);
  const figure = await attacking;
  const { lagP99Ms, lagMaxMs, waitedMs, peak } = await victim.vitals();
  const gone = await goneWithin(attack.hostile?.() ?? []);
  const memory = await memoryBack(world);
  console.log(
    `${attack.what}: ${figure}; seed ${attack.seed}; lag p99 ${lagP99Ms} ms, most ${lagMaxMs} ms (and ${(waitedMs / 1000).toFixed(1)} s for want of a core); ` +
      `${tips.length} tips meanwhile, slowest ${Math.max(...tips).toFixed(0)} ms; gone after ${gone.toFixed(0)} ms; ` +
      `memory ${memory}, ${inMb(peak)} in it`,
  );
  expect(lagP99Ms).toBeLessThanOrEqual(LIMITS.lagMs);
  await expectSameState(victim, honest);
  expectNoErrors(victim);
}

/** Blocks found on either side, one after the other, until the attack is over; how long each took to the other side. */
async function mineThroughout({ victim, honest }: World, goesOn: () => boolean): Promise<number[]> {
  const took: number[] = [];
  for (let turn = 0; turn < 2 || goesOn(); turn++) {
    const [miner, other] = turn % 2 === 0 ? [honest, victim] : [victim, honest];
    const before = performance.now();
    await miner.call.mining.generate({ address: PAYEE, blocks: 1 });
    const { height } = await miner.call.chain.tip();
    // Of two blocks found at once either is as good; the next one decides.
    await until(
      async () => (await other.call.chain.tip()).height >= height,
      `an honest ${miner === honest ? 'peer is heard' : 'peer gets the tip'} within ${LIMITS.tipMs / 1000} s`,
      { ms: LIMITS.tipMs },
    );
    took.push(performance.now() - before);
    for (let rested = 0; goesOn() && rested < REST_MS; rested += 20)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return took;
}

async function goneWithin(hostile: readonly Stranger[]): Promise<number> {
  const before = performance.now();
  await until(() => hostile.every((peer) => peer.gone()), 'hostile peers are gone', { ms: LIMITS.goneMs });
  return performance.now() - before;
}

const inMb = (bytes: number): string => `${(bytes / MB).toFixed(0)} MB`;

/** Bytes of the objects of the main thread and of their buffers. */
const heldBy = ({ heapUsed, arrayBuffers }: Vitals): number => heapUsed + arrayBuffers;

async function memoryBack({ victim, resting }: World): Promise<string> {
  const before = performance.now();
  for (;;) {
    const now = await victim.vitals();
    const ms = performance.now() - before;
    const said =
      `${inMb(resting.rss)} before (${inMb(heldBy(resting))} held), ${inMb(now.rss)} after ${(ms / 1000).toFixed(1)} s ` +
      `(heap ${inMb(now.heapUsed)} of ${inMb(now.heapTotal)}, buffers ${inMb(now.arrayBuffers)})`;
    const back = now.rss <= resting.rss + MORE.resident && heldBy(now) <= heldBy(resting) + MORE.held;
    if (back) return said;
    if (ms > LIMITS.memoryMs) throw new Error(`memory: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** The victim has the same chain and the same UTXO set as a node that was not attacked. */
async function expectSameState(victim: NodeProcess, honest: NodeProcess): Promise<void> {
  await honest.call.mining.generate({ address: PAYEE, blocks: 1 });
  await until(
    async () => (await victim.call.chain.tip()).id === (await honest.call.chain.tip()).id,
    'one tip after it',
  );
  const [ours, theirs] = await Promise.all([victim.call.chain.stats(), honest.call.chain.stats()]);
  expect(ours).toEqual(theirs);
  expect(ours.total + ours.burned).toBe(ours.issued);
}

/** Nobody caught it, or a part of the node gave up: both are said at level `error`, or where a process dies. */
function expectNoErrors(victim: NodeProcess): void {
  const file = join(victim.datadir, 'logs', 'kith.log');
  const lines = [`${file}.1`, file].flatMap((each) =>
    existsSync(each) ? readFileSync(each, 'utf8').split('\n') : [],
  );
  expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  expect(victim.errors()).not.toMatch(/error|at .*\.ts:\d/i);
}
