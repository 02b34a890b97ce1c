/** `npm run package`: builds the packages for this machine into dist/. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { LINUX_TARGETS, type LinuxTarget, packageApp } from './packaging/package-app.ts';
import { ROOT } from './support/root.ts';

const HELP = `npm run package -- [options]

  --target NAME              one of ${LINUX_TARGETS.join(', ')} (repeatable; all unless given; Linux alone)
  --output FOLDER            dist unless given
  --electron-dist FOLDER     an unpacked Electron instead of the download
  --electron-version VERSION its version
  --stand-in-runtime         build an AppImage without its runtime, for checks
  --fast                     compress little, for checks
  --test-build               accept --remote-debugging-port; never to be released`;

const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true },
    output: { type: 'string', default: 'dist' },
    'electron-dist': { type: 'string' },
    'electron-version': { type: 'string' },
    'stand-in-runtime': { type: 'boolean', default: false },
    fast: { type: 'boolean', default: false },
    'test-build': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(HELP);
} else {
  const output = path.resolve(ROOT, values.output);
  mkdirSync(output, { recursive: true });
  const dist = values['electron-dist'];
  await packageApp({
    output,
    targets: (values.target ?? LINUX_TARGETS).map(known),
    electron: dist === undefined ? undefined : { dist, version: values['electron-version'] ?? '' },
    testBuild: values['test-build'],
    fast: values.fast,
    standInRuntime: values['stand-in-runtime'],
  });
  console.log(`package: ${output}`);
}

function known(name: string): LinuxTarget {
  const target = LINUX_TARGETS.find((each) => each === name);
  if (target === undefined) throw new Error(`--target ${name}: not one of ${LINUX_TARGETS.join(', ')}`);
  return target;
}
