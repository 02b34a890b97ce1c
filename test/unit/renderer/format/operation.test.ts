import { describe, expect, test } from 'vitest';
import { operationKey, operationWords, worthTelling } from '../../../../renderer/format/operation.ts';
import type { Operation } from '../../../../shared/contract/operations.ts';
import { OPERATION_KINDS, OPERATION_STATES } from '../../../../shared/contract/vocabulary.ts';

const NOW = 1_900_000_000;
const anOperation = (parts: Partial<Operation> = {}): Operation => ({
  number: 1,
  kind: 'payment',
  state: 'done',
  startedAt: NOW - 5,
  endedAt: NOW - 4,
  own: false,
  wallet: 'Everyday',
  amount: 200_000_000,
  receivers: 1,
  receiver: 'lkith1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqzzzz',
  txid: 'ab'.repeat(32),
  address: null,
  fault: null,
  ...parts,
});
const told = (operations: Operation[], seen: string[] = []) =>
  worthTelling(operations, NOW, seen).map(({ number }) => number);
const say = (parts: Partial<Operation>): string => {
  const { lead, amount, joint, name, tail } = operationWords(anOperation(parts));
  return `${lead}${amount === null ? '' : 'N'}${joint}${name}${tail}`;
};

describe('the outcomes that a page shows', () => {
  test('are those that another connection started, for two minutes', () => {
    expect(told([anOperation()])).toEqual([1]);
    expect(told([anOperation({ own: true })])).toEqual([]);
    expect(told([anOperation({ endedAt: NOW - 120 })])).toEqual([1]);
    expect(told([anOperation({ endedAt: NOW - 121 })])).toEqual([]);
    expect(told([anOperation({ state: 'running', startedAt: NOW - 900, endedAt: null })])).toEqual([1]);
    // The clock of the page may be behind.
    expect(told([anOperation({ endedAt: NOW + 30 })])).toEqual([1]);
  });
  test('are not those that it showed before, and at most three at a time', () => {
    expect(told([anOperation()], [operationKey(anOperation())])).toEqual([]);
    // The same number in another run of the node.
    expect(told([anOperation()], [operationKey(anOperation({ startedAt: NOW - 900 }))])).toEqual([1]);
    expect(
      told(
        [5, 4, 3, 2].map((number) => anOperation({ number })),
        [operationKey(anOperation({ number: 4 }))],
      ),
    ).toEqual([5, 3, 2]);
    expect(told([5, 4, 3, 2].map((number) => anOperation({ number })))).toEqual([5, 4, 3]);
  });
});

describe('the text of an operation', () => {
  const fault = { code: 'wallet-password', message: 'The password is wrong.' };
  test.each([
    [{}, 'A payment of N to lkith1qqqq … qqqqqqzzzz was sent'],
    [{ receivers: 3 }, 'A payment of N to 3 receivers was sent'],
    [{ state: 'running', endedAt: null }, 'A payment of N to lkith1qqqq … qqqqqqzzzz is being sent'],
    [
      { state: 'failed', fault },
      'A payment of N to lkith1qqqq … qqqqqqzzzz was not sent. The password is wrong.',
    ],
    [{ kind: 'wallet-create' }, 'The wallet Everyday was created'],
    [{ kind: 'wallet-password' }, 'The password of the wallet Everyday was changed'],
    [
      { kind: 'peer-add', address: '/ip4/192.0.2.7/tcp/1', wallet: null },
      'The connection to /ip4/192.0.2.7/tcp/1 was opened',
    ],
  ] as [Partial<Operation>, string][])('%o', (parts, text) => expect(say(parts)).toBe(text));

  test('every kind in every state is a sentence', () => {
    for (const kind of OPERATION_KINDS)
      for (const state of OPERATION_STATES) {
        const text = say({
          kind,
          state,
          fault: state === 'failed' ? fault : null,
          address: '/ip4/192.0.2.7',
        });
        expect(text, `${kind} ${state}`).toMatch(
          /^(A|The) [a-z].* [a-z]+( again)?(\. The password is wrong\.)?$/,
        );
        expect(text).not.toMatch(/ {2}|undefined|null/);
      }
  });
});
