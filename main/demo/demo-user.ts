import { randomBytes } from 'node:crypto';
import type { KithClient } from '../../shared/contract/contract.ts';
import { MOTES_PER_KITH } from '../../shared/units.ts';
import { sleep } from '../lib/clock.ts';
import { between, exponential, oneOf } from './seeded-random.ts';

const WALLET = 'demo';
/** Prices are multiples of this amount, 0.0001 KITH. */
const PRICE_STEP = MOTES_PER_KITH / 10_000;

/** A demo user: has a wallet on one node, mines and pays. */
export interface DemoUser {
  /** The current receiving address. */
  address(): Promise<string>;
  /** Mines with a small share of one core, because the whole demo network runs on one computer. */
  mine(share: number): Promise<void>;
  /** Mines this many blocks immediately, so that the user has coins to spend. */
  earn(blocks: number): Promise<void>;
  /** Pays a small amount to each address, in one payment. Throws the errors of the contract. */
  pay(addresses: readonly string[]): Promise<void>;
}

/** Creates the wallet, with a random password that is kept in memory only. */
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
      // Mostly small amounts, sometimes a large one; a payment to many receivers has small ones.
      const unit = MOTES_PER_KITH / (400 * addresses.length);
      const price = () => Math.ceil((between(1, 40) ** 2 * unit) / PRICE_STEP) * PRICE_STEP;
      const to = addresses.map((address) => ({ address, amount: price() }));
      await client.wallet.send({ name: WALLET, to, password });
    },
  };
}

export interface PayingDeps {
  readonly payer: DemoUser;
  /** Called for every payment, because receivers may be added. */
  readonly receivers: () => Promise<readonly string[]>;
  readonly meanMs: number;
  readonly onPaid: () => void;
  /** Called when a payment failed, for example for lack of funds. Later payments follow anyway. */
  readonly onProblem: (error: unknown) => void;
}

/** One payment in this many has so many outputs that its block is sent as a compact block. */
const LARGE_EVERY = 5;
const LARGE_OUTPUTS = 60;

/** Pays random receivers every few seconds until the signal aborts. */
export async function keepPaying(deps: PayingDeps, signal: AbortSignal): Promise<void> {
  for (let round = 1; ; round++) {
    await sleep(exponential(deps.meanMs), signal);
    if (signal.aborted) return;
    try {
      const receivers = await deps.receivers();
      const length = round % LARGE_EVERY === 2 ? LARGE_OUTPUTS : 1;
      const to = Array.from({ length }, () => oneOf(receivers)).filter((one) => one !== undefined);
      if (to.length === 0) continue;
      await deps.payer.pay(to);
      deps.onPaid();
    } catch (error) {
      deps.onProblem(error);
    }
  }
}
