/**
 * Whether these bytes are well-formed UTF-8 in form NFKD. For secrets: no string of the text is made, because no program can
 * overwrite a string, but only strings of one code point, or of two that follow each other.
 */
export function isNormal(text: Uint8Array): boolean {
  let before = 0;
  for (let at = 0; at < text.length;) {
    const length = lengthOf(text[at]!);
    const point = pointAt(text, at, length);
    if (point === null || !isUnchanged(String.fromCodePoint(point))) return false;
    // Marks have an order, and each may have to change its place with the one before it. ASCII has no marks.
    const mayMove = before >= 0x80 && point >= 0x80;
    if (mayMove && !isUnchanged(String.fromCodePoint(before, point))) return false;
    before = point;
    at += length;
  }
  return true;
}

const isUnchanged = (text: string): boolean => text.normalize('NFKD') === text;

/** Bytes of the code point that begins with this byte; 0 if none does. */
function lengthOf(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

const LEAST = [0, 0, 0x80, 0x800, 0x1_0000];
const MOST = 0x10_ffff;

/** Null if it is not well-formed: cut off, longer than needed, a surrogate, or too high. */
function pointAt(text: Uint8Array, at: number, length: number): number | null {
  if (length === 0 || at + length > text.length) return null;
  if (length === 1) return text[at]!;
  let point = text[at]! & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const byte = text[at + i]!;
    if ((byte & 0xc0) !== 0x80) return null;
    point = (point << 6) | (byte & 0x3f);
  }
  const isSurrogate = point >= 0xd800 && point <= 0xdfff;
  return point < LEAST[length]! || point > MOST || isSurrogate ? null : point;
}
