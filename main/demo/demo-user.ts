import { randomBytes } from 'node:crypto';
import type { KithClient } from '../../shared/contract/contract.ts';
import { MOTES_PER_KITH } from '../../shared/units.ts';
import { sleep } from '../lib/clock.ts';
import { between, exponential, oneOf } from './seeded-random.ts';

const WALLET = 'demo';
/** Prices end here: 0.0001 KITH, the least that is worth paying. */
const COPPER = MOTES_PER_KITH / 10_000;

/** Somebody who lives on a node of the demo: has a wallet there, and does what people do. */
export interface DemoUser {
  /** A place to be paid at. */
  address(): Promise<string>;
  /** Mines at a small share of one core, so that a whole village fits on one machine. */
  mine(share: number): Promise<void>;
  /** Mines this many blocks at once, for a start with some money in it. */
  earn(blocks: number): Promise<void>;
  /** Pays each of them a small amount, all in one payment. Throws the contract's errors. */
  pay(addresses: readonly string[]): Promise<void>;
}

/** Moves in: makes a wallet whose password lives as long as the demo. */
export async function createDemoUser(client: KithClient): Promise<DemoUser> {
  const password = randomBytes(16).toString('base64url');
  await client.wallet.create({ name: WALLET, password });
  const address = async (): Promise<string> => (await client.wallet.address({ name: WALLET })).address;
  return {
    address,
    async mine(share) {
      await client.mining.start({ wallet: WALLET, threads: 1, share });
    },
    async earn(blocks) {
      await client.mining.generate({ address: await address(), blocks });
    },
    async pay(addresses) {
      // Mostly coffee, now and then a bicycle; on a market day many small things.
      const unit = MOTES_PER_KITH / (400 * addresses.length);
      const price = () => Math.ceil((between(1, 40) ** 2 * unit) / COPPER) * COPPER;
      const to = addresses.map((address) => ({ address, amount: price() }));
      await client.wallet.send({ name: WALLET, to, password });
    },
  };
}

export interface PayingDeps {
  readonly payer: DemoUser;
  /** Asked anew for every payment: people come and go. */
  readonly receivers: () => Promise<readonly string[]>;
  readonly meanMs: number;
  readonly onPaid: () => void;
  /** Money runs out, nodes restart: told, never fatal. */
  readonly onProblem: (error: unknown) => void;
}

/** One payment in so many is a market day: so many things bought at once that its block is no small one any more. */
const MARKET_EVERY = 5;
const MARKET_THINGS = 60;

/** Pays somebody every few seconds until told to stop. */
export async function keepPaying(deps: PayingDeps, signal: AbortSignal): Promise<void> {
  for (let round = 1; ; round++) {
    await sleep(exponential(deps.meanMs), signal);
    if (signal.aborted) return;
    try {
      const people = await deps.receivers();
      const things = round % MARKET_EVERY === 2 ? MARKET_THINGS : 1;
      const to = Array.from({ length: things }, () => oneOf(people)).filter((one) => one !== undefined);
      if (to.length === 0) continue;
      await deps.payer.pay(to);
      deps.onPaid();
    } catch (error) {
      deps.onProblem(error);
    }
  }
}
