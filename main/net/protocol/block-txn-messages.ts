import { Reader } from '../../core/codec/reader.ts';
import { Writer } from '../../core/codec/writer.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import { MAX_TRANSACTION_BYTES } from '../../core/primitives/limits.ts';
import { type Violation, violation } from '../../core/violation.ts';
import { MAX_COMPACT_COUNT } from './compact-block.ts';
import { MAX_PARTS_ASKED } from './frame-types.ts';

/** Requests transactions of a block by their positions (getblocktxn of BIP 152). */
export interface GetParts {
  readonly id: Hash;
  /** Positions in ascending order. */
  readonly indexes: readonly number[];
}

/** Encodes `id 32 | count | gap …`. A gap is the number of positions between this one and the one before it. */
export function encodeGetParts({ id, indexes }: GetParts): Uint8Array {
  const writer = new Writer(40 + 3 * indexes.length).bytes(id).varuint(indexes.length);
  let next = 0;
  for (const index of indexes) {
    writer.varuint(index - next);
    next = index + 1;
  }
  return writer.finish();
}

export function decodeGetParts(body: Uint8Array): GetParts | Violation {
  const reader = new Reader(body);
  const id = reader.bytes(32).slice();
  const count = reader.count(1);
  if (count === 0 || count > MAX_PARTS_ASKED) reader.fail('codec-length');
  const indexes: number[] = [];
  let next = 0;
  for (let i = 0; i < count && reader.failed === null; i++) {
    const index = next + reader.varuint();
    if (index >= MAX_COMPACT_COUNT) reader.fail('codec-order');
    indexes.push(index);
    next = index + 1;
  }
  const failed = reader.finish();
  return failed === null ? { id, indexes } : violation(failed);
}

/** Encodes `count | (length | transaction) …`: all requested transactions in order, or none. */
export function encodeParts(parts: readonly Uint8Array[]): Uint8Array {
  let bytes = 5;
  for (const part of parts) bytes += 5 + part.length;
  const writer = new Writer(bytes).varuint(parts.length);
  for (const part of parts) writer.varbytes(part);
  return writer.finish();
}

/** The transactions are views into `body`. */
export function decodeParts(body: Uint8Array): Uint8Array[] | Violation {
  const reader = new Reader(body);
  const count = reader.count(2);
  if (count > MAX_PARTS_ASKED) reader.fail('codec-length');
  const parts: Uint8Array[] = [];
  for (let i = 0; i < count && reader.failed === null; i++)
    parts.push(reader.varbytes(MAX_TRANSACTION_BYTES));
  const failed = reader.finish();
  return failed === null ? parts : violation(failed);
}
