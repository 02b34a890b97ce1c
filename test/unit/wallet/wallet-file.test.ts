import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainSha256 } from '../../../main/core/crypto/hash.ts';
import { toHex } from '../../../main/core/codec/hex.ts';
import { systemRandom } from '../../../main/lib/random.ts';
import { DEFAULT_KDF } from '../../../main/workers/vault.ts';
import {
  decodeWalletFile,
  encodeWalletFile,
  isFileProblem,
  type WalletFile,
} from '../../../main/wallet/wallet-file.ts';
import { openSecret, sealSecret } from '../../../main/wallet/file-secret.ts';

const identity = {
  id: '0011223344556677',
  network: 'ab'.repeat(32),
  account: 0,
  birthday: 12,
  createdAt: 1_800_000_000,
};
const secret = { entropy: new Uint8Array(32).fill(5), passphrase: 'tréma' };
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
};

/** The same text with other fields and a checksum that fits: what an attacker who knows the format can write. */
function forged(change: (body: Record<string, unknown>) => void, schema = 2): Uint8Array {
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
      { entropy: new Uint8Array(16), passphrase: '' },
      'x',
      identity,
      systemRandom,
      DEFAULT_KDF,
    );
    expect(short.ciphertext.length).toBe(sealed.ciphertext.length);
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
  test('of schema 1 has a phrase that was checked', () => {
    const older = forged((body) => delete body['phraseChecked'], 1);
    expect(decodeWalletFile(older)).toEqual({ ...file, phraseChecked: true });
  });
  test('of schema 1 with a field of schema 2 is refused', () => {
    expect(decodeWalletFile(forged(() => undefined, 1))).toEqual({ problem: 'damaged' });
  });
  test('of a newer version is named so', () => {
    const bytes = Buffer.from(encodeWalletFile(file))
      .toString('utf8')
      .replace('kithwallet 2 ', 'kithwallet 3 ');
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

interface Kdf {
  memoryKiB: number;
  passes: number;
  salt: string;
}
