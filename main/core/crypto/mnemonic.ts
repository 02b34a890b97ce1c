import { sha256 } from '@noble/hashes/sha2.js';
import { entropyToMnemonic, mnemonicToSeed as deriveSeed } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { splitWords } from '../../../shared/pasted.ts';
import { secretBytes } from '../codec/bytes.ts';

/** Entropy of a recovery phrase, which a wallet stores instead of the words. */
export const ENTROPY_BYTES = { 12: 16, 24: 32 } as const;
export type WordCount = keyof typeof ENTROPY_BYTES;

/** Why a text is not a recovery phrase; positions count from 1. */
export type WordsProblem =
  | { readonly problem: 'words-count'; readonly count: number }
  | { readonly problem: 'words-unknown'; readonly positions: readonly number[] }
  | { readonly problem: 'words-checksum' };

/** The normalised recovery phrase and its entropy. */
export interface SeedWords {
  readonly mnemonic: string;
  readonly entropy: Uint8Array;
}

const WORDS = new Map(wordlist.map((word, index) => [word, index]));
const WORD_COUNTS = [12, 15, 18, 21, 24];

/** The recovery phrase (BIP 39, English) of 16, 20, 24, 28 or 32 bytes of entropy; another length is a bug and throws. */
export function wordsOf(entropy: Uint8Array): string {
  return entropyToMnemonic(entropy, wordlist);
}

/**
 * The recovery phrase as ASCII, for a caller that wipes it: a string would stay in memory until the runtime reuses its
 * place. Same entropy as {@link wordsOf}.
 */
export function phraseBytes(entropy: Uint8Array): Uint8Array {
  const indices = wordIndices(entropy, checksumOf(entropy));
  const phrase = secretBytes(indices.reduce((sum, index) => sum + wordlist[index]!.length + 1, -1));
  let at = 0;
  for (const index of indices) {
    if (at > 0) phrase[at++] = SPACE;
    const word = wordlist[index]!;
    for (let i = 0; i < word.length; i++) phrase[at++] = word.charCodeAt(i);
  }
  indices.fill(0);
  return phrase;
}

const SPACE = 0x20;
const WORD_BITS = 11;

/** Each word stands for 11 bits of the entropy, followed by one bit of its checksum for every 4 bytes (BIP 39). */
function wordIndices(entropy: Uint8Array, checksum: number): Uint16Array {
  const count = (entropy.length * 8 + entropy.length / 4) / WORD_BITS;
  const indices = new Uint16Array(secretBytes(count * 2).buffer);
  for (let bit = 0; bit < indices.length * WORD_BITS; bit++) {
    const byte = bit < entropy.length * 8 ? entropy[bit >> 3]! : checksum;
    const value = (byte >> (7 - (bit & 7))) & 1;
    indices[Math.floor(bit / WORD_BITS)]! |= value << (WORD_BITS - 1 - (bit % WORD_BITS));
  }
  return indices;
}

/** The entropy of words of the list; null if the checksum is wrong. */
function entropyOf(indices: readonly number[]): Uint8Array | null {
  const bytes = secretBytes(Math.floor((indices.length * WORD_BITS) / 8) + 1);
  for (let bit = 0; bit < indices.length * WORD_BITS; bit++) {
    const value = (indices[Math.floor(bit / WORD_BITS)]! >> (WORD_BITS - 1 - (bit % WORD_BITS))) & 1;
    bytes[bit >> 3]! |= value << (7 - (bit & 7));
  }
  // 32 bits of entropy and one of the checksum for three words.
  const entropy = bytes.subarray(0, (indices.length / 3) * 4);
  const unused = 8 - entropy.length / 4;
  const isRight = bytes[entropy.length]! >> unused === checksumOf(entropy) >> unused;
  if (!isRight) bytes.fill(0);
  return isRight ? entropy : null;
}

function checksumOf(entropy: Uint8Array): number {
  const digest = sha256(entropy);
  const first = digest[0]!;
  digest.fill(0);
  return first;
}

/** Parses user input: any case, any separators, 12 to 24 words. Never throws. */
export function readWords(text: string): SeedWords | WordsProblem {
  const words = splitWords(text);
  const unknown = words.flatMap((word, i) => (WORDS.has(word) ? [] : [i + 1]));
  if (!WORD_COUNTS.includes(words.length)) return { problem: 'words-count', count: words.length };
  if (unknown.length > 0) return { problem: 'words-unknown', positions: unknown };
  const entropy = entropyOf(words.map((word) => WORDS.get(word)!));
  return entropy === null ? { problem: 'words-checksum' } : { mnemonic: words.join(' '), entropy };
}

export function isWordsProblem(value: SeedWords | WordsProblem): value is WordsProblem {
  return 'problem' in value;
}

/**
 * The 64-byte seed of recovery phrase and passphrase (BIP 39: PBKDF2-HMAC-SHA512, 2048 rounds, both texts NFKD).
 * About 50 ms. Does not check the words; throws on an impossible word count.
 */
export function mnemonicToSeed(mnemonic: string, passphrase = ''): Promise<Uint8Array> {
  return deriveSeed(mnemonic, passphrase);
}
