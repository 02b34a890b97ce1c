/**
 * Text files with a first line of a word, a schema and the SHA-256 of the rest: wallet files, contacts, backups,
 * payment proofs.
 */
import { toHex } from '../../core/codec/hex.ts';
import { plainSha256 } from '../../core/crypto/hash.ts';

/** `foreign`: the first line is not one of these. `newer`: a schema that this version does not know. */
export type CheckedTextProblem = 'foreign' | 'newer' | 'damaged';

/** The first line, without its line end. */
export function checkLine(word: string, schema: number, body: Uint8Array): string {
  return `${word} ${schema} ${toHex(plainSha256(body))}`;
}

/** The schema of a body whose first line this is. `newest` is the highest that is known. */
export function checkedSchema(
  [word, newest]: readonly [word: string, newest: number],
  line: string,
  body: Uint8Array,
): number | CheckedTextProblem {
  const [, found, schema, checksum] = /^([a-z]+) (\d{1,5}) ([0-9a-f]{64})$/.exec(line) ?? [];
  if (found !== word) return 'foreign';
  if (Number(schema) > newest) return 'newer';
  return toHex(plainSha256(body)) === checksum ? Number(schema) : 'damaged';
}

export function encodeChecked(word: string, schema: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${checkLine(word, schema, body)}\n`), body]);
}

/** Longest first line in bytes, with its line end. */
const MAX_LINE_BYTES = 100;

/** Schema and body of a file; never throws. The body is a view. */
export function decodeChecked(
  word: string,
  newest: number,
  bytes: Uint8Array,
): { readonly schema: number; readonly body: Buffer } | CheckedTextProblem {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = all.subarray(0, MAX_LINE_BYTES).indexOf(10);
  const line = all.subarray(0, Math.max(end, 0)).toString('latin1');
  const body = all.subarray(end + 1);
  const schema = checkedSchema([word, newest], line, body);
  return typeof schema === 'string' ? schema : { schema, body };
}

/** The value of a JSON text; null also for what is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
