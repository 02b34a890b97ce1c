import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { VERSION } from '../../../main/lib/version.ts';
import { startProgram } from '../../support/program.ts';
import { newFolder } from '../../support/folder.ts';
import { KITH } from '../../support/programs.ts';

// The other tests start the terminal program as a bundle (tools/support/test-programs.ts); users start its source.
const SOURCE = path.resolve('main/cli/kith.mjs');

test('the terminal program runs a node and calls it from its source, without a bundle', async () => {
  const datadir = newFolder();
  const args = ['node', '--network', 'regtest', '--no-listen', '--api-port', '0', '--datadir', datadir];
  const node = startProgram(SOURCE, [...args, '--json']);
  await node.says(/"ready":true/);
  const call = ['call', '--datadir', datadir, 'node.status'];
  const { stdout } = await promisify(execFile)(process.execPath, [SOURCE, ...call]);
  expect(JSON.parse(stdout)).toMatchObject({ network: 'regtest', height: 0 });
  node.signal('SIGINT');
  expect(await node.ended).toBe(0);
});

test.each([
  ['source', SOURCE],
  ['program that tests start', KITH],
])('the %s says its version', async (_name, program) => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--version']);
  expect(stdout).toBe(`${VERSION}\n`);
});
