import { expect, test } from 'vitest';
import { fasterWays } from '../../../../renderer/format/faster.ts';
import { anEntry } from '../entries.ts';

const pending = { height: null, confirmations: 0 };

test.each([
  ['a pending payment', { kind: 'sent', state: 'sent', fee: 5 }, ['speed-up', 'cancel']],
  ['a queued payment', { kind: 'sent', state: 'queued', fee: 5 }, ['speed-up', 'cancel']],
  ['a pending payment to oneself', { kind: 'self', state: 'sent', fee: 5 }, ['speed-up']],
  ['an incoming payment', { kind: 'received', state: 'pending' }, ['bump']],
  ['a payment with coins of other wallets', { kind: 'sent', state: 'sent', fee: null }, []],
  ['a cancelled payment', { kind: 'sent', state: 'cancelled', fee: 5 }, []],
  ['an expired payment', { kind: 'sent', state: 'expired', fee: 5 }, []],
] as const)('%s can be treated with %o', (_what, fields, ways) => {
  expect(fasterWays(anEntry({ ...pending, ...fields })).map(({ how }) => how)).toEqual(ways);
});

test('nothing can be done about a payment in a block', () => {
  expect(fasterWays(anEntry({ kind: 'sent', state: 'mined', fee: 5 }))).toEqual([]);
});
