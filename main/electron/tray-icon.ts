import { nativeImage, type NativeImage } from 'electron';

/** Width of the drawing, as in the viewBox of renderer/public/favicon.svg. */
const UNITS = 32;
const RADIUS = 6.5;
const STROKE = 2.6;
const CENTRES = [12.5, 19.5] as const;
const ICON_PIXELS = 22;

type Colour = readonly [red: number, green: number, blue: number];
const GROUND: Colour = [0x0e, 0x6b, 0x5c];
const RINGS: Colour = [0xfb, 0xfa, 0xf7];

/** Kith's mark for the tray, at the scale of common and of dense displays. */
export function trayIcon(): NativeImage {
  const icon = nativeImage.createEmpty();
  for (const scaleFactor of [1, 2]) {
    const size = ICON_PIXELS * scaleFactor;
    const buffer = Buffer.from(drawMark(size));
    icon.addRepresentation({ scaleFactor, width: size, height: size, buffer });
  }
  return icon;
}

/** The mark as premultiplied BGRA, 4 bytes a pixel, as Electron takes a bitmap. */
function drawMark(size: number): Uint8Array {
  const pixels = new Uint8Array(size * size * 4);
  const unit = UNITS / size;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [x, y] = [(column + 0.5) * unit, (row + 0.5) * unit];
      const ground = cover(groundDistance(x, y), unit);
      const rings = Math.max(...CENTRES.map((centre) => cover(ringDistance(x - centre, y - 16), unit)));
      const channel = (index: 0 | 1 | 2): number =>
        Math.round((GROUND[index] * (1 - rings) + RINGS[index] * rings) * ground);
      pixels.set([channel(2), channel(1), channel(0), Math.round(255 * ground)], (row * size + column) * 4);
    }
  }
  return pixels;
}

/** Share of a pixel inside a shape, from the distance of its middle to the edge. */
const cover = (distance: number, unit: number): number => Math.max(0, Math.min(1, 0.5 - distance / unit));

const ringDistance = (x: number, y: number): number => Math.abs(Math.hypot(x, y) - RADIUS) - STROKE / 2;

/** To the edge of a square of 32 with corners of radius 8; negative inside. */
function groundDistance(x: number, y: number): number {
  const [dx, dy] = [Math.abs(x - 16) - 8, Math.abs(y - 16) - 8];
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - 8;
}
