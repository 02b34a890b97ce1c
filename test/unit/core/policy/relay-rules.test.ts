import { describe, expect, test } from 'vitest';
import {
  checkFeerate,
  checkLifetime,
  checkRelayed,
  checkSpentLocks,
} from '../../../../main/core/policy/relay-rules.ts';
import { checkReplacement } from '../../../../main/core/policy/replacement-rules.ts';
import { createTransaction, type TransactionFields } from '../../../../main/core/primitives/transaction.ts';
import { toMotes } from '../../../../shared/units.ts';

const key = { lockType: 0, lock: new Uint8Array(32) };
const before = { policyLock: false };
const active = { policyLock: true };
const out = (lockType: number, amount = 10_000) => ({
  amount: toMotes(amount),
  lockType,
  lock: new Uint8Array(32),
});
const tx = (fields: Partial<TransactionFields> = {}) =>
  createTransaction({
    version: 1,
    validFrom: 0,
    expires: 0,
    inputs: [{ txid: new Uint8Array(32), index: 0 }],
    outputs: [{ amount: toMotes(10_000), ...key }],
    witness: [new Uint8Array(64)],
    ...fields,
  });

describe('the rules of relay', () => {
  test.each([
    ['an ordinary payment', tx(), before, undefined],
    ['a coinbase', tx({ inputs: [] }), before, 'policy-coinbase'],
    ['version 0', tx({ version: 0 }), before, 'policy-version'],
    ['version 2', tx({ version: 2 }), before, 'policy-version'],
    ['lock type 1 before its soft fork', tx({ outputs: [out(1)] }), before, 'policy-lock'],
    ['lock type 1 after it', tx({ outputs: [out(1)] }), active, undefined],
    ['lock type 2', tx({ outputs: [out(2)] }), active, 'policy-lock'],
    ['lock type 254', tx({ outputs: [out(254)] }), active, 'policy-lock'],
    ['a burnt mote', tx({ outputs: [out(255, 1)] }), before, undefined],
    ['dust', tx({ outputs: [out(0), out(0, 9_999)] }), before, 'policy-dust'],
  ])('%s', (_, transaction, rules, code) => {
    expect(checkRelayed(transaction, rules)?.code).toBe(code);
  });

  test('locks that are spent', () => {
    expect(checkSpentLocks([key, out(1)], active)).toBeNull();
    expect(checkSpentLocks([key, out(1)], before)).toMatchObject({
      code: 'policy-lock',
      evidence: { input: 1 },
    });
    expect(checkSpentLocks([out(200)], active)?.code).toBe('policy-lock');
  });

  test.each([
    [0, 0, undefined],
    [101, 0, undefined],
    [102, 0, 'policy-not-yet-valid'],
    [0, 130, undefined],
    [0, 129, 'policy-expires-soon'],
    [0, 1, 'policy-expires-soon'],
  ])('valid from %i to %i with the tip at 100', (validFrom, expires, code) => {
    expect(checkLifetime(validFrom, expires, 100)?.code).toBe(code);
  });

  test('the violation of a low feerate has the required fee', () => {
    expect(checkFeerate({ fee: 1_990, size: 200 }, 10)).toMatchObject({ evidence: { least: 2_000 } });
    expect(checkFeerate({ fee: 2_000, size: 200 }, 10)).toBeNull();
  });
});

describe('replacement', () => {
  const direct = [{ fee: 20_000, size: 200 }];
  const evicted = { count: 2, fees: 30_000 };
  test.each([
    ['enough', { fee: 32_000, size: 200 }, evicted, undefined],
    ['one mote less', { fee: 31_999, size: 200 }, evicted, 'policy-replacement-fee'],
    ['a lower feerate', { fee: 60_000, size: 600 }, evicted, 'policy-replacement-fee'],
    ['100 at once', { fee: 90_000, size: 200 }, { count: 100, fees: 30_000 }, undefined],
    ['101 at once', { fee: 90_000, size: 200 }, { count: 101, fees: 30_000 }, 'policy-replacement-count'],
  ])('%s', (_, candidate, out, code) => {
    expect(checkReplacement({ candidate, direct, evicted: out })?.code).toBe(code);
  });
});
