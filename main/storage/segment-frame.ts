import { crc32 } from 'node:zlib';
import type { SegmentLocation } from './header-record.ts';

/** Bytes of the frame before each payload: magic "KSEG" | payload length u32 LE | CRC-32 of the payload u32 LE. */
export const FRAME_BYTES = 12;
const MAGIC = Buffer.from('KSEG');

/** Bytes per read while searching for the next record after corrupt bytes. */
const SEARCH_BYTES = 1 << 20;

/** A record found by a scan of a file. */
export interface ScannedRecord {
  readonly at: SegmentLocation;
  readonly payload: Uint8Array;
  /**
   * Whether it was found by a search after corrupt bytes. Then it may be inside another record, where an attacker
   * placed it.
   */
  readonly adrift: boolean;
}

export function frame(payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(FRAME_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(4, payload.length, true);
  view.setUint32(8, crc32(payload), true);
  bytes.set(payload, FRAME_BYTES);
  return bytes;
}

/** The payload as a view if the frame is intact and has the expected length, else null. */
export function unframe(bytes: Uint8Array, length: number): Uint8Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const payload = bytes.subarray(FRAME_BYTES);
  return framedLength(bytes) === length && view.getUint32(8, true) === crc32(payload) ? payload : null;
}

function framedLength(head: Uint8Array): number | null {
  if (head.length < FRAME_BYTES) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return MAGIC.every((byte, i) => head[i] === byte) ? view.getUint32(4, true) : null;
}

type Read = (offset: number, length: number) => Promise<Uint8Array | null>;

/** All intact records of a file in order; corrupt parts are skipped. */
export async function* scanRecords(
  read: Read,
  segment: number,
  {
    from,
    size,
    maxRecordBytes,
  }: { readonly from: number; readonly size: number; readonly maxRecordBytes: number },
): AsyncGenerator<ScannedRecord> {
  let adrift = false;
  for (let offset = from; offset + FRAME_BYTES <= size;) {
    const head = await read(offset, FRAME_BYTES);
    const length = head && framedLength(head);
    const bytes =
      length !== null && length <= maxRecordBytes ? await read(offset, FRAME_BYTES + length) : null;
    const payload = bytes && unframe(bytes, length!);
    if (payload) {
      yield { at: { segment, offset, length: length! }, payload, adrift };
      offset += FRAME_BYTES + length!;
      continue;
    }
    const behind = length === null ? null : offset + FRAME_BYTES + length;
    if (!adrift && behind !== null && (await beginsAt(read, behind))) {
      offset = behind;
      continue;
    }
    adrift = true;
    const next = await findMagic(read, offset + 1, size);
    if (next === null) return;
    offset = next;
  }
}

// If only the payload is corrupt, its length still leads to the next record.
async function beginsAt(read: Read, offset: number): Promise<boolean> {
  const head = await read(offset, FRAME_BYTES);
  return head !== null && framedLength(head) !== null;
}

async function findMagic(read: Read, from: number, size: number): Promise<number | null> {
  for (let at = from; at < size; at += SEARCH_BYTES) {
    // The magic may cross the border of two reads.
    const length = Math.min(SEARCH_BYTES + MAGIC.length - 1, size - at);
    const bytes = await read(at, length);
    const found = bytes ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(MAGIC) : -1;
    if (found >= 0) return at + found;
  }
  return null;
}
