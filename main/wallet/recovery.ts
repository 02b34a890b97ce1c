import type { Clock } from '../lib/clock.ts';
import { KithError, messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Queue } from '../lib/queue.ts';
import { emptyMeta } from './wallet-ledger.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { Mark } from './mark.ts';
import type { Beginning, WalletData } from './wallet-data.ts';

export interface RecoveryDeps {
  readonly data: Pick<WalletData, 'renew'>;
  readonly clock: Pick<Clock, 'ms'>;
  readonly log: Log;
  readonly wallets: () => Iterable<OpenWallet>;
  /** Where a wallet begins to read the chain, see startOf. */
  readonly from: (wallet: OpenWallet) => readonly Mark[];
  /** After every wallet began again. */
  readonly renewed: () => void;
}

/** Where even a new database fails, it is tried again this much later at the earliest. */
const RETRY_MS = 5_000;

/**
 * Lets tasks run as `lane` does. When one finds the wallet database damaged, the database is made anew before the next
 * task: every wallet begins again from the chain, with the payments that no block has. The task itself still fails, with
 * what it failed with.
 */
export function createRecoveringLane(lane: Queue, deps: RecoveryDeps): Queue {
  const { data, clock, log } = deps;
  let notBefore = -Infinity;

  const recover = async (why: string): Promise<void> => {
    if (clock.ms() < notBefore) return;
    notBefore = clock.ms() + RETRY_MS;
    const states = new Map<string, Beginning>();
    for (const wallet of deps.wallets()) states.set(wallet.id, beginningOf(wallet, deps.from(wallet)));
    try {
      await data.renew(why, states);
    } catch (error) {
      log.error('the wallet database could not be made anew; it is tried again', { error });
      return;
    }
    notBefore = -Infinity;
    for (const wallet of deps.wallets()) {
      const state = states.get(wallet.id);
      if (state !== undefined) wallet.reload({ ...state, coins: [] });
    }
    deps.renewed();
  };

  return {
    ...lane,
    get size() {
      return lane.size;
    },
    run: (task) =>
      lane.run(async () => {
        try {
          return await task();
        } catch (error) {
          if (isDamaged(error)) await recover(messageOf(error));
          throw error;
        }
      }),
  };
}

/** Runs a question once more when it found the database damaged: by then that has been made anew. */
export async function askTwice<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (!isDamaged(error)) throw error;
    return question();
  }
}

const DAMAGE = new Set(['wallet-data-damaged', 'wallet-data-unusable']);

/** Whether an error says that what the database has of the wallets can't be used as it is. */
export function isDamaged(error: unknown): error is KithError {
  return error instanceof KithError && DAMAGE.has(error.code);
}

/** What memory has of its payments is all there is. Keys that were used once are never handed out again. */
function beginningOf({ book }: OpenWallet, from: readonly Mark[]): Beginning {
  const unmined = [...book.unmined.values()];
  const { highestUsed, uses, shortSince, gap } = book.meta();
  return {
    meta: { ...emptyMeta(from, true), highestUsed, uses, shortSince, gap, unmined: unmined.length },
    unmined,
  };
}
