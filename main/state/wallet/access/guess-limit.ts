import { type Clock, sleep } from '../../../lib/clock.ts';
import { codeOf, KithError } from '../../../lib/errors.ts';
import { createQueue } from '../../../lib/queue.ts';

/** Lets passwords be tried, but not quickly. */
export interface GuessLimit {
  /**
   * Runs an attempt when it is this wallet's turn; null from it means that the password was wrong.
   * @throws {KithError} `wallet-password-wait` with the seconds left, when the next turn is far off or many wait.
   */
  attempt<T>(wallet: string, guess: () => Promise<T | null>): Promise<T | null>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;
/** A caller waits this long for its turn; beyond it, it is told when to come back. */
const PATIENCE_MS = 2_000;
/** Each attempt takes 64 MiB while it runs: one at a time, few in line. */
const MAX_WAITING = 8;

/**
 * After a wrong password a wallet takes no other for 250 ms, doubled with every further one up to a minute. All
 * wallets together try one password at a time.
 */
export function createGuessLimit(deps: { readonly clock: Clock }): GuessLimit {
  const queue = createQueue(MAX_WAITING);
  const wrong = new Map<string, { count: number; nextAt: number }>();

  const waitTurn = async (wallet: string) => {
    const left = (wrong.get(wallet)?.nextAt ?? 0) - deps.clock.ms();
    if (left > PATIENCE_MS) throw tooEarly(Math.ceil(left / 1000));
    if (left > 0) await sleep(left);
  };

  return {
    async attempt(wallet, guess) {
      const turn = async () => {
        await waitTurn(wallet);
        const result = await guess();
        if (result !== null) wrong.delete(wallet);
        else wrong.set(wallet, nextTurn(wrong.get(wallet)?.count ?? 0, deps.clock.ms()));
        return result;
      };
      try {
        return await queue.run(turn);
      } catch (error) {
        throw codeOf(error) === 'queue-full' ? tooEarly(1) : error;
      }
    },
  };
}

function nextTurn(failures: number, now: number): { count: number; nextAt: number } {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
  return { count: failures + 1, nextAt: now + pause };
}

function tooEarly(seconds: number): KithError {
  return new KithError('wallet-password-wait', `try again in ${seconds} s`, { data: { seconds } });
}
