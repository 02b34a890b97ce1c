/** Writes pictures as PNG, ICO and ICNS files. */
import { crc32, deflateSync } from 'node:zlib';
import type { Picture } from './mark.ts';

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** PNG, 8-bit RGBA (RFC 2083). */
export function pngOf({ size, pixels }: Picture): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6], 8);
  const stride = size * 4;
  const rows = Buffer.alloc(size * (stride + 1));
  for (let row = 0; row < size; row++)
    rows.set(pixels.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
  const parts = [
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(rows, { level: 9 })),
    pngChunk('IEND'),
  ];
  return Buffer.concat([PNG_SIGNATURE, ...parts]);
}

function pngChunk(type: string, data = Buffer.alloc(0)): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}

/** A Windows icon; 256 pixels as PNG, smaller ones as bitmaps, which every tool of Windows reads. */
export function icoOf(pictures: readonly Picture[]): Buffer {
  const bodies = pictures.map((picture) => (picture.size < 256 ? bitmapOf(picture) : pngOf(picture)));
  const directory = Buffer.alloc(6 + 16 * pictures.length);
  directory.writeUInt16LE(1, 2);
  directory.writeUInt16LE(pictures.length, 4);
  let offset = directory.length;
  pictures.forEach(({ size }, index) => {
    const entry = 6 + 16 * index;
    directory.set([size % 256, size % 256, 0, 0, 1, 0, 32, 0], entry);
    directory.writeUInt32LE(bodies[index]!.length, entry + 8);
    directory.writeUInt32LE(offset, entry + 12);
    offset += bodies[index]!.length;
  });
  return Buffer.concat([directory, ...bodies]);
}

/** BITMAPINFOHEADER, BGRA rows from the bottom, and the (empty) mask that Windows requires. */
function bitmapOf({ size, pixels }: Picture): Buffer {
  const maskStride = Math.ceil(size / 32) * 4;
  const bitmap = Buffer.alloc(40 + size * size * 4 + size * maskStride);
  bitmap.writeUInt32LE(40, 0);
  bitmap.writeInt32LE(size, 4);
  bitmap.writeInt32LE(size * 2, 8);
  bitmap.writeUInt16LE(1, 12);
  bitmap.writeUInt16LE(32, 14);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const [red, green, blue, alpha] = pixels.subarray((row * size + column) * 4);
      bitmap.set([blue!, green!, red!, alpha!], 40 + ((size - 1 - row) * size + column) * 4);
    }
  return bitmap;
}

/** Types of an ICNS file that hold a PNG, with their size in pixels. */
export const ICNS_TYPES = [
  ['icp4', 16],
  ['ic11', 32],
  ['icp5', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
] as const;

/** A macOS icon; `draw` gives the picture of each size. */
export function icnsOf(draw: (size: number) => Picture): Buffer {
  const parts = ICNS_TYPES.map(([type, size]) => icnsPart(type, pngOf(draw(size))));
  return icnsPart('icns', Buffer.concat(parts));
}

function icnsPart(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(data.length + 8, 4);
  return Buffer.concat([head, data]);
}
