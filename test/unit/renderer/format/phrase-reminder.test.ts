import { expect, test } from 'vitest';
import { atStake, phraseUrgency } from '../../../../renderer/format/phrase-reminder.ts';

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
  const parts = { available: 4, frozen: 1, pendingChange: 1, pendingIn: 2, pendingOut: 40, immature: 3 };
  expect(atStake({ confirmed: 5, pending: 3, ...parts, asOfHeight: 1 })).toBe(11);
});
