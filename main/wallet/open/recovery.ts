import type { Clock } from '../../lib/clock.ts';
import { KithError, messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { Queue } from '../../lib/queue.ts';
import { emptyMeta } from '../ledger/wallet-ledger.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { InitialState, WalletData } from '../ledger/wallet-data.ts';
import type { BlockRef } from '../ledger/ports.ts';

export interface RecoveryDeps {
  readonly data: Pick<WalletData, 'renew'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Log;
  readonly wallets: () => Iterable<OpenWallet>;
  /** The locator at which a wallet starts to read the chain; see scanStartAt. */
  readonly from: (wallet: OpenWallet) => readonly BlockRef[];
  /** Called after all wallets have started over. */
  readonly renewed: () => void;
}

/** Shortest time between two attempts to create the database again, in milliseconds. */
const RETRY_MS = 5_000;

/**
 * A queue that recovers from a corrupt wallet database. When a task fails because of corruption, the database is
 * created again before the next task runs. Every wallet keeps its unconfirmed payments and reads the chain again. The
 * task itself still fails with its error.
 */
export function createRecoveringQueue(queue: Queue, deps: RecoveryDeps): Queue {
  const { data, clock, log } = deps;
  let notBefore = -Infinity;

  const recover = async (why: string): Promise<void> => {
    if (clock.monotonic() < notBefore) return;
    notBefore = clock.monotonic() + RETRY_MS;
    const states = new Map<string, InitialState>();
    for (const wallet of deps.wallets()) states.set(wallet.id, initialStateOf(wallet, deps.from(wallet)));
    try {
      await data.renew(why, states);
    } catch (error) {
      log.error('the wallet database could not be created again; the next task tries it again', { error });
      return;
    }
    notBefore = -Infinity;
    for (const wallet of deps.wallets()) {
      const state = states.get(wallet.id);
      if (state !== undefined) wallet.reload({ ...state, coins: [], receipts: [] });
    }
    deps.renewed();
  };

  return {
    ...queue,
    get size() {
      return queue.size;
    },
    run: (task) =>
      queue.run(async () => {
        try {
          return await task();
        } catch (error) {
          if (isCorruption(error)) await recover(messageOf(error));
          throw error;
        }
      }),
  };
}

/** Runs a query, and runs it once more if it found the database corrupt: the database was created again before that. */
export async function retryAfterCorruption<T>(query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    if (!isCorruption(error)) throw error;
    return query();
  }
}

const CORRUPTION_CODES = new Set(['wallet-data-damaged', 'wallet-data-unusable']);

/** Whether an error says that the wallet database is corrupt or cannot be used. */
export function isCorruption(error: unknown): error is KithError {
  return error instanceof KithError && CORRUPTION_CODES.has(error.code);
}

/**
 * The state of a wallet that starts over. It has the unconfirmed payments from memory, and the key use, so that no key
 * is issued twice.
 */
function initialStateOf({ ledger }: OpenWallet, from: readonly BlockRef[]): InitialState {
  const unconfirmed = [...ledger.unconfirmed.values()];
  const { highestUsed, uses, shortSince, gap } = ledger.meta();
  return {
    meta: { ...emptyMeta(from, true), highestUsed, uses, shortSince, gap, unconfirmed: unconfirmed.length },
    unconfirmed,
  };
}
