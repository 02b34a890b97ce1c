import { KithError } from '../../lib/errors.ts';
import { createDeadline, type Deadline } from '../protocol/deadline.ts';
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
 * A frame of an answer that isn't ready after this is not sent at all: the peer would take the silence for a violation
 * (request-unanswered, wire.md, section 11) after 30 s.
 */
export const MOST_WAIT_MS = 20_000;
/**
 * How long a request may wait for another large answer on its connection to end: while that arrives at a good pace, the
 * peer waits 120 s.
 */
export const MOST_TURN_MS = 90_000;

/**
 * What frames are answered for, by the table of costs and the budgets of their connection.
 * @param crowded an answer is too late, by a budget, the disk or the processor: the connection has to end, which costs
 * neither side anything.
 */
export function createToll(budget: PeerBudget, crowded: () => void): Toll {
  const nameOf = (type: number): RequestName => NAMES.get(type) ?? 'unknown';
  let late = Promise.withResolvers<never>();
  let deadline: Deadline | undefined;

  const unwatch = (): void => deadline?.clear();

  /** From now on the peer waits for the next frame of the answer. */
  function watch(ms: number): void {
    unwatch();
    late = Promise.withResolvers<never>();
    // Nobody may be waiting for it.
    late.promise.catch(() => undefined);
    deadline = createDeadline(ms, () => {
      crowded();
      late.reject(new KithError('stream-lost', 'an answer is too late'));
    });
  }

  /** @throws {KithError} `stream-lost` when the connection ends, or what waits is late. */
  async function inTime<T>(turn: Promise<T>): Promise<T> {
    // Nobody else listens to the one that lost.
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
      // What the peer takes to read it is not ours.
      unwatch();
    },
    sent: () => watch(MOST_WAIT_MS),
  };
}

const nothing = (): void => {};
