import { sha256 } from '@noble/hashes/sha2.js';
import { DICE_ROLLS, isRegular, readRolls } from '../../../shared/dice.ts';
import { copySecret, secretBytes } from '../../core/codec/bytes.ts';
import { ENTROPY_BYTES, type WordCount } from '../../core/crypto/mnemonic.ts';
import { KithError } from '../../lib/errors.ts';

/**
 * The entropy of a recovery phrase from rolls of a die: the first bytes of SHA-256 over the digits as ASCII. Nothing
 * else is mixed in, so that the user can compute the phrase again on another machine.
 * @throws {KithError} `wallet-dice-invalid`, `wallet-dice-few`, `wallet-dice-regular`
 */
export function entropyFromDice(text: string, words: WordCount): Uint8Array {
  const rolls = readRolls(text);
  if (rolls === null) throw new KithError('wallet-dice-invalid');
  const least = DICE_ROLLS[words];
  if (rolls.length < least)
    throw new KithError('wallet-dice-few', undefined, { data: { count: rolls.length, least, words } });
  if (isRegular(rolls)) throw new KithError('wallet-dice-regular');
  // Not the SHA-256 of the core, whose result passes through a string that could not be wiped.
  const digits = new TextEncoder().encode(rolls);
  const digest = secretBytes(32);
  sha256.create().update(digits).digestInto(digest);
  const entropy = copySecret(digest.subarray(0, ENTROPY_BYTES[words]));
  digits.fill(0);
  digest.fill(0);
  return entropy;
}
