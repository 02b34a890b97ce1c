import { sha256 } from '@noble/hashes/sha2.js';

/** One cell of a glyph: a shape (0 to 7) in the first or second colour. */
export interface GlyphCell {
  readonly x: number;
  readonly y: number;
  readonly shape: number;
  readonly second: boolean;
}

/** A small picture of an id; ids with similar text have different pictures. */
export interface Glyph {
  /** The two hues in degrees, different enough to be distinguished. */
  readonly hue: number;
  readonly secondHue: number;
  readonly cells: readonly GlyphCell[];
}

const GRID = 3;

/**
 * The glyph of any text. It depends on SHA-256, so an attacker can find a text with the same glyph only by trying (27
 * bits of shapes, 9 of colours, 7 of tones).
 */
export function glyphOf(text: string): Glyph {
  const digest = sha256(new TextEncoder().encode(text));
  const byte = (i: number): number => digest[i] ?? 0;
  const hue = (byte(0) % 24) * 15;
  const secondHue = (hue + 90 + (byte(1) % 13) * 15) % 360;
  const cells = Array.from({ length: GRID * GRID }, (_, i) => ({
    x: i % GRID,
    y: Math.floor(i / GRID),
    shape: byte(2 + i) & 7,
    second: (byte(2 + i) & 8) !== 0,
  }));
  return { hue, secondHue, cells };
}

/** The outline of a shape inside the unit cell at (x, y), as an SVG path; empty for the empty shape. */
export function cellPath({ x, y, shape }: GlyphCell): string {
  const [r, b] = [x + 1, y + 1];
  switch (shape) {
    case 0:
      return '';
    case 1:
      return `M${x} ${y}H${r}V${b}H${x}Z`;
    case 2:
      return `M${x} ${y + 0.5}a.5 .5 0 1 0 1 0a.5 .5 0 1 0 -1 0Z`;
    case 3:
      return `M${x} ${y}A1 1 0 0 1 ${r} ${b}H${x}Z`;
    case 4:
      return `M${r} ${y}A1 1 0 0 1 ${x} ${b}V${y}Z`;
    case 5:
      return `M${r} ${b}A1 1 0 0 1 ${x} ${y}H${r}Z`;
    case 6:
      return `M${x} ${b}A1 1 0 0 1 ${r} ${y}V${b}Z`;
    default:
      return `M${x} ${y}L${r} ${b}H${x}Z`;
  }
}
