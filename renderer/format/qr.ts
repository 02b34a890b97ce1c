import { encode } from 'uqr';

/** A QR code with a margin of two modules. */
export interface QrShape {
  /** Modules of one side, margin included. */
  readonly size: number;
  /** The dark modules as data of an SVG path, one unit for each module. */
  readonly path: string;
}

export function qrShape(text: string): QrShape {
  const { size, data } = encode(text, { ecc: 'M', border: 2 });
  const path = data
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join('');
  return { size, path };
}

/** Pixels of a module in a saved picture. */
export const QR_SCALE = 8;

/** A QR code as an SVG file, dark on light. */
export function qrSvg(text: string): string {
  const { size, path } = qrShape(text);
  const side = size * QR_SCALE;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${path}"/></svg>\n`;
}
