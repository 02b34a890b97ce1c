import { Cursor } from './level-cursor.ts';

/** Maximum decompressed size in bytes. Blocks have 4 KiB here, and a record at most about 100 kB. */
const MAX_UNPACKED = 4 << 20;

/**
 * Decompresses the block format of Snappy (format_description.txt of google/snappy), which LevelDB uses by default.
 * Null for invalid bytes; never throws. Output is limited to {@link MAX_UNPACKED}.
 */
export function unpackSnappy(packed: Uint8Array): Uint8Array | null {
  const header = new Cursor(packed);
  const length = header.varint();
  if (header.failed || length > MAX_UNPACKED) return null;
  const out = new Uint8Array(length);
  let from = header.at;
  let to = 0;
  while (from < packed.length) {
    const element = elementAt(packed, from);
    if (element === null || to + element.length > length) return null;
    const { back, length: size } = element;
    from = element.next;
    if (back === null) {
      out.set(packed.subarray(from, from + size), to);
      from += size;
    } else {
      if (back === 0 || back > to) return null;
      // Byte by byte, because a copy may overlap its own output.
      for (let i = 0; i < size; i++) out[to + i] = out[to + i - back]!;
    }
    to += size;
  }
  return to === length ? out : null;
}

/**
 * A literal (`back` is null, its bytes begin at `next`), or a copy of `length` bytes that starts `back` bytes before
 * the end of the output.
 */
interface Element {
  readonly back: number | null;
  readonly length: number;
  readonly next: number;
}

function elementAt(packed: Uint8Array, at: number): Element | null {
  const tag = packed[at]!;
  const kind = tag & 3;
  if (kind === 0) return literalAt(packed, at, tag >> 2);
  const bytes = kind === 3 ? 4 : kind;
  if (at + 1 + bytes > packed.length) return null;
  const next = at + 1 + bytes;
  if (kind === 1) return { back: ((tag >> 5) << 8) | packed[at + 1]!, length: ((tag >> 2) & 7) + 4, next };
  return { back: numberAt(packed, at + 1, bytes), length: (tag >> 2) + 1, next };
}

function literalAt(packed: Uint8Array, at: number, size: number): Element | null {
  const bytes = Math.max(0, size - 59);
  if (at + 1 + bytes > packed.length) return null;
  const length = (bytes === 0 ? size : numberAt(packed, at + 1, bytes)) + 1;
  const next = at + 1 + bytes;
  return next + length > packed.length ? null : { back: null, length, next };
}

function numberAt(packed: Uint8Array, at: number, bytes: number): number {
  let value = 0;
  for (let i = 0; i < bytes; i++) value += packed[at + i]! * 2 ** (8 * i);
  return value;
}
