/** Chooses the implementation of the signature rule for this runtime, by the signature gate (protocol.md §6). */
import { runSignatureGate, type VerifySignature } from '../core/crypto/signature-gate.ts';
import { KEY_BYTES, SIGNATURE_BYTES } from '../core/primitives/limits.ts';
import { libsodium } from './sodium.ts';

export interface SignatureEngine {
  readonly engine: 'libsodium' | 'reference';
  /** Why libsodium is not used. */
  readonly reason?: string;
  readonly verify: VerifySignature;
}

/** Checks a signature with libsodium in about 60 µs. Accepts arguments of any length. */
export function verifyWithLibsodium(key: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  // The binding throws on a wrong size, and cuts a longer signature to 64 bytes.
  if (key.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  return libsodium.crypto_sign_verify_detached(signature, message, key);
}

/**
 * Returns libsodium if it passes every case of the signature gate, else the reference implementation, which is 25
 * times slower. A node that accepts or refuses one signature differently would follow another chain. Takes about 10
 * ms. The reference is loaded only when needed, because its tables take about 8 MB in every verify thread.
 */
export async function createSignatureEngine(
  candidate: VerifySignature = verifyWithLibsodium,
): Promise<SignatureEngine> {
  const { passed, failures } = runSignatureGate(candidate);
  if (passed) return { engine: 'libsodium', verify: candidate };
  const reason = `libsodium differs from the signature rule in: ${failures.join(', ')}`;
  const { verifyReference } = await import('../core/crypto/ed25519.ts');
  return { engine: 'reference', reason, verify: verifyReference };
}
