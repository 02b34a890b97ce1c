import path from 'node:path';
import { expect, test } from 'vitest';
import { readOptions } from '../../../main/electron/options.ts';

test('reads the options of the node and leaves those of Chromium alone', () => {
  const args = ['--network', 'local', '--bootstrap=a', '--bootstrap', 'b', '--disable-gpu', 'x'];
  const { node, rest } = readOptions(args);
  expect(node).toMatchObject({ network: 'local', bootstrap: ['a', 'b'] });
  expect(rest).toEqual(['x']);
});

test('an argument after -- is never an option', () => {
  const { node, rest } = readOptions(['--', 'kith:abc', '--datadir=/elsewhere', '--network', 'regtest']);
  expect(node.datadir).toBeUndefined();
  expect(node.network).toBeUndefined();
  expect(rest[0]).toBe('kith:abc');
});

test.each(['--network', '--bootstrap', '--threads', '--datadir'])(
  '%s without its value is refused',
  (option) => {
    expect(() => readOptions([option])).toThrow(`The option ${option} needs a value`);
  },
);

test('paths become absolute, so that they do not depend on the current folder of the app', () => {
  const { datadir, network } = readOptions(['--datadir', 'data', '--network', './ours.kith.json']).node;
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
])(
  '%j is refused, because the data would be in the current folder or in a folder that the user did not choose',
  (args) => {
    expect(() => readOptions(args)).toThrow(/^The (?:path of the )?option --(?:datadir|network) /);
  },
);
