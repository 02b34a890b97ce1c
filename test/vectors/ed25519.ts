import { verifyReference } from '../../main/core/crypto/ed25519.ts';
import { verifyWithLibsodium } from '../../main/workers/signature.ts';
import { fieldsOf, hexOf, isFields, type Kind, listOf, runEach } from './kind.ts';

/** Both implementations of the signature rule must say the same, and what is expected; null = anything, but alike. */
export function checkSignature(
  key: Uint8Array,
  signature: Uint8Array,
  message: Uint8Array,
  expected: boolean | null,
): string | null {
  const reference = verifyReference(key, signature, message);
  const libsodium = verifyWithLibsodium(key, signature, message);
  if (reference !== libsodium) return `The reference says ${reference}, libsodium says ${libsodium}.`;
  if (expected === null || reference === expected) return null;
  return reference ? 'It holds and should not.' : 'It does not hold and should.';
}

/** Small orders and points written in ways of their own: under the strict rule none of them holds. */
export const ZIP215: Kind = {
  names: ['ed25519-zip215'],
  recognises: (content) => Array.isArray(content) && isFields(content[0]) && 'vk_bytes' in content[0],
  run: (content) =>
    runEach(listOf(content, 'The file'), (vector) => {
      const { vk_bytes, sig_bytes } = fieldsOf(vector, 'The vector');
      const message = new TextEncoder().encode('Zcash');
      return checkSignature(hexOf(vk_bytes, 'vk_bytes'), hexOf(sig_bytes, 'sig_bytes'), message, false);
    }),
};

/** Of the speccheck cases the strict rule takes only the fourth, as libsodium's row of the published table does. */
const SPECCHECK_VALID = 3;

export const SPECCHECK: Kind = {
  names: ['ed25519-speccheck'],
  recognises: (content) => Array.isArray(content) && isFields(content[0]) && 'pub_key' in content[0],
  run: (content) =>
    runEach(listOf(content, 'The file'), (vector, index) => {
      const { message, pub_key, signature } = fieldsOf(vector, 'The vector');
      return checkSignature(
        hexOf(pub_key, 'pub_key'),
        hexOf(signature, 'signature'),
        hexOf(message, 'message'),
        index === SPECCHECK_VALID,
      );
    }),
};
