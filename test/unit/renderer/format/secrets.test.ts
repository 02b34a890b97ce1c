import { describe, expect, test } from 'vitest';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { gapProblem } from '../../../../renderer/format/gap.ts';
import { passwordLengthProblem, passwordStrength } from '../../../../renderer/format/password.ts';
import { checkPhrase, pickPositions } from '../../../../renderer/format/recovery-phrase.ts';

test.each([
  ['a'.repeat(1024), null],
  ['a'.repeat(1025), 'Too long by 1 byte; 1024 fit.'],
  // ß takes 2 bytes, ü as well, but 3 as u and two dots, which is how it is counted.
  ['ß'.repeat(512), null],
  ['ß'.repeat(513), 'Too long by 2 bytes; 1024 fit.'],
  ['ü'.repeat(512), 'Too long by 512 bytes; 1024 fit.'],
])('the length of a password is counted in bytes, as the node does (%#)', (password, problem) => {
  const said = passwordLengthProblem(password);
  if (problem === null) expect(said).toBeNull();
  else expect(said).toContain(problem);
});

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

  test('twelve known words are ready', () => {
    expect(checkPhrase(twelve.join(' '), list).ready).toBe(true);
  });
  test('names the wrong word', () => {
    expect(checkPhrase([...twelve.slice(0, 6), 'kithkith', ...twelve.slice(7)].join(' '), list)).toEqual({
      ready: false,
      sentence: 'Word 7, “kithkith”, is not in the word list.',
    });
  });
  test('reports no problem of a word that is being typed', () => {
    expect(checkPhrase('abandon abil', list).sentence).toBe('2 of 12 or 24 words.');
  });
  test('thirteen are neither twelve nor twenty-four', () => {
    expect(checkPhrase([...twelve, 'zoo'].join(' '), list).ready).toBe(false);
  });
});

test('picks different words, in order', () => {
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
