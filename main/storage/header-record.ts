import { Reader } from '../core/codec/reader.ts';
import { Writer } from '../core/codec/writer.ts';
import { HEADER_BYTES } from '../core/primitives/limits.ts';

/** The location of a record in the segment files. */
export interface SegmentLocation {
  readonly segment: number;
  readonly offset: number;
  /** Bytes of the payload. */
  readonly length: number;
}

/** The location of an undo record and its format: 2 (undo-record.ts) or 1 (undo-record-1.ts). */
export interface UndoLocation extends SegmentLocation {
  readonly format: 1 | 2;
}

/**
 * Validation status of a block. A block that was connected and then disconnected stays `connected`, because it is
 * valid.
 */
export type BlockStatus = 'header' | 'stored' | 'connected' | 'invalid';

const STATUS: readonly BlockStatus[] = ['header', 'stored', 'connected', 'invalid'];

/** The record of a block in the header index. */
export interface HeaderRecord {
  readonly header: Uint8Array;
  readonly status: BlockStatus;
  /** Number of transactions in the body; 0 while it is not stored. */
  readonly transactions: number;
  /** Bit field of the soft forks under which it was checked (protocol.md §13). */
  readonly rules: number;
  readonly body: SegmentLocation | null;
  readonly undo: UndoLocation | null;
}

/**
 * header 88 | status u8 | transactions varuint | rules u32 | body location | undo location. A location is u8 0 for
 * none, or u8 1 and three varuints. For an undo record the first byte is the format instead of 1.
 */
export function encodeHeaderRecord(record: HeaderRecord): Uint8Array {
  const writer = new Writer(HEADER_BYTES + 40).bytes(record.header).u8(STATUS.indexOf(record.status));
  writer.varuint(record.transactions).u32(record.rules);
  writeLocation(writer, record.body, 1);
  writeLocation(writer, record.undo, record.undo?.format ?? 1);
  return writer.finish();
}

export function decodeHeaderRecord(payload: Uint8Array): HeaderRecord | null {
  const reader = new Reader(payload);
  const header = reader.bytes(HEADER_BYTES);
  const status = STATUS[reader.u8()];
  const transactions = reader.varuint();
  const rules = reader.u32();
  const body = readTag(reader, 1) === 0 ? null : readLocation(reader);
  const format = readTag(reader, 2);
  const undo = format === 0 ? null : { ...readLocation(reader), format };
  return reader.finish() === null && status ? { header, status, transactions, rules, body, undo } : null;
}

function writeLocation(writer: Writer, at: SegmentLocation | null, tag: 1 | 2): void {
  if (at === null) writer.u8(0);
  else writer.u8(tag).varuint(at.segment).varuint(at.offset).varuint(at.length);
}

function readTag<Most extends 1 | 2>(reader: Reader, most: Most): 0 | 1 | Most {
  const tag = reader.u8();
  return (tag > most ? reader.fail('codec-order') : tag) as 0 | 1 | Most;
}

function readLocation(reader: Reader): SegmentLocation {
  return { segment: reader.varuint(), offset: reader.varuint(), length: reader.varuint() };
}
