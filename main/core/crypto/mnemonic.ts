import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeed as deriveSeed } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { splitWords } from '../../../shared/pasted.ts';

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

const WORDS = new Set(wordlist);
const WORD_COUNTS = [12, 15, 18, 21, 24];

/** The recovery phrase (BIP 39, English) of 16, 20, 24, 28 or 32 bytes of entropy; another length is a bug and throws. */
export function wordsOf(entropy: Uint8Array): string {
  return entropyToMnemonic(entropy, wordlist);
}

/** Parses user input: any case, any separators, 12 to 24 words. Never throws. */
export function readWords(text: string): SeedWords | WordsProblem {
  const words = splitWords(text);
  const unknown = words.flatMap((word, i) => (WORDS.has(word) ? [] : [i + 1]));
  if (!WORD_COUNTS.includes(words.length)) return { problem: 'words-count', count: words.length };
  if (unknown.length > 0) return { problem: 'words-unknown', positions: unknown };
  const mnemonic = words.join(' ');
  try {
    return { mnemonic, entropy: mnemonicToEntropy(mnemonic, wordlist) };
  } catch {
    return { problem: 'words-checksum' }; // with known words and a valid count, only the checksum can be wrong
  }
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
