import { KithError } from '../../lib/errors.ts';
import { FRAME } from '../wire/frame-types.ts';
import type { Toll } from '../wire/server.ts';
import type { PeerBudget } from './budgets.ts';
import { COST, type RequestName } from './costs.ts';

const NAMES = new Map<number, RequestName>(
  Object.entries(FRAME).flatMap(([name, { type }]) =>
    name in COST ? [[type, name as RequestName] as const] : [],
  ),
);

/**
 * What waits longer than this for its turn is not answered at all: the peer would take the silence for a violation
 * (request-unanswered, wire.md, section 11) after 30 s.
 */
export const MOST_WAIT_MS = 20_000;

/**
 * What frames are answered for, by the table of costs and the budgets of their connection.
 * @param crowded a request has waited too long: the connection has to end, which costs neither side anything.
 */
export function createToll(budget: PeerBudget, crowded: () => void): Toll {
  const nameOf = (type: number): RequestName => NAMES.get(type) ?? 'unknown';
  // Since when the peer has been waiting for the next frame of the answer.
  let since = performance.now();

  async function inTime(turn: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => {
          crowded();
          reject(new KithError('stream-lost', 'a request waited too long for its turn'));
        },
        Math.max(0, since + MOST_WAIT_MS - performance.now()),
      );
    });
    try {
      await Promise.race([turn, late]);
    } finally {
      clearTimeout(timer);
      // Nobody else listens to the one that lost.
      turn.catch(() => undefined);
    }
  }

  return {
    async enter(type, bytes) {
      const name = nameOf(type);
      // Another large answer is going out on this connection meanwhile, so the peer is not left without anything.
      const done = 'large' in COST[name] ? await budget.alone() : nothing;
      since = performance.now();
      try {
        await inTime(budget.spend(name, bytes));
        return done;
      } catch (error) {
        done();
        throw error;
      }
    },
    pay: (type) => async (bytes, begun) => {
      const turn = budget.answer(nameOf(type), bytes, begun);
      if (begun) await turn;
      else await inTime(turn);
      since = performance.now();
    },
  };
}

const nothing = (): void => {};
