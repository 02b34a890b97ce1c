import { Reader } from '../../core/codec/reader.ts';
import { Writer } from '../../core/codec/writer.ts';
import { readHeader } from '../../core/primitives/header.ts';
import { type Violation, violation } from '../../core/violation.ts';
import { type CompactBlock, readCompact, writeCompact } from './compact-block.ts';

/** Encodes `header 88 | compact block`, to the end of the frame. */
export function encodePushed(compact: CompactBlock): Uint8Array {
  const writer = new Writer(6 * compact.count + 1024).bytes(compact.header.bytes);
  writeCompact(writer, compact);
  return writer.finish();
}

export function decodePushed(body: Uint8Array): CompactBlock | Violation {
  // A copy, because the chain keeps the header and a view would keep the whole packet in memory.
  const reader = new Reader(body.slice());
  const makeHeader = readHeader(reader);
  if (reader.failed !== null) return violation(reader.failed);
  const compact = readCompact(reader, makeHeader());
  return compact ?? violation(reader.failed ?? 'codec-length');
}

/** Encodes whether the sender wants compact blocks pushed: `1` yes, `0` no longer. */
export function encodeWant(wanted: boolean): Uint8Array {
  return Uint8Array.of(wanted ? 1 : 0);
}

export function decodeWant(body: Uint8Array): boolean | Violation {
  return body.length === 1 && body[0]! <= 1 ? body[0] === 1 : violation('codec-order');
}
