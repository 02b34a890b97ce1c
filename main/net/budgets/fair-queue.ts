import { KithError } from '../../lib/errors.ts';
import { type Amount, type Balance, createBalance, type Ms } from './balance.ts';
import type { QueueLimits } from './costs.ts';

/** To whom requests are charged: one connection, its network group and its own allowance. */
export interface Account {
  readonly group: string;
  readonly own: Balance;
}

/**
 * Grants requests within the budgets of the connection, of its network group, and of all connections. When a budget is
 * short, network groups take turns, and within a group its connections. So a peer that sends more requests waits longer
 * and delays no other peer.
 */
export interface FairQueue {
  /**
   * Charges the amount. Undefined if it was charged immediately; else a promise that resolves when the account has
   * its turn.
   */
  spend(account: Account, amount: Amount): Promise<void> | undefined;
  /**
   * Charges the rest of a request that was granted before. This rest has priority over all requests that were not
   * granted yet.
   */
  proceed(account: Account, amount: Amount): Promise<void> | undefined;
  /** The connection is closed. Its queued requests fail with `stream-lost` and are not charged. */
  drop(account: Account): void;
  /**
   * Grants what can be granted now. Returns the milliseconds until the next call is useful; Infinity when the queue is
   * empty.
   */
  pump(): number;
  /** Number of requests that are queued. */
  readonly size: number;
}

export interface FairQueueDeps {
  readonly ms: Ms;
  /** Milliseconds that `amount` must wait for another limit, such as the upload limit. */
  readonly gate: (amount: Amount) => number;
  /** Called for every amount that was granted. */
  readonly granted: (amount: Amount) => void;
  /** A request was queued, so the owner must call `pump`. */
  readonly waits: () => void;
}

interface Waiter {
  readonly account: Account;
  readonly amount: Amount;
  readonly grant: () => void;
  readonly fail: (error: KithError) => void;
}

/** Number of network groups whose balance is remembered. The least recently used are forgotten. */
const MAX_GROUPS = 1024;

/**
 * Requests that were not granted yet, in the order of turns. An account that was served moves to the end, and so does
 * its group.
 */
interface Rotation {
  add(waiter: Waiter): void;
  /** The oldest request of each account, in the order of turns. */
  firsts(): Iterable<Waiter>;
  /** Removes the oldest request of an account. */
  take(account: Account): Waiter;
  /** Removes all requests of an account. */
  drop(account: Account): readonly Waiter[];
}

function createRotation(): Rotation {
  const groups = new Map<string, Map<Account, Waiter[]>>();
  return {
    add(waiter) {
      const { account } = waiter;
      const inGroup = groups.get(account.group) ?? new Map<Account, Waiter[]>();
      groups.set(account.group, inGroup);
      const queue = inGroup.get(account) ?? [];
      inGroup.set(account, queue);
      queue.push(waiter);
    },
    *firsts() {
      for (const inGroup of groups.values()) for (const queue of inGroup.values()) yield queue[0]!;
    },
    take(account) {
      const inGroup = groups.get(account.group)!;
      const queue = inGroup.get(account)!;
      const waiter = queue.shift()!;
      inGroup.delete(account);
      if (queue.length > 0) inGroup.set(account, queue);
      groups.delete(account.group);
      if (inGroup.size > 0) groups.set(account.group, inGroup);
      return waiter;
    },
    drop(account) {
      const inGroup = groups.get(account.group);
      const gone = inGroup?.get(account) ?? [];
      inGroup?.delete(account);
      if (inGroup?.size === 0) groups.delete(account.group);
      return gone;
    },
  };
}

export function createFairQueue(limits: QueueLimits, deps: FairQueueDeps): FairQueue {
  const { ms, gate } = deps;
  const overall = createBalance(limits.overall, ms);
  const groups = new Map<string, Balance>();
  const waiting = createRotation();
  let begun: Waiter[] = [];
  let size = 0;

  function groupOf(name: string): Balance {
    const found = groups.get(name) ?? createBalance(limits.group, ms);
    groups.delete(name);
    groups.set(name, found);
    if (groups.size > MAX_GROUPS) groups.delete(groups.keys().next().value!);
    return found;
  }

  function charge({ group, own }: Account, amount: Amount): void {
    for (const balance of [overall, groupOf(group), own]) balance.charge(amount);
    deps.granted(amount);
  }

  const waitOf = ({ group, own }: Account, amount: Amount): number =>
    Math.max(overall.wait(amount), gate(amount), groupOf(group).wait(amount), own.wait(amount));

  function enqueue(account: Account, amount: Amount, add: (waiter: Waiter) => void): Promise<void> {
    return new Promise((grant, fail) => {
      add({ account, amount, grant, fail });
      size++;
      deps.waits();
    });
  }

  // When the request was granted, the budgets of the peer and of its group were checked.
  const waitOfRest = (amount: Amount): number => Math.max(overall.wait(amount), gate(amount));

  /** Removes and returns the next request that may be granted. If all have to wait, returns for how long. */
  function next(): Waiter | number {
    const rest = begun[0] === undefined ? 0 : waitOfRest(begun[0].amount);
    if (begun[0] !== undefined && rest === 0) return begun.shift()!;
    let soonest = begun.length === 0 ? Infinity : rest;
    for (const { account, amount } of waiting.firsts()) {
      // No other answer may begin while a peer waits in the middle of one.
      if (begun.length > 0 && amount.bytes > 0) continue;
      const wait = waitOf(account, amount);
      if (wait === 0) return waiting.take(account);
      soonest = Math.min(soonest, wait);
    }
    return soonest;
  }

  return {
    spend(account, amount) {
      if (size > 0 || waitOf(account, amount) > 0) return enqueue(account, amount, waiting.add);
      charge(account, amount);
      return undefined;
    },
    proceed(account, amount) {
      if (begun.length === 0 && waitOfRest(amount) === 0) {
        charge(account, amount);
        return undefined;
      }
      return enqueue(account, amount, (waiter) => begun.push(waiter));
    },
    drop(account) {
      const gone = [...waiting.drop(account), ...begun.filter((waiter) => waiter.account === account)];
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
