/** Draws Kith's mark (renderer/public/favicon.svg) at any size, without a graphics library. */

/** An RGBA image, not premultiplied, 4 bytes a pixel, row by row. */
export interface Picture {
  readonly size: number;
  readonly pixels: Uint8Array;
}

export interface MarkOptions {
  /** Transparent border as a share of the size: 0, or about 0.1 where the system expects one (macOS). */
  readonly border?: number;
}

type Colour = readonly [number, number, number];
/** Signed distance to the edge of a shape, in units of the drawing; negative inside. */
type Shape = (x: number, y: number) => number;

/** Width of the drawing, as in the SVG's viewBox. */
const UNITS = 32;
const GREEN: Colour = [0x0e, 0x6b, 0x5c];
const WHITE: Colour = [0xfb, 0xfa, 0xf7];
const LIGHT: Colour = [0x5c, 0xc8, 0xb0];
const RADIUS = 6.5;
const STROKE = 2.6;
/** Centres of the arcs of the lens, which goes through (16, 10.5) and (16, 21.5) with radius 6.5. */
const ARC = Math.sqrt(RADIUS ** 2 - 5.5 ** 2);

const disc =
  (centreX: number, radius: number): Shape =>
  (x, y) =>
    Math.hypot(x - centreX, y - 16) - radius;
const ring =
  (centreX: number): Shape =>
  (x, y) =>
    Math.abs(disc(centreX, RADIUS)(x, y)) - STROKE / 2;
const lens: Shape = (x, y) => Math.max(disc(16 - ARC, RADIUS)(x, y), disc(16 + ARC, RADIUS)(x, y));
const ground: Shape = (x, y) => {
  const [dx, dy] = [Math.abs(x - 16) - 8, Math.abs(y - 16) - 8];
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - 8;
};

/** In the order of the SVG: later ones cover earlier ones. */
const LAYERS: readonly (readonly [Shape, Colour])[] = [
  [ground, GREEN],
  [ring(12.5), WHITE],
  [ring(19.5), WHITE],
  [lens, LIGHT],
];

/** The mark in a square of `size` pixels. */
export function drawMark(size: number, { border = 0 }: MarkOptions = {}): Picture {
  const pixels = new Uint8Array(size * size * 4);
  const unit = UNITS / (size * (1 - 2 * border));
  const place = (pixel: number): number => (pixel + 0.5 - size * border) * unit;
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++)
      pixels.set(colourAt(place(column), place(row), unit), (row * size + column) * 4);
  return { size, pixels };
}

/** The layers over each other; at an edge a pixel gets the share that the shape covers. */
function colourAt(x: number, y: number, unit: number): [number, number, number, number] {
  let [red, green, blue, alpha] = [0, 0, 0, 0];
  for (const [shape, colour] of LAYERS) {
    const cover = Math.min(1, Math.max(0, 0.5 - shape(x, y) / unit));
    if (cover === 0) continue;
    const total = cover + alpha * (1 - cover);
    const mix = (below: number, above: number): number =>
      (above * cover + below * alpha * (1 - cover)) / total;
    [red, green, blue, alpha] = [mix(red, colour[0]), mix(green, colour[1]), mix(blue, colour[2]), total];
  }
  return [Math.round(red), Math.round(green), Math.round(blue), Math.round(alpha * 255)];
}
