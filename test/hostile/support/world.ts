import { afterAll, beforeAll, expect } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { type NodeProcess, startNodeProcess, type Vitals } from '../../support/nodes/node-process.ts';
import { encodeBlockAnnouncement } from '../../../main/net/protocol/announcements.ts';
import { coinbaseOf, pay, testKey } from '../../support/chain/test-chain.ts';
import { until } from '../../support/until.ts';
import { blockAt, nextBlock, PAYEE, withoutWork } from './blocks.ts';
import { meet, NAMES, newSource, type Stranger, type StrangerOptions } from './stranger.ts';

/** A node that is attacked and an honest peer of it, in processes of their own; the attackers live in the test's. */
export interface World {
  readonly victim: NodeProcess;
  readonly honest: NodeProcess;
  readonly address: string;
  /** How the victim's process is when nothing happens. */
  readonly resting: Vitals;
  /** Connects from a loopback address that nobody used before, unless told. */
  stranger(options?: StrangerOptions): Promise<Stranger>;
  /** The same, greeted. */
  peer(options?: StrangerOptions, hello?: Parameters<Stranger['greet']>[0]): Promise<Stranger>;
  later(stop: () => Promise<unknown>): void;
}

/** Starting nodes takes its time while a machine has other things to do. */
const HOOK_MS = 180_000;

/** One world for all the tests of a file; the victim goes through all of them. */
export function inOneWorld(blocks: number): () => World {
  let world: World | undefined;
  const stops: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    world = await createWorld(blocks, (stop) => void stops.push(stop));
  }, HOOK_MS);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, HOOK_MS);
  return () => world!;
}

async function createWorld(blocks: number, later: World['later']): Promise<World> {
  const victim = await startNodeProcess({ watched: true });
  // It is well to the very end, and ends when it is told to.
  later(async () => expect(await victim.stop()).toBe(0));
  await victim.call.mining.generate({ address: PAYEE, blocks });
  const honest = await startNodeProcess({ bootstrap: victim.addresses });
  later(() => honest.stop());
  await until(
    async () => (await honest.call.chain.tip()).id === (await victim.call.chain.tip()).id,
    'the honest peer is in sync',
  );
  const address = victim.addresses[0]!;
  const stranger = async (options: StrangerOptions = {}) => {
    const met = await meet(address, { from: newSource(), ...options });
    later(() => met.stop());
    return met;
  };
  const world = {
    victim,
    honest,
    address,
    later,
    stranger,
    async peer(options: StrangerOptions = {}, hello: Parameters<Stranger['greet']>[0] = {}) {
      const met = await stranger(options);
      if ((await met.greet(hello)) === null) throw new Error('the victim did not greet back');
      return met;
    },
  };
  await warmUp(world);
  return { ...world, resting: await victim.vitals() };
}

/** What every node loads and compiles in its first minutes isn't the work of an attack. */
async function warmUp({ victim, peer }: Omit<World, 'resting'>): Promise<void> {
  const guests = await Promise.all(Array.from({ length: 16 }, () => peer()));
  for (const guest of guests) {
    const pen = await guest.gossip();
    pen.subscribe('nothing');
  }
  // Both start threads that stay for a while: checking a proof of work, and a signature.
  const bad = withoutWork((await nextBlock(victim)).header, 0);
  (await guests[0]!.gossip()).publish(NAMES.blocks, encodeBlockAnnouncement(bad.bytes, null));
  const coins = await Promise.all(
    [1, 2, 3, 4, 5].map(async (height) => coinbaseOf(await blockAt(victim, height))),
  );
  const forged = pay({ network: REGTEST_NETWORK }, coins, testKey(9).secret, [
    { amount: 1_000_000, lock: testKey(1).lock },
  ]);
  await expect(
    victim.call.mempool.submit({ hex: Buffer.from(forged.bytes).toString('hex') }),
  ).rejects.toMatchObject({ code: 'tx-signature' });
  await victim.call.chain.stats();
  await Promise.all(guests.map((guest) => guest.stop()));
  await until(async () => (await victim.call.peers.list()).length === 1, 'the guests are gone');
}
