import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES, faultOf, isKnownErrorCode, sentenceFor } from '../../../shared/errors.ts';

const ROOT = join(import.meta.dirname, '../../..');
const sources = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|svelte)$/.test(name))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'));

describe('every code has a sentence', () => {
  test('each rule of the core', () => {
    const text = readFileSync(join(ROOT, 'main/core/violation.ts'), 'utf8');
    const codes = [...text.matchAll(/\| '([a-z-]+)'/g)].map((match) => match[1]!);
    expect(codes.length).toBeGreaterThan(50);
    expect(codes.filter((code) => !isKnownErrorCode(code))).toEqual([]);
  });

  test('each failure that the program throws', () => {
    const thrown = sources('main').flatMap((text) =>
      [...text.matchAll(/(?:new KithError|fault|wrong)\(\s*'([a-z-]+)'/g)].map((match) => match[1]!),
    );
    expect(thrown.length).toBeGreaterThan(20);
    expect([...new Set(thrown)].filter((code) => !isKnownErrorCode(code))).toEqual([]);
  });
});

test('every sentence has a code that something says', () => {
  const text = [...sources('main'), ...sources('renderer')].join('\n');
  expect(ERROR_CODES.filter((code) => !text.includes(code))).toEqual([]);
});

describe('every sentence', () => {
  test.each(ERROR_CODES)('%s reads well without any data', (code) => {
    const sentence = sentenceFor(code);
    expect(sentence).toMatch(/^[A-Z“].*[.…]$/s);
    expect(sentence).not.toMatch(/[[\]{}|]|undefined|null| {2}| [.,;:)]|\(\)/);
    expect(sentence).toBe(sentence.trim());
  });

  test('codes look alike', () => {
    for (const code of ERROR_CODES) expect(code).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
  });
});

describe('a sentence with data', () => {
  test('names what it is about', () => {
    expect(sentenceFor('datadir-in-use', { path: '/data', pid: 7 })).toContain(
      '/data is in use by another Kith (process 7)',
    );
    expect(sentenceFor('wallet-unknown', { name: 'savings' })).toContain('no wallet named “savings” here');
    expect(sentenceFor('wallet-funds', { needed: 150_000_000, available: 0 })).toContain(
      'needs 1.5 KITH, and 0 KITH are available',
    );
  });

  test('leaves out what is not there', () => {
    expect(sentenceFor('datadir-in-use', { path: '/data' })).toMatch(
      /^The data directory \/data is in use by another Kith\. /,
    );
    expect(sentenceFor('wallet-unknown', { name: '' })).toContain('no wallet of that name here');
  });

  test('hostile data stays text: bounded, printable, never a template, never an inherited field', () => {
    const name = `a[{pid}|b]\u202e\u0007${'x'.repeat(10_000)}`;
    const sentence = sentenceFor('wallet-unknown', { name });
    expect(sentence).toContain('“a[{pid}|b] xxx');
    expect(sentence.length).toBeLessThan(500);
    for (const odd of ['\u202e', '\u0007']) expect(sentence).not.toContain(odd);
    expect(sentenceFor('wallet-unknown', Object.create({ name: 'inherited' }))).not.toContain('inherited');
    for (const data of [null, 7, 'text', [], { name: {} }, { name: Symbol('s') }, { name: NaN }])
      expect(sentenceFor('wallet-unknown', data)).toContain('of that name');
  });

  test('an unknown code falls back', () => {
    expect(sentenceFor('never-heard', {}, 'own words')).toBe('own words');
    expect(sentenceFor('never-heard')).toContain('never-heard');
    for (const code of ['toString', '__proto__', 'constructor']) expect(isKnownErrorCode(code)).toBe(false);
  });
});

test('anything that a call was rejected with becomes a fault', () => {
  expect(faultOf({ code: 'x', message: 'm', data: { a: 1 } })).toEqual({
    code: 'x',
    message: 'm',
    data: { a: 1 },
  });
  expect(faultOf({ code: 'wallet-password' })).toEqual({
    code: 'wallet-password',
    message: sentenceFor('wallet-password'),
  });
  for (const odd of [undefined, null, 'text', new Error('e'), { code: 7 }])
    expect(faultOf(odd)).toEqual({ code: 'internal', message: sentenceFor('internal') });
});
