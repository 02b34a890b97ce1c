import { type Role, ROLES } from '../../shared/contract/vocabulary.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import { codeOf, KithError } from '../lib/errors.ts';
import { createQueue } from '../lib/queue.ts';

/** Lets passwords be tried, but not quickly. */
export interface GuessLimit {
  /**
   * Runs an attempt when it is the turn of this wallet over this kind of connection; null from it means that the password was wrong.
   * @throws {KithError} `wallet-password-wait` with the seconds left, when the next turn is far off or many wait.
   */
  attempt<T>(wallet: string, by: Role, guess: () => Promise<T | null>): Promise<T | null>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;
/** A caller waits this long for its turn; beyond it, it is told when to come back. */
const PATIENCE_MS = 2_000;
/** Each attempt takes 64 MiB while it runs: one at a time, and few of one kind of connection in line. */
const MAX_WAITING = 8;

/**
 * After a wrong password a wallet takes no other for 250 ms, doubled with every further one up to a minute. That counts
 * for each kind of connection alone: a page that guesses must not lock out the terminal, and a new connection does not
 * begin anew. All together try one password at a time, in turn.
 */
export function createGuessLimit(deps: { readonly clock: Clock }): GuessLimit {
  // Each waits in a line of its own, and from each one at most in the common one.
  const lines = new Map(ROLES.map((role) => [role, createQueue(MAX_WAITING)]));
  const common = createQueue(ROLES.length);
  const wrong = new Map<string, { count: number; nextAt: number }>();

  const waitTurn = async (key: string) => {
    const left = (wrong.get(key)?.nextAt ?? 0) - deps.clock.ms();
    if (left > PATIENCE_MS) throw tooEarly(Math.ceil(left / 1000));
    if (left > 0) await sleep(left);
  };

  return {
    async attempt(wallet, by, guess) {
      const key = `${by} ${wallet}`;
      const turn = async () => {
        await waitTurn(key);
        const result = await common.run(guess);
        if (result !== null) wrong.delete(key);
        else wrong.set(key, nextTurn(wrong.get(key)?.count ?? 0, deps.clock.ms()));
        return result;
      };
      try {
        return await lines.get(by)!.run(turn);
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
