import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { DICE_ROLLS, entropyOf, isRegular, readRolls } from '../../../shared/dice.ts';
import { hideAmounts } from '../../../shared/hidden-amounts.ts';
import { wordsOf } from '../../../main/core/crypto/mnemonic.ts';
import { entropyFromDice } from '../../../main/wallet/keys/dice-entropy.ts';
import { createRandom } from '../../support/random.ts';

const rolled = (seed: number, count: number) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => 1 + random.int(6)).join('');
};

test('rolls are counted honestly: 50 have 128 bits, 99 have 255', () => {
  expect([entropyOf(49), entropyOf(DICE_ROLLS[12])]).toEqual([126, 129]);
  expect(entropyOf(DICE_ROLLS[24])).toBe(255);
});

test('rolls are read with the separators that people write between them', () => {
  expect(readRolls(' 123 456,\n1-2 ')).toBe('12345612');
  expect([readRolls('1237'), readRolls('12a'), readRolls('1'.repeat(1001))]).toEqual([null, null, null]);
});

test('real rolls pass, and made-up ones that repeat or prefer a face do not', () => {
  let passed = 0;
  for (let seed = 1; seed <= 200; seed++) if (!isRegular(rolled(seed, 99))) passed++;
  expect(passed).toBe(200);
  for (const text of [
    '1'.repeat(60),
    '123456'.repeat(10),
    '12'.repeat(40),
    `${'6'.repeat(40)}12345123451234512345`,
  ])
    expect(isRegular(text), text).toBe(true);
});

test('the phrase follows from the rolls alone, so that any machine can compute it', () => {
  const rolls = rolled(7, 99);
  const expected = createHash('sha256').update(rolls).digest();
  expect(Buffer.from(entropyFromDice(rolls, 24))).toEqual(expected);
  expect(wordsOf(entropyFromDice(rolls, 12))).toBe(wordsOf(expected.subarray(0, 16)));
});

test('too few, regular and unreadable rolls are refused', () => {
  const codeOf = (rolls: string, words: 12 | 24) => {
    try {
      entropyFromDice(rolls, words);
      return null;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  expect(codeOf(rolled(1, 98), 24)).toBe('wallet-dice-few');
  expect(codeOf(rolled(1, 49), 12)).toBe('wallet-dice-few');
  expect(codeOf(rolled(1, 50), 12)).toBeNull();
  expect(codeOf('123456'.repeat(20), 24)).toBe('wallet-dice-regular');
  expect(codeOf('0'.repeat(99), 24)).toBe('wallet-dice-invalid');
});

test('amounts in sentences are hidden, and other numbers stay', () => {
  expect(hideAmounts('You received 1\u202f234.5 KITH in block 7.')).toBe(
    'You received ••••• KITH in block 7.',
  );
  expect(hideAmounts('0.00 000 031\u00a0KITH pending in')).toBe('•••••\u00a0KITH pending in');
  expect(hideAmounts('3 payments of Everyday have changed.')).toBe('3 payments of Everyday have changed.');
});
