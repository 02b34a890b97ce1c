import type { Time } from '../../lib/clock.ts';
import type { DialBackOutcome } from './autonat-server.ts';

type Vote = DialBackOutcome['got'];

/** The latest answer of each network group. Beyond MAX_VOTES the oldest are forgotten. */
export interface Votes {
  add(group: string, vote: Vote): void;
  /** The answer of this group if it is still valid and given since the last `renew`. */
  of(group: string): Vote | undefined;
  /** Number of groups that gave this answer and whose answer is still valid. */
  count(vote: Vote): number;
  /** Whether enough groups said yes or no since the last `renew`. */
  enough(): boolean;
  /**
   * Lets every group be asked again. Earlier answers count until the group answers again or enough other groups did: a test
   * that no peer answers must not make a reachable node unknown.
   */
  renew(): void;
  clear(): void;
}

/** Number of answers that are enough, and how long an answer is valid. */
const ANSWERS_NEEDED = 3;
const GOOD_MS = 15 * 60_000;
const MAX_VOTES = 64;

export function createVotes({ monotonic }: Pick<Time, 'monotonic'>): Votes {
  const votes = new Map<string, { readonly vote: Vote; readonly at: number }>();
  const earlier: typeof votes = new Map();
  const validIn = (from: typeof votes, group: string): Vote | undefined => {
    const found = from.get(group);
    return found !== undefined && monotonic() - found.at < GOOD_MS ? found.vote : undefined;
  };
  const countIn = (from: typeof votes, vote: Vote): number =>
    [...from.keys()].filter((group) => validIn(from, group) === vote).length;
  const enough = (): boolean => countIn(votes, 'in') + countIn(votes, 'out') >= ANSWERS_NEEDED;
  return {
    add(group, vote) {
      votes.delete(group);
      votes.set(group, { vote, at: monotonic() });
      if (votes.size > MAX_VOTES) votes.delete(votes.keys().next().value!);
      if (vote !== 'none') earlier.delete(group);
      if (enough()) earlier.clear();
    },
    of: (group) => validIn(votes, group),
    count: (vote) => countIn(votes, vote) + countIn(earlier, vote),
    enough,
    renew() {
      for (const [group, each] of votes) {
        if (each.vote === 'none') continue;
        earlier.delete(group);
        earlier.set(group, each);
        if (earlier.size > MAX_VOTES) earlier.delete(earlier.keys().next().value!);
      }
      votes.clear();
    },
    clear() {
      votes.clear();
      earlier.clear();
    },
  };
}
