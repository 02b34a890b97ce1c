import { KithError } from '../../lib/errors.ts';
import { type Amount, type Balance, createBalance, type Ms } from './balance.ts';
import type { LaneLimits } from './costs.ts';

/** Whose requests wait: one connection, its network group and what it may use itself. */
export interface Account {
  readonly group: string;
  readonly own: Balance;
}

/**
 * Grants what peers ask for as far as the budgets allow: of the connection, of its network group, of all. While something
 * is short, groups take turns, and in a group its connections: whoever asks more waits longer, and slows nobody else.
 */
export interface FairQueue {
  /** Charges the amount, at once or when it is its turn: then the promise resolves. */
  spend(account: Account, amount: Amount): Promise<void> | undefined;
  /** The same for the rest of something that was granted already: before all that has not begun. */
  proceed(account: Account, amount: Amount): Promise<void> | undefined;
  /** The connection is gone: what waits for it fails with `stream-lost`, and costs nothing. */
  drop(account: Account): void;
  /** Looks again who may go on, and gives the milliseconds until that is worthwhile next; Infinity when nobody waits. */
  pump(): number;
  /** Requests that wait. */
  readonly size: number;
}

export interface FairQueueDeps {
  readonly ms: Ms;
  /** Milliseconds that something like `amount` must wait for something beyond these budgets, such as an upload limit. */
  readonly gate: (amount: Amount) => number;
  /** This was granted. */
  readonly granted: (amount: Amount) => void;
  /** Something waits: call `pump`. */
  readonly waits: () => void;
}

interface Waiter {
  readonly account: Account;
  readonly amount: Amount;
  readonly grant: () => void;
  readonly fail: (error: KithError) => void;
}

/** Groups whose balance is remembered; the ones not used for longest are forgotten, full or not. */
const MOST_GROUPS = 1024;

export function createFairQueue(limits: LaneLimits, deps: FairQueueDeps): FairQueue {
  const { ms, gate } = deps;
  const overall = createBalance(limits.overall, ms);
  const groups = new Map<string, Balance>();
  // Both in the order of turns: who was served goes to the end.
  const waiting = new Map<string, Map<Account, Waiter[]>>();
  let begun: Waiter[] = [];
  let size = 0;

  function groupOf(name: string): Balance {
    const found = groups.get(name) ?? createBalance(limits.group, ms);
    groups.delete(name);
    groups.set(name, found);
    if (groups.size > MOST_GROUPS) groups.delete(groups.keys().next().value!);
    return found;
  }

  function charge({ group, own }: Account, amount: Amount): void {
    for (const balance of [overall, groupOf(group), own]) balance.charge(amount);
    deps.granted(amount);
  }

  const waitOf = ({ group, own }: Account, amount: Amount): number =>
    Math.max(overall.wait(amount), gate(amount), groupOf(group).wait(amount), own.wait(amount));

  function enqueue(account: Account, amount: Amount): Promise<void> {
    return new Promise((grant, fail) => {
      const inGroup = waiting.get(account.group) ?? new Map<Account, Waiter[]>();
      waiting.set(account.group, inGroup);
      const queue = inGroup.get(account) ?? [];
      inGroup.set(account, queue);
      queue.push({ account, amount, grant, fail });
      size++;
      deps.waits();
    });
  }

  // The peer's and the group's budgets were looked at when it began.
  const waitOfRest = (amount: Amount): number => Math.max(overall.wait(amount), gate(amount));

  /** The next that may go on, taken out of the queue; or how long none may. */
  function next(): Waiter | number {
    const rest = begun[0] === undefined ? 0 : waitOfRest(begun[0].amount);
    if (begun[0] !== undefined && rest === 0) return begun.shift()!;
    let soonest = begun.length === 0 ? Infinity : rest;
    for (const [group, inGroup] of waiting) {
      for (const [account, queue] of inGroup) {
        const { amount } = queue[0]!;
        // A peer must not wait in the middle of an answer for others whose answers have not begun.
        if (begun.length > 0 && amount.bytes > 0) continue;
        const wait = waitOf(account, amount);
        if (wait === 0) return take(group, inGroup, account, queue);
        soonest = Math.min(soonest, wait);
      }
    }
    return soonest;
  }

  function take(group: string, inGroup: Map<Account, Waiter[]>, account: Account, queue: Waiter[]): Waiter {
    const waiter = queue.shift()!;
    inGroup.delete(account);
    if (queue.length > 0) inGroup.set(account, queue);
    waiting.delete(group);
    if (inGroup.size > 0) waiting.set(group, inGroup);
    return waiter;
  }

  return {
    spend(account, amount) {
      if (size > 0 || waitOf(account, amount) > 0) return enqueue(account, amount);
      charge(account, amount);
      return undefined;
    },
    proceed(account, amount) {
      if (begun.length === 0 && waitOfRest(amount) === 0) {
        charge(account, amount);
        return undefined;
      }
      return new Promise((grant, fail) => {
        begun.push({ account, amount, grant, fail });
        size++;
        deps.waits();
      });
    },
    drop(account) {
      const inGroup = waiting.get(account.group);
      const gone = [
        ...(inGroup?.get(account) ?? []),
        ...begun.filter((waiter) => waiter.account === account),
      ];
      inGroup?.delete(account);
      if (inGroup?.size === 0) waiting.delete(account.group);
      begun = begun.filter((waiter) => waiter.account !== account);
      size -= gone.length;
      for (const { fail } of gone) fail(new KithError('stream-lost', 'the connection is gone'));
    },
    pump() {
      for (;;) {
        const found = next();
        if (typeof found === 'number') return found;
        size--;
        charge(found.account, found.amount);
        found.grant();
      }
    },
    get size() {
      return size;
    },
  };
}
