import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ICNS_TYPES, icnsOf, icoOf, pngOf } from '../../../tools/packaging/image-files.ts';
import { drawMark } from '../../../tools/packaging/mark.ts';

const GREEN = [0x0e, 0x6b, 0x5c, 255];
const WHITE = [0xfb, 0xfa, 0xf7, 255];
const LIGHT = [0x5c, 0xc8, 0xb0, 255];

/** The pixel at a place in the units of the SVG. */
function colourAt(size: number, x: number, y: number): number[] {
  const [column, row] = [x, y].map((place) => Math.floor((place / 32) * size));
  const at = (row! * size + column!) * 4;
  return [...drawMark(size).pixels.subarray(at, at + 4)];
}

test.each([64, 256])('the mark of %i pixels has the colours of the SVG', (size) => {
  expect(colourAt(size, 16, 2)).toEqual(GREEN);
  expect(colourAt(size, 6, 16)).toEqual(WHITE);
  expect(colourAt(size, 26, 16)).toEqual(WHITE);
  expect(colourAt(size, 16, 16)).toEqual(LIGHT);
  expect(colourAt(size, 0, 0)[3]).toBe(0);
});

test('a PNG holds the pixels row by row', () => {
  const picture = drawMark(16);
  const png = pngOf(picture);
  expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([16, 16]);
  const length = png.readUInt32BE(33);
  const rows = inflateSync(png.subarray(41, 41 + length));
  expect(rows.length).toBe(16 * (1 + 16 * 4));
  expect([...rows.subarray(8 * 65 + 1, 9 * 65)]).toEqual([...picture.pixels.subarray(8 * 64, 9 * 64)]);
});

test('an ICO lists each size with the place of its picture', () => {
  const ico = icoOf([drawMark(16), drawMark(256)]);
  expect([ico.readUInt16LE(2), ico.readUInt16LE(4)]).toEqual([1, 2]);
  expect([ico[6], ico[22]]).toEqual([16, 0]);
  expect(ico.readUInt32LE(ico.readUInt32LE(18))).toBe(40);
  const second = ico.readUInt32LE(34);
  expect(ico.subarray(second + 1, second + 4).toString()).toBe('PNG');
  expect(second + ico.readUInt32LE(30)).toBe(ico.length);
});

test('an ICNS consists of parts that fill it, one a type', () => {
  const icns = icnsOf((size) => drawMark(Math.min(size, 32)));
  expect(icns.toString('latin1', 0, 4)).toBe('icns');
  expect(icns.readUInt32BE(4)).toBe(icns.length);
  const types: string[] = [];
  for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4))
    types.push(icns.toString('latin1', at, at + 4));
  expect(types).toEqual(ICNS_TYPES.map(([type]) => type));
});
