import { wordlist } from '@scure/bip39/wordlists/english.js';
import { expect, test } from 'vitest';
import {
  completions,
  nearestWords,
  replaceWord,
  wordBefore,
  wrongWord,
} from '../../../../renderer/format/phrase-words.ts';

const known = new Set(wordlist);

test('the word at the caret is completed from the second letter on', () => {
  expect(wordBefore('abandon ab', 10)).toEqual({ word: 'ab', from: 8, to: 10 });
  expect(wordBefore('abandon ', 8)).toBeNull();
  expect(completions('a', wordlist)).toEqual([]);
  expect(completions('zo', wordlist)).toEqual(['zone', 'zoo']);
  expect(completions('act', wordlist)).toEqual(['act', 'action', 'actor', 'actress', 'actual']);
  expect(completions('zoo', wordlist)).toEqual([]);
  expect(completions('xx', wordlist)).toEqual([]);
});

test.each([
  ['abondon', 'abandon'],
  ['recieve', 'receive'],
  ['freind', 'friend'],
  ['zebara', 'zebra'],
  ['beleive', 'believe'],
])('the nearest word to “%s” is “%s”', (typed, word) => {
  expect(nearestWords(typed, wordlist)[0]).toBe(word);
});

test('nothing is offered for a text that is no word of the list by far', () => {
  expect(nearestWords('xqxqxqxq', wordlist)).toEqual([]);
});

test('a chosen word replaces the typed one, and typing continues behind it', () => {
  expect(replaceWord('abandon ab', { word: 'ab', from: 8, to: 10 }, 'ability')).toBe('abandon ability ');
  expect(replaceWord('abondon zoo', { word: 'abondon', from: 0, to: 7 }, 'abandon')).toBe('abandon zoo');
});

test('only a finished word counts as wrong', () => {
  expect(wrongWord('abandon abondo', known)).toBeNull();
  expect(wrongWord('Abandon abondon ', known)).toEqual({ word: 'abondon', from: 8, to: 15 });
});
