import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  type Area,
  arrangementOf,
  createWindowStates,
  fitBounds,
  type WindowState,
} from '../../../main/electron/window-state.ts';
import { newFolder } from '../../support/folder.ts';

const area = (x: number, y: number, width: number, height: number, scaleFactor = 1): Area => ({
  workArea: { x, y, width, height },
  scaleFactor,
});
const LAPTOP = area(0, 0, 1440, 900, 2);
const DESK = area(1440, -200, 2560, 1440);
const STATE: WindowState = {
  bounds: { x: 10, y: 20, width: 900, height: 700 },
  maximized: true,
  zoom: 1,
};
const fail = (error: unknown): never => {
  throw error;
};

test('the state of each arrangement of displays is kept, whatever their order', () => {
  const file = path.join(newFolder(), 'new', 'window.json');
  createWindowStates(file, fail).write(arrangementOf([LAPTOP, DESK]), STATE);
  const again = createWindowStates(file, fail);
  expect(again.read(arrangementOf([DESK, LAPTOP]))).toEqual(STATE);
  expect(again.read(arrangementOf([LAPTOP]))).toBeNull();
});

test('of more than 20 arrangements the ones that were used last are kept', () => {
  const file = path.join(newFolder(), 'window.json');
  const states = createWindowStates(file, fail);
  for (let n = 0; n < 25; n++) states.write(`arrangement ${n}`, STATE);
  const { arrangements } = JSON.parse(readFileSync(file, 'utf8')) as { arrangements: object };
  expect(Object.keys(arrangements)).toHaveLength(20);
  expect(createWindowStates(file, fail).read('arrangement 24')).toEqual(STATE);
});

test('a disk that cannot be written is reported and has no other effect', () => {
  const file = path.join(newFolder(), 'file');
  writeFileSync(file, '');
  const errors: unknown[] = [];
  const states = createWindowStates(path.join(file, 'window.json'), (error) => errors.push(error));
  states.write('here', STATE);
  expect(errors).toHaveLength(1);
  expect(states.read('here')).toEqual(STATE);
});

const written = (arrangement: unknown): string =>
  JSON.stringify({ version: 1, arrangements: { here: arrangement } });
test.each([
  ['no JSON', '{"version":1,'],
  ['a list', '[1]'],
  ['another version', JSON.stringify({ version: 2, arrangements: { here: STATE } })],
  ['arrangements that are a list', JSON.stringify({ version: 1, arrangements: [STATE] })],
  ['no bounds', written({ maximized: true, zoom: 1 })],
  ['a width that is a text', written({ ...STATE, bounds: { ...STATE.bounds, width: '900' } })],
  ['a fraction', written({ ...STATE, bounds: { ...STATE.bounds, x: 1.5 } })],
  ['a place that no display has', written({ ...STATE, bounds: { ...STATE.bounds, y: 1e9 } })],
  ['a prototype', '{"version":1,"arrangements":{"__proto__":{"here":{}}}}'],
])('a file with %s counts as no state', (_what, text) => {
  const file = path.join(newFolder(), 'window.json');
  writeFileSync(file, text);
  expect(createWindowStates(file, fail).read('here')).toBeNull();
});

test('a zoom that Chromium does not have counts as none', () => {
  const file = path.join(newFolder(), 'window.json');
  writeFileSync(file, written({ ...STATE, zoom: 1e6, maximized: 'yes' }));
  expect(createWindowStates(file, fail).read('here')).toEqual({ ...STATE, zoom: 0, maximized: false });
});

test.each([
  [
    'on a display stays',
    { x: 1500, y: 0, width: 900, height: 700 },
    { x: 1500, y: 0, width: 900, height: 700 },
  ],
  [
    'half off screen is moved',
    { x: 3600, y: 0, width: 900, height: 700 },
    { x: 3100, y: 0, width: 900, height: 700 },
  ],
  [
    'above a display is moved down',
    { x: 1500, y: -500, width: 900, height: 700 },
    { x: 1500, y: -200, width: 900, height: 700 },
  ],
  [
    'larger than a display is made smaller',
    { x: 0, y: 0, width: 1440, height: 5000 },
    { x: 0, y: 0, width: 1440, height: 900 },
  ],
  [
    'with hardly any size gets the smallest one',
    { x: 0, y: 0, width: 100, height: 100 },
    { x: 0, y: 0, width: 640, height: 480 },
  ],
  [
    'off screen comes to the first display',
    { x: -5000, y: 0, width: 900, height: 700 },
    { x: 80, y: 50, width: 1280, height: 800 },
  ],
])('a window %s', (_what, bounds, expected) => {
  expect(fitBounds(bounds, [LAPTOP, DESK])).toEqual(expected);
});

test('a first window is in the middle of the first display, and never larger than it', () => {
  expect(fitBounds(null, [DESK])).toEqual({ x: 2080, y: 120, width: 1280, height: 800 });
  expect(fitBounds(null, [area(0, 30, 800, 500)])).toEqual({ x: 0, y: 30, width: 800, height: 500 });
});
