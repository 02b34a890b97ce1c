import { expect, test } from 'vitest';
import { atStake, phraseUrgency } from '../../../../renderer/format/phrase.ts';

const MOTES = 100_000_000;

test.each([
  [0, 'early'],
  [1, 'due'],
  [100 * MOTES - 1, 'due'],
  [100 * MOTES, 'overdue'],
] as const)('with %d motes in the wallet the recovery phrase is %s', (stake, urgency) => {
  expect(phraseUrgency(stake)).toBe(urgency);
});

test('everything in the wallet is at stake, also what is unconfirmed or immature', () => {
  const balance = { confirmed: 5, pending: 2, immature: 3, spendable: 0, asOfHeight: 1 };
  expect(atStake(balance)).toBe(10);
});

test('an outgoing payment that is unconfirmed lowers what is at stake, never below zero', () => {
  const balance = { confirmed: 5, pending: -6, immature: 0, spendable: 0, asOfHeight: 1 };
  expect(atStake(balance)).toBe(0);
});
