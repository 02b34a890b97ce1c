import { equalBytes } from '../../core/codec/bytes.ts';
import { fromHex } from '../../core/codec/hex.ts';
import { DOMAIN, hash } from '../../core/crypto/hash.ts';
import { HEADER_BYTES } from '../../core/primitives/limits.ts';

/** Whether these bytes begin with the header of this id. */
export function isBlock(bytes: Uint8Array, id: string): boolean {
  if (bytes.length < HEADER_BYTES) return false;
  return equalBytes(hash(DOMAIN.header, bytes.subarray(0, HEADER_BYTES)), fromHex(id)!);
}
