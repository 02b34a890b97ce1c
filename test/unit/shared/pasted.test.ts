import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressGroups } from '../../../renderer/format/id.ts';
import { placeWords } from '../../../renderer/format/peer.ts';
import { group } from '../../../shared/units.ts';
import { compact, readHeight, readId, readPeerAddress, splitWords, visible } from '../../../shared/pasted.ts';

/** What mails, chats and web pages put around and into a text. */
const UNSEEN = [
  '\u200b',
  '\u200c',
  '\u200d',
  '\u2060',
  '\ufeff',
  '\u00ad',
  '\u200e',
  '\u200f',
  '\u202a',
  '\u202c',
  '\u202e',
  '\u2066',
  '\u2069',
  '\u061c',
  '\u180e',
  '\ufe0f',
  '\u034f',
  '\u3164',
  '\u{e0020}',
  '\0',
  '\u001c',
  '\u009b',
];
const SPACES = [' ', '\u00a0', '\u202f', '\u2009', '\u3000', '\t', '\n', '\r\n', '\u2028', '\u0085'];
const anyText = fc
  .array(
    fc.oneof(fc.integer({ min: 0, max: 0x10ffff }), fc.constantFrom(0x200b, 0x202e, 0xa0, 0xa, 0xff41, 0x61)),
    { maxLength: 20 },
  )
  .map((points) => String.fromCodePoint(...points));
const TEXT = 'rkith1qz9g3c7awsylr90a2tdj6096t4ev5ecf';

test.each(UNSEEN)('%j is dropped before, in and behind a text', (odd) => {
  expect(visible(`${odd}ab${odd} c${odd}`)).toBe('ab c');
  expect(compact(`${odd}${TEXT.slice(0, 9)}${odd}${TEXT.slice(9)}${odd}`)).toBe(TEXT);
});

test.each(SPACES)('%j stays between words and is removed from an address', (space) => {
  expect(visible(`a${space}b`)).toMatch(/^a\s+b$/);
  expect(compact(`${space}${TEXT.slice(0, 9)}${space}${TEXT.slice(9)}${space}`)).toBe(TEXT);
});

test('fullwidth characters of East Asian keyboards become ASCII', () => {
  expect(visible('ｋｉｔｈ：１２．５')).toBe('kith:12.5');
});

test('reading the result again changes nothing, and no text gets longer', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      for (const read of [visible, compact]) {
        expect(read(read(text))).toBe(read(text));
        expect(read(text).length).toBeLessThanOrEqual(text.length);
      }
    }),
  );
});

describe('recovery words', () => {
  const WORDS = ['abandon', 'ability', 'able'];
  test.each([
    ' Abandon,\n ability\t;able ',
    '1. abandon 2. ability 3. able',
    '1) abandon\n2) ability\n3) able',
    '(1) abandon (2) ability (3) able',
    '1abandon\n2ability\n3able',
    '1.abandon2.ability3.able',
    '• abandon\n• ability\n• able',
    '- abandon\n– ability\n— able',
    '* abandon * ability * able',
    '#1 abandon #2: ability #3 - able',
    '“abandon ability able”',
    'abandon\u200b ability\u00a0\u00adable',
    'abandon|ability|able',
    'ａｂａｎｄｏｎ　ability　able',
  ])('%j', (text) => expect(splitWords(text)).toEqual(WORDS));

  test('a character inside a word stays, so that the word is reported as wrong', () => {
    expect(splitWords('aband0n abílity')).toEqual(['aband0n', 'abi\u0301lity']);
    expect(splitWords(' 1. 2) • ')).toEqual([]);
  });
});

describe('ids, heights and addresses as Kith shows them', () => {
  const id = '0f'.repeat(32);
  test.each([id, id.toUpperCase(), ` ${id}\n`, id.replace(/(.{8})/g, '$1 '), `\u200b${id}`])(
    'id %j',
    (text) => expect(readId(text)).toBe(id),
  );
  test.each(['', id.slice(1), `${id}0`, `0x${id}`])('%j is not an id', (text) =>
    expect(readId(text)).toBeNull(),
  );

  test('every height is read, in groups and in its headings', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (height) => {
        const forms = [`${height}`, group(height), `Block ${group(height)}`, height.toLocaleString('en-US')];
        for (const form of forms) expect(readHeight(form), form).toBe(height);
      }),
    );
  });
  test.each(['', 'block', '1 2', '12 34', '1.5', '-1', '4294967296', '0x10', '1 234 5'])(
    '%j is no height',
    (text) => expect(readHeight(text)).toBeNull(),
  );

  test('an address is read in its groups', () => {
    expect(compact(addressGroups(TEXT).join(' '))).toBe(TEXT);
    expect(compact(TEXT.replace(/(.{4})/g, '$1\n'))).toBe(TEXT);
  });

  test.each(['/ip4/192.0.2.7/tcp/21474', '/ip6/2001:db8::7/tcp/21474', '/dns/node.example/tcp/21474'])(
    '%s as lists of peers show it',
    (address) => {
      expect(readPeerAddress(placeWords(address))).toBe(address);
      expect(readPeerAddress(` ${address.slice(0, 6)}\u200b${address.slice(6)}\n`)).toBe(address);
    },
  );
  test.each([
    ['192.0.2.7', '/ip4/192.0.2.7'],
    ['2001:db8::7', '/ip6/2001:db8::7'],
    ['[2001:db8::7]', '/ip6/2001:db8::7'],
    ['localhost', 'localhost'],
    ['what is this', 'whatisthis'],
    ['http://192.0.2.7:80/', 'http://192.0.2.7:80/'],
  ])('%s', (text, address) => expect(readPeerAddress(text)).toBe(address));
});
