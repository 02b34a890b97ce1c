import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of the bundles that `npm test` builds of these programs (tools/support/test-programs.ts): they start with half
 * the processor time. Unset when vitest is started by itself; then the sources are started.
 */
const BUNDLED = process.env['KITH_TEST_PROGRAMS'];

/** The file to start for the program with this source. */
export function programOf(source: URL): string {
  const file = fileURLToPath(source);
  return BUNDLED ? path.join(BUNDLED, `${path.parse(file).name}.mjs`) : file;
}

/** The terminal program. */
export const KITH = programOf(new URL('../../main/cli/kith.mjs', import.meta.url));
/** A node that ends with the program that started it. */
export const NODE_CHILD = programOf(new URL('../../main/demo/node-child.mjs', import.meta.url));
/** The app for a browser. */
export const BROWSER_CHILD = programOf(new URL('../../main/session/browser-child.mjs', import.meta.url));
