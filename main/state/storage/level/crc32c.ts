/** CRC-32C (Castagnoli), which LevelDB puts behind every block; Node only has the other one. Some 800 MB/s. */

const POLYNOMIAL = 0x82f6_3b78;
/** Bytes taken at a time. */
const WIDTH = 16;

// Sixteen tables of 256 in a row: table k is the checksum of a byte followed by k zero bytes.
const TABLE = new Int32Array(WIDTH * 256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  TABLE[byte] = crc;
}
for (let at = 256; at < TABLE.length; at++) {
  const before = TABLE[at - 256]!;
  TABLE[at] = (before >>> 8) ^ TABLE[before & 0xff]!;
}

/** Of the bytes from `start` to before `end`. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let crc = -1;
  let at = start;
  for (; at + WIDTH <= end; at += WIDTH) {
    crc =
      four(crc ^ view.getInt32(at, true), 12) ^
      four(view.getInt32(at + 4, true), 8) ^
      four(view.getInt32(at + 8, true), 4) ^
      four(view.getInt32(at + 12, true), 0);
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[at]!) & 0xff]!;
  return (crc ^ -1) >>> 0;
}

/** Four bytes as one word, with `behind` more of the sixteen behind them. */
function four(word: number, behind: number): number {
  return (
    TABLE[((behind + 3) << 8) | (word & 0xff)]! ^
    TABLE[((behind + 2) << 8) | ((word >>> 8) & 0xff)]! ^
    TABLE[((behind + 1) << 8) | ((word >>> 16) & 0xff)]! ^
    TABLE[(behind << 8) | (word >>> 24)]!
  );
}

/** As LevelDB stores it: rotated and moved, since checksums of checksums are weak. */
export function maskedCrc32c(bytes: Uint8Array, start: number, end: number): number {
  const crc = crc32c(bytes, start, end);
  return (((crc >>> 15) | (crc << 17)) + 0xa282_ead8) >>> 0;
}
