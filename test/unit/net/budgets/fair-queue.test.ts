import { describe, expect, test } from 'vitest';
import { codeOf } from '../../../../main/lib/errors.ts';
import { type Amount, createBalance } from '../../../../main/net/budgets/balance.ts';
import type { QueueLimits } from '../../../../main/net/budgets/costs.ts';
import { type Account, createFairQueue } from '../../../../main/net/budgets/fair-queue.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const rate = (burst: number, perSecond: number) => ({ burst, perSecond });
const PLENTY = { micros: rate(1e9, 1e9), bytes: rate(1e9, 1e9) };
const micros = (amount: number): Amount => ({ micros: amount, bytes: 0 });
const bytes = (amount: number): Amount => ({ micros: 0, bytes: amount });

function queueWith(limits: Partial<QueueLimits>, gate: (amount: Amount) => number = () => 0) {
  const clock = turnedClock();
  const all = { peer: PLENTY, group: PLENTY, overall: PLENTY, ...limits };
  const charged: Amount[] = [];
  const queue = createFairQueue(all, {
    ms: clock.monotonic,
    gate,
    granted: (amount) => void charged.push(amount),
    waits: () => queue.pump(),
  });
  const account = (group: string): Account => ({ group, own: createBalance(all.peer, clock.monotonic) });
  const granted: string[] = [];
  const spend = (name: string, of: Account, amount: Amount): void => {
    const waiting = queue.spend(of, amount);
    if (waiting === undefined) granted.push(name);
    else
      waiting.then(
        () => granted.push(name),
        (error: unknown) => granted.push(`${name}: ${codeOf(error)}`),
      );
  };
  /** Lets the time pass that the queue asks for, again and again, for so long. */
  async function pass(ms: number): Promise<void> {
    const end = clock.monotonic() + ms;
    for (;;) {
      await Promise.resolve();
      const soonest = queue.pump();
      await Promise.resolve();
      const left = end - clock.monotonic();
      if (left <= 0) return;
      clock.pass(Math.min(left, soonest));
    }
  }
  return { queue, account, spend, granted, pass, charged };
}

describe('what a peer may use', () => {
  test('is granted immediately up to its budget, and the rest as the budget refills', async () => {
    const { account, spend, granted, pass } = queueWith({ peer: { ...PLENTY, micros: rate(100, 100) } });
    const peer = account('a');
    for (let i = 0; i < 5; i++) spend(`r${i}`, peer, micros(100));
    expect(granted).toEqual(['r0']);
    // The next is granted as soon as anything is there, and then owes the rest of what it costs.
    await pass(900);
    expect(granted).toEqual(['r0', 'r1']);
    await pass(3000);
    expect(granted).toEqual(['r0', 'r1', 'r2', 'r3', 'r4']);
  });

  test('may be overdrawn by one request, which then takes longer to earn', async () => {
    const { account, spend, granted, pass } = queueWith({ peer: { ...PLENTY, micros: rate(100, 100) } });
    const peer = account('a');
    spend('large', peer, micros(1000));
    spend('next', peer, micros(1));
    expect(granted).toEqual(['large']);
    await pass(8900);
    expect(granted).toEqual(['large']);
    await pass(200);
    expect(granted).toEqual(['large', 'next']);
  });

  test('is its own: another peer is not slowed down by it', async () => {
    const { account, spend, granted } = queueWith({ peer: { ...PLENTY, micros: rate(100, 100) } });
    const [greedy, other] = [account('a'), account('b')];
    for (let i = 0; i < 50; i++) spend('greedy', greedy, micros(100));
    spend('other', other, micros(100));
    await Promise.resolve();
    expect(granted).toEqual(['greedy', 'other']);
  });
});

describe('what a network group may use', () => {
  test('is shared by its peers, and by no other peer', async () => {
    const { account, spend, granted } = queueWith({ group: { ...PLENTY, micros: rate(100, 100) } });
    spend('a1', account('a'), micros(100));
    spend('a2', account('a'), micros(100));
    spend('b1', account('b'), micros(100));
    await Promise.resolve();
    expect(granted).toEqual(['a1', 'b1']);
  });
});

describe('what all peers may use', () => {
  test('is granted to groups in turns, however many requests one of them has', async () => {
    const { account, spend, granted, pass } = queueWith({ overall: { ...PLENTY, micros: rate(100, 100) } });
    const crowd = Array.from({ length: 20 }, () => account('crowd'));
    for (const each of crowd) for (let i = 0; i < 10; i++) spend('crowd', each, micros(100));
    spend('honest', account('honest'), micros(100));
    await pass(3100);
    expect(granted.slice(0, 4)).toEqual(['crowd', 'crowd', 'honest', 'crowd']);
  });

  test('is granted to the peers of a group in turns', async () => {
    const { account, spend, granted, pass } = queueWith({ overall: { ...PLENTY, micros: rate(100, 100) } });
    const [first, second] = [account('a'), account('a')];
    for (let i = 0; i < 5; i++) spend('first', first, micros(100));
    spend('second', second, micros(100));
    await pass(3100);
    expect(granted.slice(0, 4)).toEqual(['first', 'first', 'second', 'first']);
  });

  test('is not exceeded in the long run by any mix of peers', async () => {
    const { account, spend, pass, charged } = queueWith({ overall: { ...PLENTY, micros: rate(100, 100) } });
    for (let i = 0; i < 40; i++) for (let k = 0; k < 5; k++) spend('r', account(`g${i}`), micros(30));
    await pass(10_000);
    const sum = charged.reduce((all, amount) => all + amount.micros, 0);
    expect(sum).toBeGreaterThan(900);
    expect(sum).toBeLessThanOrEqual(100 + 10 * 100 + 30);
  });
});

describe('an answer that has begun', () => {
  test('continues before any other begins', async () => {
    const { queue, account, spend, granted, pass } = queueWith({
      overall: { ...PLENTY, bytes: rate(100, 100) },
    });
    const [a, b] = [account('a'), account('b')];
    spend('a begins', a, bytes(150));
    spend('b begins', b, bytes(50));
    void queue.proceed(a, bytes(50))?.then(() => granted.push('a goes on'));
    await pass(3000);
    expect(granted).toEqual(['a begins', 'a goes on', 'b begins']);
  });

  test('does not delay requests that need no bytes', async () => {
    const { queue, account, spend, granted } = queueWith({ overall: { ...PLENTY, bytes: rate(100, 100) } });
    const [a, b] = [account('a'), account('b')];
    spend('a begins', a, bytes(150));
    void queue.proceed(a, bytes(50));
    spend('b asks', b, micros(5));
    await Promise.resolve();
    expect(granted).toEqual(['a begins', 'b asks']);
  });
});

test('a request that waits for a closed connection fails and is not charged', async () => {
  const { queue, account, spend, granted, pass, charged } = queueWith({
    overall: { ...PLENTY, micros: rate(100, 100) },
  });
  const [gone, other] = [account('a'), account('b')];
  spend('first', other, micros(200));
  spend('waits', gone, micros(100));
  spend('other', other, micros(100));
  queue.drop(gone);
  await pass(2500);
  expect(granted).toEqual(['first', 'waits: stream-lost', 'other']);
  expect(charged).toHaveLength(2);
  expect(queue.size).toBe(0);
});

test('a condition outside the budgets can delay answers', async () => {
  let open = false;
  const { queue, account, spend, granted } = queueWith({}, ({ bytes: some }) => (some > 0 && !open ? 50 : 0));
  spend('bytes', account('a'), bytes(10));
  spend('none', account('b'), micros(10));
  await Promise.resolve();
  expect(granted).toEqual(['none']);
  expect(queue.pump()).toBe(50);
  open = true;
  queue.pump();
  await Promise.resolve();
  expect(granted).toEqual(['none', 'bytes']);
});
