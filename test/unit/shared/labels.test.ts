import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanLabel, cleanName, isName, isolated, nameKey } from '../../../shared/labels.ts';

/** Mostly of the characters that decide something here. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0x10ffff }),
      fc.constantFrom(...Array.from('a é\u0301\u200d\u200c\u202e\u00a0\n\ufe0fम', (c) => c.codePointAt(0)!)),
    ),
    { maxLength: 20 },
  )
  .map((points) => String.fromCodePoint(...points));
const HOSTILE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe('a label', () => {
  test.each([
    ['abc \u202Egnp.exe 5000 KITH', 'abc gnp.exe 5000 KITH'],
    [' two\nlines\r\n\tof\u2028it ', 'two lines of it'],
    ['e\u0301conomies', 'économies'],
    ['می\u200cخواهم 👩\u200d🚀 ❤\ufe0f', 'می\u200cخواهم 👩\u200d🚀 ❤\ufe0f'],
    ['\u200b\u200d \ufe0f', ''],
    ['a\0\u001b[31m\u009bb', 'a[31mb'],
    ['cut \ud83d', 'cut \ufffd'],
  ])('%j is kept as %j', (text, label) => expect(cleanLabel(text)).toBe(label));

  test('of any text has one line, reorders no other text, and does not change when it is cleaned again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const label = cleanLabel(text);
        expect(label).not.toMatch(HOSTILE);
        expect(cleanLabel(label)).toBe(label);
      }),
    );
  });
});

describe('a wallet name', () => {
  test.each([
    'मेरा पैसा',
    'เงินออม',
    'আমার টাকা',
    'குடும்பம்',
    'حِساب',
    'économies',
    'خرید می\u200cکنم',
    'ශ්\u200dරී',
    '貯金',
    'Каса',
    'Mira’s',
    "Mira's",
    'a',
    'Savings 2',
    'a.b-c_d',
    'x'.repeat(64),
    'ம்'.repeat(32),
  ])('may be %s, however it was typed', (name) => {
    for (const typed of [name.normalize('NFC'), name.normalize('NFD'), `\u200b ${name}\u00a0`]) {
      expect(cleanName(typed)).toBe(name.normalize('NFC'));
      expect(isName(cleanName(typed)), typed).toBe(true);
    }
  });

  test.each([
    '',
    '.',
    '..',
    '.hidden',
    '-x',
    "'x",
    '\u0301x',
    'a/b',
    'a\\b',
    'a\0',
    'a\nb',
    'x'.repeat(65),
    '../x',
    'a:b',
    '\u3164',
    '💰',
  ])('may not be %j', (name) => expect(isName(cleanName(name))).toBe(false));

  test.each([' x', 'x ', 'x\u200d', 'e\u0301', 'a\u00a0b', 'a\u202eb'])(
    'is not valid before it is cleaned: %j',
    (name) => expect(isName(name)).toBe(false),
  );

  test('has the same key as another that looks the same', () => {
    expect(nameKey('Économies')).toBe(nameKey('e\u0301conomies'));
    expect(nameKey('می\u200cخواهم')).toBe(nameKey('میخواهم'));
    expect(nameKey('Mira’s')).toBe(nameKey("mira's"));
    expect(nameKey('Mira')).not.toBe(nameKey('Mara'));
  });

  test('is read once: reading it again changes nothing', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(cleanName(cleanName(text))).toBe(cleanName(text));
      }),
    );
  });
});

test.each(['שלום', 'abc حساب 5'])('right-to-left text is isolated inside a sentence: %s', (text) =>
  expect(isolated(text)).toBe(`\u2068${text}\u2069`),
);

test.each(['Mira', 'मेरा', '貯金', '/data/x', ''])('other text stays as it is: %j', (text) =>
  expect(isolated(text)).toBe(text),
);
