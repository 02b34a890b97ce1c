import { toHex } from '../format/hex.ts';

/**
 * The bytes of a chosen file as hex, for the node to check. At most one byte more than `most` is read, so that the node refuses a
 * file that is too large with its own sentence.
 */
export async function readFileHex(file: File, most: number): Promise<string> {
  return toHex(new Uint8Array(await file.slice(0, most + 1).arrayBuffer()));
}
