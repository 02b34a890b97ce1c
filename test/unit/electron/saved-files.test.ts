import { expect, test } from 'vitest';
import { savedFile } from '../../../main/electron/saved-files.ts';
import { PAGE_ORIGIN } from '../../../main/electron/page-headers.ts';

const offered = (name: string, { bytes = 100, url = `blob:${PAGE_ORIGIN}/1` } = {}) =>
  savedFile({ getURL: () => url, getFilename: () => name, getTotalBytes: () => bytes })?.title;

test.each([
  ['Friends-1.kith.json', 'Save network file'],
  ['signed.kithpayment', 'Save payment'],
  ['payment-0123456789ab.kithproof', 'Save payment proof'],
  ['Ella’s savings.kithsetup', 'Save set-up'],
  ['می\u200cخواهم.kithkeys', 'Save public keys'],
  ['Everyday labels 2026-11-30.jsonl', 'Save labels'],
  ['Everyday payments 2026-11-30.json', 'Save payments'],
  ['Everyday payments 2026-11-30.csv', 'Save payments'],
  ['kith-request-0a1b2c3d.png', 'Save QR code'],
  ['kith-request-0a1b2c3d.svg', 'Save QR code'],
])('the page may offer %s', (name, title) => {
  expect(offered(name)).toBe(title);
});

test.each([
  ...[
    'Kith.desktop',
    'run.sh',
    'a.exe',
    'Everyday.kithbackup',
    'Everyday.kithwallet',
    'csv',
    '.csv',
    '-a.csv',
  ],
  ...[
    'a/b.csv',
    '..\\a.csv',
    'a\u202egnp.csv',
    'picture.svg',
    'kith-request-0a1b2c3d.svg.exe',
    'payment-1.kithproof',
  ],
  `${'a'.repeat(200)}.csv`,
])('the page may not offer %s', (name) => {
  expect(offered(name)).toBeUndefined();
});

test('a file that is too large, or of another origin, may not be offered', () => {
  expect(offered('a.kithsetup', { bytes: 4_000_001 })).toBeUndefined();
  expect(offered('a.csv', { url: 'https://example.org/a.csv' })).toBeUndefined();
  expect(offered('a.csv', { url: `blob:${PAGE_ORIGIN}.example.org/1` })).toBeUndefined();
});
