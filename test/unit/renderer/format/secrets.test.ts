import { describe, expect, test } from 'vitest';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { gapProblem } from '../../../../renderer/format/gap.ts';
import { passwordStrength } from '../../../../renderer/format/password.ts';
import { judgeWords, pickPositions } from '../../../../renderer/format/seed-words.ts';

describe('how strong a password is', () => {
  test.each([
    ['', 0],
    ['short', 0],
    ['password1', 1],
    ['aaaaaaaaaaaaaaaa', 1],
    ['12345678901234', 1],
    ['tidal-Moss4', 2],
    ['correct horse battery staple', 3],
  ] as const)('“%s” is %i', (password, level) => expect(passwordStrength(password).level).toBe(level));
});

describe('typed seed words', () => {
  const list = new Set(wordlist);
  const twelve = wordlist.slice(100, 112);

  test('twelve good words are ready', () => {
    expect(judgeWords(twelve.join(' '), list).ready).toBe(true);
  });
  test('names the wrong word', () => {
    expect(judgeWords([...twelve.slice(0, 6), 'kithkith', ...twelve.slice(7)].join(' '), list)).toEqual({
      ready: false,
      sentence: 'Word 7, “kithkith”, is not on the list.',
    });
  });
  test('does not nag about a word that is being typed', () => {
    expect(judgeWords('abandon abil', list).sentence).toBe('2 of 12 or 24 words.');
  });
  test('thirteen are neither twelve nor twenty-four', () => {
    expect(judgeWords([...twelve, 'zoo'].join(' '), list).ready).toBe(false);
  });
});

test('asks for different words, in order', () => {
  expect(pickPositions(24, 3, () => 0)).toEqual([0, 1, 2]);
  expect(pickPositions(24, 3, () => 0.999)).toEqual([21, 22, 23]);
});

test.each([
  ['100', true],
  [' 250 ', true],
  ['10000', true],
  ['99', false],
  ['10001', false],
  ['1e3', false],
  ['100.5', false],
  ['', false],
])('a gap of %j addresses can be searched: %s', (text, good) => {
  expect(gapProblem(text) === null).toBe(good);
});
