import { Reader } from '../codec/reader.ts';
import { Writer } from '../codec/writer.ts';
import { type Violation, violation } from '../violation.ts';

/** One record of a coinbase (protocol.md §7): a tag and at most 255 bytes. */
export interface CoinbaseRecord {
  readonly tag: number;
  readonly bytes: Uint8Array;
}

export const RECORD_TAG = { parameters: 0x00, extraNonce: 0x01, snapshotRoot: 0x02 } as const;

/**
 * Decodes the coinbase records. Tags must be strictly ascending and no byte may be left over. Records with unknown tags
 * are returned too.
 */
export function decodeRecords(witness: Uint8Array): readonly CoinbaseRecord[] | Violation {
  const reader = new Reader(witness);
  const records: CoinbaseRecord[] = [];
  let last = -1;
  while (reader.failed === null && reader.remaining > 0) {
    const tag = reader.u8();
    if (tag <= last) return violation('codec-order', { tag });
    last = tag;
    records.push({ tag, bytes: reader.bytes(reader.u8()) });
  }
  return reader.failed === null ? records : violation(reader.failed);
}

/** Writes records in the order of their tags. Throws on a duplicate tag or too many bytes, which are bugs. */
export function encodeRecords(records: readonly CoinbaseRecord[]): Uint8Array {
  const writer = new Writer(64);
  const sorted = records.toSorted((a, b) => a.tag - b.tag);
  sorted.forEach((record, i) => {
    if (record.bytes.length > 255 || sorted[i + 1]?.tag === record.tag)
      throw new RangeError('not a coinbase record');
    writer.u8(record.tag).u8(record.bytes.length).bytes(record.bytes);
  });
  return writer.finish();
}

export function findRecord(records: readonly CoinbaseRecord[], tag: number): Uint8Array | undefined {
  return records.find((record) => record.tag === tag)?.bytes;
}
