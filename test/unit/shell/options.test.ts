import { expect, test } from 'vitest';
import { readOptions } from '../../../main/shell/options.ts';

test('reads ours and leaves Chromium’s alone', () => {
  const options = readOptions([
    '--network',
    'local',
    '--bootstrap=a',
    '--bootstrap',
    'b',
    '--disable-gpu',
    'x',
  ]);
  expect(options).toEqual({
    network: 'local',
    datadir: null,
    listen: null,
    bootstrap: ['a', 'b'],
    rest: ['x'],
  });
});

test('what follows -- is never an option', () => {
  const options = readOptions(['--', 'kith:abc', '--datadir=/elsewhere', '--network', 'regtest']);
  expect(options.datadir).toBeNull();
  expect(options.network).toBeNull();
});

test('an option without its value is none', () => {
  expect(readOptions(['--network']).network).toBeNull();
  expect(readOptions([]).bootstrap).toBeNull();
});
