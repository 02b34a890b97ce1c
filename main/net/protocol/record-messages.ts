import { Reader } from '../../core/codec/reader.ts';
import { Writer } from '../../core/codec/writer.ts';
import { type Violation, violation } from '../../core/violation.ts';
import { MAX_RECORD_BYTES_SIGNED, MAX_RECORDS } from './frame-types.ts';

/** Encodes `count | (length | signed record) …`: peer records, each signed by its owner. */
export function encodeRecords(records: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer(300 * records.length + 5).varuint(records.length);
  for (const record of records) writer.varbytes(record);
  return writer.finish();
}

export function decodeRecords(body: Uint8Array): Uint8Array[] | Violation {
  const reader = new Reader(body);
  const count = reader.count(2);
  if (count > MAX_RECORDS) reader.fail('codec-length');
  const records: Uint8Array[] = [];
  for (let i = 0; i < count && reader.failed === null; i++)
    records.push(reader.varbytes(MAX_RECORD_BYTES_SIGNED).slice());
  const failed = reader.finish();
  return failed === null ? records : violation(failed);
}
