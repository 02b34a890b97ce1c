import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../main/core/codec/hex.ts';
import { publicKeyFromSeed } from '../../../main/core/crypto/ed25519.ts';
import {
  isWordsProblem,
  mnemonicToSeed,
  phraseBytes,
  readWords,
  wordsOf,
} from '../../../main/core/crypto/mnemonic.ts';
import { parsePath, slip10Derive } from '../../../main/wallet/keys/slip10.ts';
import { readSharedData } from '../../support/shared-data.ts';

const bip39 = readSharedData('vectors/bip39-english.json');
const slip10 = readSharedData('vectors/slip10-ed25519.json');

describe.runIf(bip39)('BIP-39, published vectors (passphrase TREZOR)', () => {
  const { english } = JSON.parse(bip39 ?? '{"english":[]}') as { english: [string, string, string][] };
  test.each(english)('entropy %s', async (entropy, mnemonic, seed) => {
    expect(wordsOf(fromHex(entropy)!)).toBe(mnemonic);
    expect(Buffer.from(phraseBytes(fromHex(entropy)!)).toString()).toBe(mnemonic);
    const read = readWords(mnemonic);
    expect(isWordsProblem(read) ? read : toHex(read.entropy)).toBe(entropy);
    expect(toHex(await mnemonicToSeed(mnemonic, 'TREZOR'))).toBe(seed);
  });
});

interface Chain {
  readonly path: string;
  readonly chainCode: string;
  readonly private: string;
  readonly public: string;
}

describe.runIf(slip10)('SLIP-0010 Ed25519, published vectors', () => {
  const cases = (JSON.parse(slip10 ?? '[]') as { seed: string; chains: Chain[] }[]).flatMap(
    ({ seed, chains }) => chains.map((chain) => ({ seed, ...chain })),
  );
  test.each(cases)('$path of $seed', (row) => {
    const node = slip10Derive(fromHex(row.seed)!, row.path);
    expect(toHex(node.chainCode)).toBe(row.chainCode);
    expect(toHex(node.key)).toBe(row.private);
    expect(`00${toHex(publicKeyFromSeed(node.key))}`).toBe(row.public);
  });
});

test.each(['', 'm/', 'm/0', "m/0'/1", "0'/1'", "m/2147483648'", "m/-1'", "m/1.5'", "m/x'"])(
  'refuses the path %j',
  (path) => {
    expect(parsePath(path)).toBeNull();
    expect(() => slip10Derive(new Uint8Array(32), path)).toThrow(RangeError);
  },
);

describe('reading words', () => {
  const words = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
  test('takes any case and any spaces', () => {
    const read = readWords(`  ${words.toUpperCase().replaceAll(' ', '\n\t ')} `);
    expect(isWordsProblem(read) ? read : read.mnemonic).toBe(words);
  });
  test.each([
    ['', { problem: 'words-count', count: 0 }],
    [words.split(' ').slice(1).join(' '), { problem: 'words-count', count: 11 }],
    [words.replace('year', 'yeer').replace('wave', 'wafe'), { problem: 'words-unknown', positions: [4, 5] }],
    [words.replace('yellow', 'thank'), { problem: 'words-checksum' }],
  ])('refuses %j', (text, problem) => expect(readWords(text)).toEqual(problem));
});
