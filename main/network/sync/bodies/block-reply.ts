import { equalBytes } from '../../../core/codec/bytes.ts';
import { fromHex } from '../../../core/codec/hex.ts';
import { DOMAIN, hash } from '../../../core/crypto/hash.ts';
import { HEADER_BYTES } from '../../../core/primitives/limits.ts';
import { FRAME } from '../../wire/frame-types.ts';

/** The frames that answer `getBlocks`. */
export const BLOCK_REPLIES: ReadonlyMap<number, number> = new Map<number, number>([
  [FRAME.block.type, FRAME.block.cap],
  [FRAME.absent.type, FRAME.absent.cap],
]);

/** Whether these bytes begin with the header of this id. */
export function isBlock(bytes: Uint8Array, id: string): boolean {
  if (bytes.length < HEADER_BYTES) return false;
  return equalBytes(hash(DOMAIN.header, bytes.subarray(0, HEADER_BYTES)), fromHex(id)!);
}
