import { KithError } from '../../lib/errors.ts';
import { createDeadline, type Deadline, type StreamClock } from '../protocol/deadline.ts';
import { FRAME } from '../protocol/frame-types.ts';
import type { Toll } from '../protocol/responder.ts';
import type { PeerBudget } from './budgets.ts';
import { COST, type RequestName } from './costs.ts';

const NAMES = new Map<number, RequestName>(
  Object.entries(FRAME).flatMap(([name, { type }]) =>
    name in COST ? [[type, name as RequestName] as const] : [],
  ),
);

/**
 * A frame of an answer that is not ready after this time is not sent at all, because the peer treats 30 s without a
 * frame as the violation `request-unanswered` (wire.md §11).
 */
export const MOST_WAIT_MS = 20_000;
/**
 * How long a request may wait for another large answer on its connection. The peer waits 120 s while that answer
 * arrives at an accepted pace.
 */
export const MOST_TURN_MS = 90_000;

/**
 * Charges the frames of a stream to the budgets of its connection, by the table of costs.
 * @param crowded called when an answer is too late because of a budget, the disk or the processor. The caller must
 * close the connection then, which is a violation of neither side.
 */
export function createToll(budget: PeerBudget, clock: StreamClock, crowded: () => void): Toll {
  const nameOf = (type: number): RequestName => NAMES.get(type) ?? 'unknown';
  let late = Promise.withResolvers<never>();
  let deadline: Deadline | undefined;

  const unwatch = (): void => deadline?.clear();

  /** Starts the deadline for the next frame of the answer. */
  function watch(ms: number): void {
    unwatch();
    late = Promise.withResolvers<never>();
    // There may be no caller that waits for this promise.
    late.promise.catch(() => undefined);
    deadline = createDeadline(clock, ms, () => {
      crowded();
      late.reject(new KithError('stream-lost', 'an answer is too late'));
    });
  }

  /**
   * Resolves with `turn`.
   * @throws {KithError} `stream-lost` when the connection ends or the deadline passes first
   */
  async function inTime<T>(turn: Promise<T>): Promise<T> {
    // If `turn` loses the race and rejects later, that must not be an unhandled rejection.
    turn.catch(() => undefined);
    return Promise.race([turn, late.promise]);
  }

  return {
    async enter(type, bytes) {
      const name = nameOf(type);
      let done = nothing;
      try {
        if ('large' in COST[name]) {
          watch(MOST_TURN_MS);
          const alone = budget.alone();
          done = () => void alone.then((end) => end());
          await inTime(alone);
        }
        watch(MOST_WAIT_MS);
        await inTime(budget.spend(name, bytes));
      } catch (error) {
        unwatch();
        done();
        throw error;
      }
      return () => {
        unwatch();
        done();
      };
    },
    pay: (type) => async (bytes, begun) => {
      const turn = budget.answer(nameOf(type), bytes, begun);
      await (begun ? turn : inTime(turn));
      // The time that the peer takes to read does not count.
      unwatch();
    },
    sent: () => watch(MOST_WAIT_MS),
  };
}

const nothing = (): void => {};
