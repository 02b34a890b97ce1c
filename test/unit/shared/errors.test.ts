import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NODE_SENTENCES } from '../../../shared/sentences/node.ts';
import { RULE_SENTENCES } from '../../../shared/sentences/rules.ts';
import { WALLET_SENTENCES } from '../../../shared/sentences/wallet.ts';
import { ERROR_CODES, faultOf, isKnownErrorCode, sentenceFor } from '../../../shared/errors.ts';

const ROOT = join(import.meta.dirname, '../../..');
const sources = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|svelte)$/.test(name))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'));

describe('every code has a sentence', () => {
  test('each rule of the core has a sentence', () => {
    const text = readFileSync(join(ROOT, 'main/core/violation.ts'), 'utf8');
    const codes = [...text.matchAll(/\| '([a-z-]+)'/g)].map((match) => match[1]!);
    expect(codes.length).toBeGreaterThan(50);
    expect(codes.filter((code) => !isKnownErrorCode(code))).toEqual([]);
  });

  test('each failure that the program throws has a sentence', () => {
    const thrown = sources('main').flatMap((text) =>
      [...text.matchAll(/(?:new KithError|\b(?:fault|wrong))\(\s*'([a-z-]+)'/g)].map((match) => match[1]!),
    );
    expect(thrown.length).toBeGreaterThan(20);
    expect([...new Set(thrown)].filter((code) => !isKnownErrorCode(code))).toEqual([]);
  });
});

test('every sentence has a code that the program uses', () => {
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

  test.each(ERROR_CODES)('the code %s has the form of all codes', (code) =>
    expect(code).toMatch(/^[a-z]+(-[a-z0-9]+)*$/),
  );
});

describe('every number in a sentence has a unit', () => {
  const TEMPLATES = Object.entries({ ...RULE_SENTENCES, ...WALLET_SENTENCES, ...NODE_SENTENCES });
  const placeholders = TEMPLATES.flatMap(([code, template]) =>
    [...template.matchAll(/\{([a-zA-Z]+)(?::([a-z]+))?(?:\|[^}]*)?\}/g)].map((match) => ({
      code,
      name: match[1]!,
      unit: match[2],
      before: template.slice(0, match.index),
      behind: template.slice(match.index + match[0].length),
    })),
  );
  const withUnit = placeholders.filter(({ unit }) => unit !== undefined);
  /** What is always a text: names, paths, and what a user or peer wrote. */
  const TEXTS =
    'address command date detail directory file folder hrp name network original other path procedure reason reference where word'.split(
      ' ',
    );

  test('every other placeholder has a noun', () => {
    expect(withUnit.length).toBeGreaterThan(20);
    const bare = placeholders.filter(({ unit, name }) => unit === undefined && !TEXTS.includes(name));
    expect(bare.map(({ code, name }) => `${code}: ${name}`)).toEqual([]);
  });
  test('a count is followed by its noun, and a number that is a name follows it', () => {
    for (const { code, name, unit, before, behind } of withUnit) {
      if (unit === 'count') expect(behind, `${code}: ${name}`).toMatch(/^(?: of \{| [a-z]|\])/);
      if (unit === 'number') expect(before, `${code}: ${name}`).toMatch(/(?:port|process|version|line)\W*$/i);
    }
  });
  test('an amount is never shown in motes, and a large number never without groups', () => {
    const most = 1_997_999_020_450;
    for (const [code] of TEMPLATES) {
      const names = placeholders.filter((each) => each.code === code).map(({ name }) => name);
      const sentence = sentenceFor(code, Object.fromEntries(names.map((name) => [name, most])));
      const raw = withUnit.some((each) => each.code === code && each.unit === 'number');
      expect(sentence.includes(String(most)), code).toBe(raw);
      expect(sentence).not.toMatch(/[[\]{}|]|undefined|NaN/);
    }
    expect(sentenceFor('wallet-too-many-coins', { most })).toContain('at most 19979.9902045 KITH fit');
  });
  test('a number for which a sentence has no unit is left out', () => {
    expect(sentenceFor('wallet-unknown', { name: 7 })).toContain('of that name');
    expect(sentenceFor('wallet-funds', { needed: '5', available: 0 })).not.toContain('5');
  });
  test.each([
    ['wallet-password-wait', { seconds: 1 }, 'in 1 second.'],
    [
      'wallet-feerate',
      { least: 12.5, most: 100_000 },
      'choose 12.5 motes per byte to 100\u202f000 motes per byte',
    ],
    ['policy-feerate', { least: 1234.2 }, 'at least 0.00001235 KITH'],
    ['tx-expired', { expires: 12_345 }, 'at block 12\u202f345.'],
    ['port-in-use', { port: 21_474 }, 'Port 21474 is'],
  ])('%s', (code, data, words) => expect(sentenceFor(code, data)).toContain(words));
});

describe('a sentence with data', () => {
  test('has its data in the text', () => {
    expect(sentenceFor('datadir-in-use', { path: '/data', pid: 7 })).toContain(
      '/data is in use by another Kith (process 7)',
    );
    expect(sentenceFor('wallet-unknown', { name: 'savings' })).toContain('no wallet named “savings” here');
    expect(sentenceFor('wallet-funds', { needed: 150_000_000, available: 0 })).toContain(
      'needs 1.5 KITH, and 0 KITH are available',
    );
  });

  test('omits missing data', () => {
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
  });

  test.each([null, 7, 'text', [], { name: {} }, { name: Symbol('s') }, { name: NaN }])(
    'data that has no usable name is left out: %s',
    (data) => expect(sentenceFor('wallet-unknown', data)).toContain('of that name'),
  );

  test('an unknown code has a general sentence', () => {
    expect(sentenceFor('never-heard', {}, 'own words')).toBe('own words');
    expect(sentenceFor('never-heard')).toContain('never-heard');
  });

  test.each(['toString', '__proto__', 'constructor'])('the inherited name %s is not a code', (code) =>
    expect(isKnownErrorCode(code)).toBe(false),
  );
});

test('any rejection of a call becomes a fault', () => {
  expect(faultOf({ code: 'x', message: 'm', data: { a: 1 } })).toEqual({
    code: 'x',
    message: 'm',
    data: { a: 1 },
  });
  expect(faultOf({ code: 'wallet-password' })).toEqual({
    code: 'wallet-password',
    message: sentenceFor('wallet-password'),
  });
});

test.each([undefined, null, 'text', new Error('e'), { code: 7 }])(
  'a call that was rejected with %s has the code `internal`',
  (odd) => expect(faultOf(odd)).toEqual({ code: 'internal', message: sentenceFor('internal') }),
);
