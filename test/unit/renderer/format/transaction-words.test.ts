import { describe, expect, test } from 'vitest';
import { lockWords, validityWords } from '../../../../renderer/format/lock.ts';
import { transactionSteps } from '../../../../renderer/format/transaction-timeline.ts';

const PLAIN = { coinbaseHeight: null, maturity: 10, hasPolicyRule: null };
const output = (lockType: number, lock = 'ab'.repeat(32)) => ({ lockType, lock });

describe('a lock in words', () => {
  test('says that one key has it', () => {
    expect(lockWords(output(0), PLAIN)).toBe('Locked to one key: a signature of its owner spends it.');
  });

  test('says from which block on a mining reward can be spent', () => {
    expect(lockWords(output(0), { ...PLAIN, coinbaseHeight: 990 })).toMatch(
      /spends it\. A mining reward can be spent from block 1\D000 on\.$/,
    );
  });

  test('says that a burn can never be spent, and how much data it has', () => {
    expect(lockWords(output(255, 'ab'), PLAIN)).toBe(
      'Burned: it can never be spent. It carries 1 byte of data.',
    );
    expect(lockWords(output(255, ''), { ...PLAIN, coinbaseHeight: 1 })).not.toContain('reward');
  });

  test.each([
    [true, /^Locked to conditions, such as several signatures/],
    [null, /^Locked to conditions, such as several signatures/],
    [false, /rule is not active yet, so any person could spend it/],
  ])('of conditions depends on whether their rule is active: %s', (hasPolicyRule, words) => {
    expect(lockWords(output(1), { ...PLAIN, hasPolicyRule })).toMatch(words);
  });

  test('of an unknown type says that it protects nothing', () => {
    expect(lockWords(output(77), PLAIN)).toMatch(/^Lock type 77 has no rule yet, so any person could/);
  });
});

test.each([
  [0, 0, null],
  [5, 0, 'from block 5 on'],
  [0, 90, 'up to block 90; then it expires'],
  [5, 90, 'from block 5 to block 90; then it expires'],
])('a transaction valid from %i to %i says in which blocks it can be', (validFrom, expires, words) => {
  expect(validityWords({ validFrom, expires })).toBe(words);
});

describe('the timeline of a transaction', () => {
  const facts = {
    isCoinbase: false,
    firstSeen: null as number | null,
    height: null as number | null,
    blockTime: null as number | null,
    confirmations: 0,
    expires: 0,
  };
  const brief = (of: typeof facts, confirmedAt = 6) =>
    transactionSteps(of, confirmedAt).map(({ name, state, source }) => [name, state, source]);

  test('of a pending one has a measured first time, and waits for a block', () => {
    expect(brief({ ...facts, firstSeen: 1000 })).toEqual([
      ['First seen', 'done', 'measured by this node'],
      ['In a block', 'current', ''],
      ['Confirmed', 'waiting', ''],
    ]);
  });

  test('of a mined one has the claim of its miner, and says that the first time is not kept', () => {
    const steps = transactionSteps({ ...facts, height: 7, blockTime: 2000, confirmations: 2 }, 6);
    expect(steps[0]).toMatchObject({ time: null, source: '' });
    expect(steps[0]!.text).toContain('only until');
    expect(steps[1]).toMatchObject({ name: 'In block 7', time: 2000, source: 'claimed by its miner' });
    expect(steps[2]).toMatchObject({ state: 'current', text: '2 of 6 confirmations.' });
  });

  test('of a coinbase begins with its block and ends when it is mature', () => {
    const coinbase = { ...facts, isCoinbase: true, height: 7, blockTime: 2000, confirmations: 10 };
    expect(brief(coinbase, 10)).toEqual([
      ['In block 7', 'done', 'claimed by its miner'],
      ['Mature', 'done', ''],
    ]);
    expect(brief({ ...coinbase, confirmations: 9 }, 10)[1]).toEqual(['Mature', 'current', '']);
  });

  test('says after which block a pending one expires', () => {
    expect(transactionSteps({ ...facts, expires: 90 }, 6)[1]!.text).toBe('Expires after block 90.');
  });
});
