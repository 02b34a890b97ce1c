import { type Role, ROLES } from '../../../shared/contract/vocabulary.ts';
import type { Clock } from '../../lib/clock.ts';
import { codeOf, KithError } from '../../lib/errors.ts';
import { createQueue } from '../../lib/queue.ts';

/** Limits how fast passwords can be tried. */
export interface PasswordAttempts {
  /**
   * Runs an attempt after the pause of this wallet and kind of connection is over. `attempt` returns null if the password
   * is wrong.
   * @throws {KithError} `wallet-password-wait` with the seconds left, when the pause is long or many attempts wait
   */
  attempt<T>(wallet: string, by: Role, attempt: () => Promise<T | null>): Promise<T | null>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;
/**
 * How long a call waits for the pause to end, in milliseconds. If the pause is longer, the call fails and says how long
 * it is.
 */
const MAX_WAIT_MS = 2_000;
/** How many attempts of one kind of connection may wait. An attempt takes 64 MiB, so only one runs at a time. */
const MAX_WAITING = 8;

/**
 * After a wrong password a wallet accepts no attempt for 250 ms. Every further wrong password doubles the pause, up to
 * a minute. The pause is kept per kind of connection: a page that guesses must not lock out the terminal, and a new
 * connection must not reset the pause. Only one password is tried at a time, over all kinds of connections.
 */
export function createPasswordAttempts({
  clock,
}: {
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
}): PasswordAttempts {
  // Each kind of connection has its own queue and at most one attempt in the common queue.
  const queues = new Map(ROLES.map((role) => [role, createQueue(MAX_WAITING)]));
  const common = createQueue(ROLES.length);
  const wrong = new Map<string, { count: number; nextAt: number }>();

  const waitTurn = async (key: string) => {
    const pauseLeft = (wrong.get(key)?.nextAt ?? 0) - clock.monotonic();
    if (pauseLeft > MAX_WAIT_MS) throw tooEarly(Math.ceil(pauseLeft / 1000));
    if (pauseLeft > 0) await clock.sleep(pauseLeft);
  };

  return {
    async attempt(wallet, by, attempt) {
      const key = `${by} ${wallet}`;
      const turn = async () => {
        await waitTurn(key);
        const result = await common.run(attempt);
        if (result !== null) wrong.delete(key);
        else wrong.set(key, nextTurn(wrong.get(key)?.count ?? 0, clock.monotonic()));
        return result;
      };
      try {
        return await queues.get(by)!.run(turn);
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
