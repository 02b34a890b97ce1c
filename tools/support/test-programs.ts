/** The programs that tests start as processes, as bundles: half of a node's start is the loading of some 1 500 modules. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { bundlePrograms } from './bundle.ts';
import { replaceFolder } from './desktop.ts';
import { createStamp, digestOf } from './fresh.ts';
import { OUT } from './root.ts';

const FOLDER = path.join(OUT, 'programs');
const SOURCES = [
  'main/cli/kith.mjs',
  'main/demo/node-child.mjs',
  'main/session/browser-child.mjs',
  ...['move-data', 'open-chain', 'remote-node'].map((name) => `test/support/fixtures/${name}.ts`),
];
const INPUTS = [
  ...['main', 'shared', 'test/support', 'tools/support/bundle.ts', 'tools/support/test-programs.ts'],
  'package-lock.json',
];

/** Builds them unless they were built from exactly these sources. Returns their folder, for KITH_TEST_PROGRAMS. */
export async function ensureTestPrograms(): Promise<string> {
  const stamp = createStamp(path.join(OUT, 'programs.stamp'));
  const digest = digestOf(INPUTS);
  if (existsSync(FOLDER) && stamp.matches(digest)) return FOLDER;
  await replaceFolder('programs', (fresh) => bundlePrograms(fresh, SOURCES));
  stamp.write(digest);
  return FOLDER;
}
