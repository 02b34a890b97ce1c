/**
 * Ascending ranges of numbers with a small number each, compressed: where a range begins, as the distance from the one before in
 * LEB128, and its value in one byte. A range ends where the next begins. docs/formats/country-data.md.
 */

export interface Segment {
  /** Below 2^48. */
  readonly start: number;
  /** 0 to 255. */
  readonly value: number;
}

export interface Segments {
  /** Value of the range that contains the number; 0 before the first range. About 1 µs. */
  valueAt(position: number): number;
  readonly count: number;
}

const LIMIT = 2 ** 48;
/** One entry of the index for so many ranges: a lookup decodes at most these, and the index takes 12 bytes of 64 ranges. */
const STRIDE = 64;

/** @throws {RangeError} unless the ranges ascend */
export function encodeSegments(segments: readonly Segment[]): Uint8Array {
  const bytes: number[] = [];
  let before = -1;
  for (const { start, value } of segments) {
    if (!(start > before && start < LIMIT))
      throw new RangeError(`a range begins at ${start} after ${before}`);
    let distance = before === -1 ? start : start - before;
    while (distance >= 0x80) {
      bytes.push((distance % 0x80) | 0x80);
      distance = Math.floor(distance / 0x80);
    }
    bytes.push(distance, value);
    before = start;
  }
  return Uint8Array.from(bytes);
}

/** Reads the ranges, of which all values must be at most `most`. Null if they are malformed. Keeps a view of the bytes. */
export function openSegments(bytes: Uint8Array, count: number, most: number): Segments | null {
  const marks = Math.ceil(count / STRIDE);
  // A range takes two bytes: without this check a count could allocate anything.
  if (count * 2 > bytes.length) return null;
  const starts = new Float64Array(marks);
  const offsets = new Uint32Array(marks);
  const cursor = createCursor(bytes);
  for (let i = 0; i < count; i++) {
    const before = cursor.start;
    const offset = cursor.offset;
    if (!cursor.next() || cursor.value > most || (i > 0 && cursor.start <= before)) return null;
    if (i % STRIDE !== 0) continue;
    starts[i / STRIDE] = cursor.start;
    offsets[i / STRIDE] = offset;
  }
  if (cursor.offset !== bytes.length) return null;
  return { count, valueAt: (position) => find(bytes, starts, offsets, position) };
}

function find(bytes: Uint8Array, starts: Float64Array, offsets: Uint32Array, position: number): number {
  const mark = lastAtMost(starts, position);
  if (mark === -1) return 0;
  const cursor = createCursor(bytes, offsets[mark]);
  cursor.next();
  // The distance at a mark is from the range before it, so the start comes from the index.
  cursor.start = starts[mark]!;
  let value = cursor.value;
  while (cursor.next() && cursor.start <= position) value = cursor.value;
  return value;
}

/** Index of the last of the ascending numbers that is at most `position`; -1 if none is. */
function lastAtMost(ascending: Float64Array, position: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= position) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

interface Cursor {
  offset: number;
  start: number;
  value: number;
  /** Reads the next range; false at the end and for a malformed one. */
  next(): boolean;
}

function createCursor(bytes: Uint8Array, offset = 0): Cursor {
  return {
    offset,
    start: 0,
    value: 0,
    next() {
      let distance = 0;
      let scale = 1;
      for (;;) {
        // Seven bytes hold 49 bits: a distance that needs more is beyond every range.
        if (this.offset >= bytes.length || scale > 2 ** 42) return false;
        const byte = bytes[this.offset++]!;
        distance += (byte & 0x7f) * scale;
        if (byte < 0x80) break;
        scale *= 0x80;
      }
      if (this.offset >= bytes.length) return false;
      this.start += distance;
      this.value = bytes[this.offset++]!;
      return this.start < LIMIT;
    },
  };
}
