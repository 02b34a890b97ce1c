#!/usr/bin/env node
// The program `kith`. Plain JavaScript, so that an old Node.js can still say that it is too old.
const NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  console.error(
    `kith: Kith needs Node.js ${NEEDED} or newer; this is ${process.version}. ` +
      'Inside the project run it through npm (npm run kith -- …), which brings its own; else install Node.js from nodejs.org.',
  );
  process.exit(1);
}

await import('../lib/compile-cache.mjs');
if (process.argv[2] === 'node') await import('../lib/small-heap.mjs');
const { runCli } = await import('./cli.ts');
process.exitCode = await runCli(process.argv.slice(2));
const { endDespiteSilence } = await import('../lib/answers.ts');
endDespiteSilence();
