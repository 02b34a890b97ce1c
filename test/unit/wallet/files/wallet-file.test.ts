import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { plainSha256 } from '../../../../main/core/crypto/hash.ts';
import { toHex } from '../../../../main/core/codec/hex.ts';
import { outpointKeyOf } from '../../../../main/core/primitives/outpoint.ts';
import { systemRandom } from '../../../../main/lib/random.ts';
import { libsodium } from '../../../../main/workers/sodium.ts';
import { DEFAULT_KDF } from '../../../../main/workers/vault.ts';
import { toMotes } from '../../../../shared/units.ts';
import {
  decodeWalletFile,
  encodeWalletFile,
  isFileProblem,
  MAX_FROZEN,
  MAX_REQUESTS,
  type WalletFile,
} from '../../../../main/wallet/files/wallet-file.ts';
import { openSecret, passphraseBytes, sealSecret } from '../../../../main/wallet/secrets/file-secret.ts';

const identity = {
  id: '0011223344556677',
  network: 'ab'.repeat(32),
  account: 0,
  birthday: 12,
  createdAt: 1_800_000_000,
};
const secret = { entropy: new Uint8Array(32).fill(5), passphrase: passphraseBytes('tréma') };
const sealed = await sealSecret(secret, 'correct horse', identity, systemRandom, DEFAULT_KDF);
const file: WalletFile = {
  identity,
  sealed,
  receive: new Uint8Array(64).fill(1),
  change: new Uint8Array(32).fill(2),
  keysMac: new Uint8Array(32).fill(3),
  issued: 2,
  labels: new Map([['rkith1abc', 'Büro “1”']]),
  phraseChecked: false,
  setup: null,
  frozen: new Set([outpointKeyOf('cd'.repeat(32), 0), outpointKeyOf('cd'.repeat(32), 0xffff_ffff)]),
  requests: [
    { index: 1, amount: toMotes(250_000_000), label: 'Büro', createdAt: 1_800_000_100, expires: 0 },
    { index: 0, amount: null, label: '', createdAt: 1_800_000_200, expires: 1_800_086_600 },
  ],
};

/** The bytes that a program with schema 2 wrote. */
const SCHEMA_2 = `kithwallet 2 2d52e95fb416e40ea1acae44e1bbe8393a04997d94a1f496bd51edb5c0307764
{
 "id": "0011223344556677",
 "network": "${'ab'.repeat(32)}",
 "account": 0,
 "birthday": 12,
 "createdAt": 1800000000,
 "kdf": {
  "memoryKiB": 65536,
  "passes": 5,
  "salt": "${'0a'.repeat(16)}"
 },
 "cipher": {
  "nonce": "${'0b'.repeat(24)}",
  "text": "${'0c'.repeat(32)}"
 },
 "receive": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
 "change": "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=",
 "keysMac": "${'03'.repeat(32)}",
 "issued": 1,
 "labels": {
  "rkith1abc": "rent"
 },
 "phraseChecked": false
}
`;

/** The same text with other fields and a checksum that fits: what an attacker who knows the format can write. */
function forged(change: (body: Record<string, unknown>) => void, schema = 4): Uint8Array {
  const text = Buffer.from(encodeWalletFile(file)).toString('utf8');
  const body = JSON.parse(text.slice(text.indexOf('\n') + 1)) as Record<string, unknown>;
  change(body);
  const bytes = Buffer.from(JSON.stringify(body));
  return Buffer.concat([Buffer.from(`kithwallet ${schema} ${toHex(plainSha256(bytes))}\n`), bytes]);
}

test('a written file is read, and does not contain the recovery phrase', () => {
  const bytes = encodeWalletFile(file);
  expect(decodeWalletFile(bytes)).toEqual(file);
  expect(Buffer.from(bytes).toString('utf8')).not.toContain('tréma');
  expect(Buffer.from(bytes).includes(Buffer.from(secret.entropy))).toBe(false);
  expect(Buffer.from(bytes).toString('utf8')).not.toContain(toHex(secret.entropy));
});

test('a label of another program is read in the form that labels have here, and can be written again', () => {
  const odd = { a: 'x\u202ey\nz', b: '\u0958'.repeat(200), c: '\u200b' };
  const read = decodeWalletFile(forged((body) => (body['labels'] = odd)));
  if (isFileProblem(read)) throw new Error(read.problem);
  expect([...read.labels.values()]).toEqual(['xy z', '\u0915\u093c'.repeat(100)]);
  expect(decodeWalletFile(encodeWalletFile(read))).toEqual(read);
});

describe('a file of an earlier version', () => {
  test('of schema 2 is read: nothing is frozen and nothing is requested', () => {
    const read = decodeWalletFile(Buffer.from(SCHEMA_2));
    if (isFileProblem(read)) throw new Error(read.problem);
    expect(read).toMatchObject({ identity, issued: 1, phraseChecked: false });
    expect(read.labels).toEqual(new Map([['rkith1abc', 'rent']]));
    expect(read.frozen).toEqual(new Set());
    expect(read.requests).toEqual([]);
    expect(decodeWalletFile(encodeWalletFile(read))).toEqual(read);
  });
  test('of schema 1 is read, and has a phrase that was checked', () => {
    const fixture = new URL('../../../fixtures/datadir-0.1.0/wallets/kept.kithwallet', import.meta.url);
    const bytes = readFileSync(fixture);
    expect(bytes.subarray(0, 13).toString()).toBe('kithwallet 1 ');
    const read = decodeWalletFile(bytes);
    if (isFileProblem(read)) throw new Error(read.problem);
    expect(read).toMatchObject({ phraseChecked: true, requests: [], frozen: new Set() });
    expect(read.labels.size).toBeGreaterThan(0);
  });
  test.each([
    [1, ['frozen', 'requests']],
    [1, ['phraseChecked', 'frozen']],
    [2, ['frozen']],
    [2, ['phraseChecked', 'frozen', 'requests']],
  ])('of schema %i without %j alone is refused', (schema, without) => {
    const bytes = forged((body) => {
      for (const field of without) Reflect.deleteProperty(body, field);
    }, schema);
    expect(decodeWalletFile(bytes)).toEqual({ problem: 'damaged' });
  });
});

/** What is overwritten meanwhile, as hex. */
async function wipedBy(work: () => Promise<unknown>): Promise<string[]> {
  const wiped: string[] = [];
  const overwrite = libsodium.sodium_memzero;
  const spy = vi.spyOn(libsodium, 'sodium_memzero').mockImplementation((bytes) => {
    wiped.push(toHex(bytes));
    overwrite(bytes);
  });
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return wiped;
}

describe('the seal', () => {
  test('opens with the password, however it was typed', async () => {
    expect(await openSecret(sealed, 'correct horse', identity)).toEqual(secret);
    const umlaut = await sealSecret(secret, 'sch\u00f6n', identity, systemRandom, DEFAULT_KDF);
    expect(await openSecret(umlaut, 'scho\u0308n', identity)).toEqual(secret);
  });
  test('does not open with another', async () => {
    expect(await openSecret(sealed, 'correct horse ', identity)).toBeNull();
  });
  test.each([
    ['another birthday', { birthday: 13 }],
    ['another network', { network: 'cd'.repeat(32) }],
    ['another id', { id: '0011223344556678' }],
    ['another account', { account: 1 }],
    ['another time', { createdAt: 1 }],
  ])('does not open under %s', async (_, change) => {
    expect(await openSecret(sealed, 'correct horse', { ...identity, ...change })).toBeNull();
  });
  test('does not open under another cost', async () => {
    const cheaper = { ...sealed, kdf: { ...DEFAULT_KDF, passes: DEFAULT_KDF.passes + 1 } };
    expect(await openSecret(cheaper, 'correct horse', identity)).toBeNull();
  });
  test('is as long for 12 words as for 24 with a passphrase', async () => {
    const short = await sealSecret(
      { entropy: new Uint8Array(16), passphrase: new Uint8Array(0) },
      'x',
      identity,
      systemRandom,
      DEFAULT_KDF,
    );
    expect(short.ciphertext.length).toBe(sealed.ciphertext.length);
  });
  test('of a format that this version does not know leaves nothing of the secret in memory', async () => {
    const unknown = { entropy: new Uint8Array(8).fill(6), passphrase: passphraseBytes('tréma') };
    const other = await sealSecret(unknown, 'x', identity, systemRandom, DEFAULT_KDF);
    const wiped = await wipedBy(() =>
      expect(openSecret(other, 'x', identity)).rejects.toMatchObject({ code: 'wallet-file-newer' }),
    );
    expect(wiped).toContain(toHex(unknown.entropy));
    expect(wiped).toContain(toHex(unknown.passphrase));
  });
  test('of another program gives the passphrase in form NFKD, and wipes the form that it had', async () => {
    const composed = { ...secret, passphrase: Buffer.from('tr\u00e9ma') };
    const foreign = await sealSecret(composed, 'x', identity, systemRandom, DEFAULT_KDF);
    const wiped = await wipedBy(async () => expect(await openSecret(foreign, 'x', identity)).toEqual(secret));
    expect(wiped).toContain(toHex(composed.passphrase));
  });
});

describe('a watch-only file', () => {
  const watchOnly: WalletFile = { ...file, sealed: null, keysMac: null, phraseChecked: true };

  test('is read as it was written, also with a list of addresses, which has no keys for change', () => {
    for (const each of [watchOnly, { ...watchOnly, change: new Uint8Array(0) }])
      expect(decodeWalletFile(encodeWalletFile(each))).toEqual(each);
  });
  test.each<[string, WalletFile]>([
    ['a secret without a MAC', { ...file, keysMac: null }],
    ['a MAC without a secret', { ...watchOnly, keysMac: new Uint8Array(32) }],
    ['a secret and no keys for change', { ...file, change: new Uint8Array(0) }],
    ['no keys', { ...watchOnly, receive: new Uint8Array(0) }],
  ])('is not one with %s', (_, each) => {
    expect(decodeWalletFile(encodeWalletFile(each))).toEqual({ problem: 'damaged' });
  });
  test('is not one of schema 3, or half of one', () => {
    const nulls = { kdf: null, cipher: null, keysMac: null };
    expect(decodeWalletFile(forged((body) => void Object.assign(body, nulls)))).not.toHaveProperty('problem');
    expect(decodeWalletFile(forged((body) => void Object.assign(body, nulls), 3))).toEqual({
      problem: 'damaged',
    });
    for (const field of ['kdf', 'cipher', 'keysMac'])
      expect(decodeWalletFile(forged((body) => (body[field] = null)))).toEqual({ problem: 'damaged' });
  });
});

describe('a file of an attacker', () => {
  test.each([
    ['a memory bomb', (kdf: Kdf) => (kdf.memoryKiB = 2 ** 31)],
    ['a time bomb', (kdf: Kdf) => (kdf.passes = 1_000_000)],
    ['a cost that is no number', (kdf: Kdf) => (kdf.memoryKiB = 65_536.5)],
    ['less memory than any of ours', (kdf: Kdf) => (kdf.memoryKiB = 8)],
    ['a short salt', (kdf: Kdf) => (kdf.salt = '00')],
  ])('with %s is refused before anything is allocated', (_, spoil) => {
    const bytes = forged((body) => void spoil(body['kdf'] as Kdf));
    expect(decodeWalletFile(bytes)).toEqual({ problem: 'damaged' });
  });
  test.each<[string, (body: Record<string, unknown>) => void]>([
    ['an unknown field', (body) => (body['extra'] = 1)],
    ['a missing field', (body) => delete body['change']],
    ['half a key', (body) => (body['receive'] = Buffer.alloc(33).toString('base64'))],
    ['no key', (body) => (body['receive'] = '')],
    ['more addresses handed out than keys', (body) => (body['issued'] = 3)],
    ['no word on whether the phrase was checked', (body) => delete body['phraseChecked']],
    ['a label that is no text', (body) => (body['labels'] = { a: 1 })],
    [
      'an endless ciphertext',
      (body) => (body['cipher'] = { nonce: '00'.repeat(24), text: '00'.repeat(20_000) }),
    ],
  ])('with %s is refused', (_, spoil) => {
    expect(decodeWalletFile(forged(spoil))).toEqual({ problem: 'damaged' });
  });
  test.each<[string, (body: Record<string, unknown>) => void]>([
    ['no list of frozen coins', (body) => delete body['frozen']],
    ['no list of payment requests', (body) => delete body['requests']],
    ['a frozen coin that is no outpoint', (body) => (body['frozen'] = [`${'cd'.repeat(32)}:01`])],
    ['an output above 32 bits', (body) => (body['frozen'] = [`${'cd'.repeat(32)}:4294967296`])],
    ['a coin frozen twice', (body) => (body['frozen'] = [outpointOf(1), outpointOf(1)])],
    ['too many frozen coins', (body) => (body['frozen'] = upTo(MAX_FROZEN + 1).map(outpointOf))],
    ['too many payment requests', (body) => (body['requests'] = upTo(MAX_REQUESTS + 1).map(requestTo))],
    ['two requests to one address', (body) => (body['requests'] = [requestTo(1), requestTo(1)])],
    ['a request to a key it does not have', (body) => (body['requests'] = [requestTo(2)])],
    ['a request of nothing', (body) => (body['requests'] = [{ ...requestTo(1), amount: 0 }])],
    ['a request of half a mote', (body) => (body['requests'] = [{ ...requestTo(1), amount: 0.5 }])],
    ['a request with another field', (body) => (body['requests'] = [{ ...requestTo(1), address: 'a' }])],
    ['a request before 1970', (body) => (body['requests'] = [{ ...requestTo(1), createdAt: -1 }])],
  ])('with %s is refused', (_, spoil) => {
    expect(decodeWalletFile(forged(spoil))).toEqual({ problem: 'damaged' });
  });
  test('of a newer version is named so', () => {
    const bytes = Buffer.from(encodeWalletFile(file))
      .toString('utf8')
      .replace('kithwallet 4 ', 'kithwallet 5 ');
    expect(decodeWalletFile(Buffer.from(bytes))).toEqual({ problem: 'newer' });
  });
  test('that is not a wallet file has its own code', () => {
    expect(decodeWalletFile(new Uint8Array(0))).toEqual({ problem: 'not-a-wallet' });
    expect(decodeWalletFile(Buffer.from('{"a":1}\n{}'))).toEqual({ problem: 'not-a-wallet' });
  });
  test('every flipped bit is detected, and reading never throws', () => {
    const bytes = encodeWalletFile(file);
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const spoilt = Uint8Array.from(bytes);
        spoilt[bit >> 3]! ^= 1 << (bit & 7);
        expect(isFileProblem(decodeWalletFile(spoilt))).toBe(true);
      }),
      { seed: 44, numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        decodeWalletFile(Buffer.concat([Buffer.from('kithwallet 1 '), noise]));
      }),
      { seed: 45, numRuns: 300 },
    );
  });
});

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const outpointOf = (index: number): string => `${'cd'.repeat(32)}:${index}`;
const requestTo = (index: number) => ({ index, amount: 1, label: '', createdAt: 1, expires: 0 });

interface Kdf {
  memoryKiB: number;
  passes: number;
  salt: string;
}
