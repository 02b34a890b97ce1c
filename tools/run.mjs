// Starts a program of the project, or prints one line if this Node.js is too old to run TypeScript. Usage: node
// tools/run.mjs path/to/program.ts [arguments]
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  console.error(
    `Kith needs Node.js ${NEEDED} or newer and was started with ${process.version}: ` +
      'run it through npm after `npm ci` (which brings its own on Linux and Windows x64), or install Node.js ' +
      `${NEEDED}.`,
  );
  process.exit(1);
}

await import('../main/lib/compile-cache.mjs');
process.argv.splice(1, 1);
process.argv[1] = path.resolve(process.argv[1]);
await import(pathToFileURL(process.argv[1]).href);
