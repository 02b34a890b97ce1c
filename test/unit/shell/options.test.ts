import path from 'node:path';
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

test('paths are absolute, so that they mean the same whatever folder the app is in later', () => {
  const { datadir, network } = readOptions(['--datadir', 'data', '--network', './ours.kith.json']);
  expect(datadir).toBe(path.resolve('data'));
  expect(network).toBe(path.resolve('ours.kith.json'));
});

test.each([
  [['--datadir', '']],
  [['--datadir=']],
  [['--datadir', ' ']],
  [['--datadir']],
  [['--datadir', '--network', 'local']],
  [['--datadir=~/kith']],
  [['--network', '']],
  [['--network=~/ours.json']],
])('%j is refused: the data would be in the current folder, or somewhere nobody chose', (args) => {
  expect(() => readOptions(args)).toThrow(/^The path of the option --(?:datadir|network) /);
});
