import { describe, expect, test } from 'vitest';
import { activityOf, paidMotes } from '../../../../renderer/format/activity.ts';
import { daysOf, foldMined } from '../../../../renderer/format/fold.ts';
import { balanceNotes, balanceParts } from '../../../../renderer/format/balance.ts';
import { paymentStepsOf } from '../../../../renderer/format/payment-steps.ts';
import { anEntry } from '../entries.ts';

const MATURITY = 720;
const say = (parts: Parameters<typeof anEntry>[0]): string => {
  const { lead, joint, party, tail } = activityOf(anEntry(parts), MATURITY);
  return `${lead} N${joint}${party}${tail}`;
};
const onTheWay = { kind: 'sent', height: null, confirmations: 0, amount: -100, fee: 10 } as const;

describe('payments as sentences', () => {
  test.each([
    [{ state: 'confirmed' }, 'Received N'],
    [{ state: 'mined', confirmations: 3, label: 'rent' }, 'Received N for rent, 3 confirmations'],
    [{ state: 'pending', height: null, confirmations: 0 }, 'Receiving N, pending'],
    [{ ...onTheWay, state: 'queued' }, 'Queued N, waiting for a peer'],
    [{ ...onTheWay, state: 'queued', seenBy: 0, ofPeers: 0 }, 'Queued N, waiting for a peer'],
    [{ ...onTheWay, state: 'sent', seenBy: 0, ofPeers: 5 }, 'Sending N, seen by 0 of 5 peers'],
    [{ ...onTheWay, state: 'sent', seenBy: 1, ofPeers: 5 }, 'Sending N, seen by 1 of 5 peers'],
    [{ ...onTheWay, state: 'sent', seenBy: 0, ofPeers: 0 }, 'Sending N, no peer connected now'],
    [{ ...onTheWay, state: 'sent' }, 'Sending N, pending'],
    [{ kind: 'sent', state: 'confirmed', label: 'Mira' }, 'Sent N to Mira'],
    [
      { kind: 'sent', state: 'mined', confirmations: 1, addresses: ['a', 'b'] },
      'Sent N to 2 addresses, 1 confirmation',
    ],
    [{ kind: 'mined', state: 'immature', confirmations: 700 }, 'Mined a block: N, immature for 20 blocks'],
    [{ kind: 'mined', state: 'confirmed', confirmations: 720 }, 'Mined a block: N'],
    [{ kind: 'sent', state: 'expired', height: null }, 'Expired, coins available again: N'],
    [{ kind: 'received', state: 'conflicted', height: null }, 'Conflicted with another payment: N'],
  ] as const)('%o', (parts, text) =>
    expect(say({ ...parts, addresses: 'addresses' in parts ? [...parts.addresses] : [] })).toBe(text),
  );

  test('the sent amount does not include the fee', () => {
    expect(paidMotes(anEntry({ kind: 'sent', amount: -110, fee: 10 }))).toBe(100);
    expect(paidMotes(anEntry({ amount: 7 }))).toBe(7);
  });
});

describe('the steps of a payment', () => {
  const states = (parts: Parameters<typeof anEntry>[0]) =>
    paymentStepsOf(anEntry(parts), MATURITY).map(({ name, state }) => `${name}: ${state}`);

  test.each([
    [
      { ...onTheWay, state: 'queued', seenBy: 0, ofPeers: 0 },
      ['Signed: done', 'Queued: current', 'In a block: future', 'Confirmed: future'],
    ],
    [
      { ...onTheWay, state: 'sent', seenBy: 0, ofPeers: 4 },
      ['Signed: done', 'Broadcast: current', 'In a block: future', 'Confirmed: future'],
    ],
    [
      { ...onTheWay, state: 'sent', seenBy: null, ofPeers: null },
      ['Signed: done', 'Broadcast: done', 'In a block: current', 'Confirmed: future'],
    ],
    [
      { ...onTheWay, state: 'sent', seenBy: 2, ofPeers: 4 },
      ['Signed: done', 'Broadcast: done', 'In a block: current', 'Confirmed: future'],
    ],
    [
      { kind: 'sent', state: 'mined', confirmations: 2 },
      ['Signed: done', 'Broadcast: done', 'In block 100: done', 'Confirmed: current'],
    ],
    [
      { kind: 'sent', state: 'confirmed' },
      ['Signed: done', 'Broadcast: done', 'In block 100: done', 'Confirmed: done'],
    ],
    [{ kind: 'mined', state: 'immature', confirmations: 9 }, ['In block 100: done', 'Confirmed: current']],
    [{ ...onTheWay, state: 'expired', seenBy: 0, ofPeers: 0 }, ['Signed: done', 'Expired: failed']],
    [
      { kind: 'received', state: 'pending', height: null },
      ['Seen: done', 'Checked: done', 'In a block: current', 'Confirmed: future'],
    ],
  ] as const)('%o', (parts, steps) => expect(states(parts)).toEqual(steps));
});

describe('a balance', () => {
  const nothing = { confirmed: 0, pending: 0, immature: 0, asOfHeight: 1 };
  const settled = { ...nothing, available: 5, frozen: 0, pendingChange: 0, pendingIn: 0, pendingOut: 0 };
  const busy = {
    ...nothing,
    available: 100_000_005,
    frozen: 50_000_000,
    pendingChange: 30_000_000,
    pendingIn: 250_000_000,
    pendingOut: 120_000_000,
    immature: 2_000_000_000,
  };

  test('has no notes when everything is available', () => {
    expect(balanceNotes(settled)).toEqual([]);
  });

  test('names every part that is not available, own change never as incoming', () => {
    expect(balanceNotes(busy)).toEqual([
      '2.5\u00a0KITH pending in',
      '1.2\u00a0KITH pending out',
      '0.5\u00a0KITH frozen',
      '0.3\u00a0KITH change, available after the next block',
      '20\u00a0KITH immature',
    ]);
  });

  test('shows what goes out with a minus sign', () => {
    expect(balanceParts(busy).map(({ name, motes }) => `${name} ${motes}`)).toEqual([
      'Available 100000005',
      'Frozen 50000000',
      'Pending change 30000000',
      'Pending in 250000000',
      'Pending out -120000000',
      'Immature 2000000000',
    ]);
  });

  test('has no line for pending change when there is none', () => {
    expect(balanceParts(settled).map(({ name }) => name)).not.toContain('Pending change');
  });
});

describe('mined rewards in a row', () => {
  const reward = (txid: string, state: 'immature' | 'confirmed' = 'confirmed') =>
    anEntry({ txid, kind: 'mined', amount: 20, state });

  test('three or more are one line, and the order stays', () => {
    const entries = [reward('a', 'immature'), reward('b'), reward('c'), anEntry({ txid: 'd' }), reward('e')];
    const rows = foldMined(entries);
    expect(rows.map((row) => (row.kind === 'one' ? row.entry.txid : row.entries.length))).toEqual([
      3,
      'd',
      'e',
    ]);
    expect(rows[0]).toMatchObject({ motes: 60, immature: 1 });
  });
  test('one that was lost to a reorganisation keeps its own line', () => {
    const lost = anEntry({ txid: 'x', kind: 'mined', state: 'conflicted', height: null });
    const rows = foldMined([reward('a'), reward('b'), lost, reward('c')]);
    expect(rows.map((row) => row.kind)).toEqual(['one', 'one', 'one', 'one']);
  });
  test('an empty list stays empty', () => expect(foldMined([])).toEqual([]));
});

test('a day that comes twice, because a block is dated before the one below it, is two parts with ids of their own', () => {
  const today = new Date(2027, 3, 8, 0, 10).getTime() / 1000;
  const times = [today, today - 1200, today, today];
  const days = daysOf(
    times.map((time, i) => anEntry({ txid: `${i}`, time })),
    today + 60,
  );
  expect(days.map(({ id, day }) => [id, day])).toEqual([
    ['0', 'Today'],
    ['1', 'Yesterday'],
    ['3', 'Today'],
  ]);
});
