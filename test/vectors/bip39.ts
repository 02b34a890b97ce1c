import { toHex } from '../../main/core/codec/hex.ts';
import { isWordsProblem, mnemonicToSeed, readWords, wordsOf } from '../../main/core/crypto/mnemonic.ts';
import { fieldsOf, hexOf, isFields, type Kind, listOf, runEach, textOf } from './kind.ts';

const PASSPHRASE = 'TREZOR';

/** Rows of entropy, words and seed, as the Trezor set has them; its fourth column is of another standard. */
export const BIP39: Kind = {
  names: ['bip39-english'],
  recognises: (content) => isFields(content) && Array.isArray(content['english']),
  run: (content) =>
    runEach(listOf(fieldsOf(content, 'The file')['english'], 'english'), async (row) => {
      const [entropy, mnemonic, seed] = listOf(row, 'The row');
      const [bytes, words] = [hexOf(entropy, 'The entropy'), textOf(mnemonic, 'The words')];
      if (wordsOf(bytes) !== words) return 'The entropy gives other words.';
      const read = readWords(words);
      if (isWordsProblem(read)) return `The words are refused: ${read.problem}.`;
      if (toHex(read.entropy) !== toHex(bytes)) return 'The words give another entropy.';
      const made = await mnemonicToSeed(words, PASSPHRASE);
      return toHex(made) === toHex(hexOf(seed, 'The seed')) ? null : 'The words give another seed.';
    }),
};
