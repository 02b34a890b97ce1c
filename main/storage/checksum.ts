import { crc32 } from './crc.ts';

/**
 * Bytes of a checksum: CRC-32 (IEEE) over key and payload, little-endian, in front of the payload. Every record has
 * one, because LevelDB is used here without verifying its own. It covers the key, so that a record under a wrong key is
 * detected too.
 */
export const CHECKSUM_BYTES = 4;

/** Fills in the checksum. `record` is the payload after {@link CHECKSUM_BYTES} free bytes. Returns the same array. */
export function sealRecord(key: Uint8Array, record: Uint8Array): Uint8Array {
  const sum = sumOf(key, record);
  record[0] = sum;
  record[1] = sum >>> 8;
  record[2] = sum >>> 16;
  record[3] = sum >>> 24;
  return record;
}

/** Puts a checksum in front of a payload. */
export function sealPayload(key: Uint8Array, payload: Uint8Array): Uint8Array {
  const record = new Uint8Array(CHECKSUM_BYTES + payload.length);
  record.set(payload, CHECKSUM_BYTES);
  return sealRecord(key, record);
}

/** The payload as a view, or null if the checksum is wrong. */
export function openRecord(key: Uint8Array, record: Uint8Array): Uint8Array | null {
  if (record.length < CHECKSUM_BYTES) return null;
  const stored = (record[0]! | (record[1]! << 8) | (record[2]! << 16) | (record[3]! << 24)) >>> 0;
  return sumOf(key, record) === stored ? record.subarray(CHECKSUM_BYTES) : null;
}

function sumOf(key: Uint8Array, record: Uint8Array): number {
  return crc32(record, CHECKSUM_BYTES, record.length, crc32(key));
}
