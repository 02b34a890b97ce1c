/**
 * `npm run package:check`: packages the app offline, with a substitute for Electron's runtime, and checks the result:
 * valid settings, the files of the package, native libraries, fuses, size, and a start of the packed program.
 * `--packages FOLDER` checks finished packages instead.
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, Platform } from 'electron-builder';
import { connect } from '../main/demo/connect.ts';
import { demoNodeArgs } from '../main/demo/demo-nodes.ts';
import { linuxSwitches } from '../main/electron/start-switches.ts';
import { createChildLauncher } from '../main/demo/launch.ts';
import { startNodeProcess } from '../main/demo/node-process.ts';
import { messageOf } from '../main/lib/errors.ts';
import { checkFolder } from './packaging/check-folder.ts';
import { checkInstall } from './packaging/check-install.ts';
import { checkLinuxPackages } from './packaging/check-linux.ts';
import { checkTwice } from './packaging/check-twice.ts';
import { packageApp } from './packaging/package-app.ts';
import { packageBin, runTool } from './support/command.ts';
import { ROOT } from './support/root.ts';

const CONFIG = path.join(ROOT, 'electron-builder.yml');
const ASAR = packageBin('@electron/asar', 'bin/asar.js');

const HELP = `npm run package:check -- [options]

  --packages FOLDER          check the packages in FOLDER (as npm run package leaves them) instead of building one
  --install                  with --packages: install the deb in a fresh Debian, start and remove it (as root)
  --twice                    build all packages for Linux in two folders and compare them; what follows -- are options
                             of npm run package (--electron-dist, --fast)`;

const problems: string[] = [];
const work = mkdtempSync(path.join(os.tmpdir(), 'kith-package-'));

function expect(truth: boolean, problem: string): void {
  if (!truth) problems.push(problem);
}

/** A minimal runtime for the packager; the executable has the marker before the fuses. */
function makeRuntime(): string {
  const folder = path.join(work, 'electron');
  for (const name of ['locales', 'resources']) mkdirSync(path.join(folder, name), { recursive: true });
  const mark = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
  const wire = Buffer.concat([
    Buffer.from(`#!/bin/sh\nexit 0\n${mark}`),
    Buffer.from([1, 9]),
    Buffer.from('101100110'),
  ]);
  writeFileSync(path.join(folder, 'electron'), wire);
  chmodSync(path.join(folder, 'electron'), 0o755);
  writeFileSync(path.join(folder, 'version'), `v${electronVersion()}`);
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'locales/en-US.pak'])
    writeFileSync(path.join(folder, name), '');
  return folder;
}

function electronVersion(): string {
  const { version } = JSON.parse(
    readFileSync(path.join(ROOT, 'node_modules/electron/package.json'), 'utf8'),
  ) as { version: string };
  return version;
}

/** electron-builder's own schema, through its own function; the packager checks it too, but late. */
async function checkConfig(): Promise<void> {
  const fromBuilder = createRequire(createRequire(import.meta.url).resolve('app-builder-lib'));
  const yaml = fromBuilder('js-yaml') as { load(text: string): unknown };
  const { validateConfiguration } = fromBuilder('./util/config/config.js') as {
    validateConfiguration(config: unknown, debug: unknown): Promise<void>;
  };
  const quiet = { add: () => undefined, isEnabled: false };
  await validateConfiguration(yaml.load(readFileSync(CONFIG, 'utf8')), quiet);
}

/**
 * The command of an AppImage's desktop entry, from electron-builder, which is stopped before it downloads its tools.
 */
async function checkDesktopEntry(app: string): Promise<void> {
  const seen: string[] = [];
  await build({
    targets: Platform.LINUX.createTarget('AppImage'),
    prepackaged: app,
    publish: 'never',
    config: { extends: CONFIG, directories: { output: path.join(work, 'appimage') } },
    effectiveOptionComputed({ desktop }: { desktop: string }) {
      seen.push(desktop);
      return Promise.resolve(true);
    },
  });
  expect(seen.length === 1, `the packager made ${seen.length} desktop entries for the AppImage`);
  for (const entry of seen) {
    const command = /^Exec=(.*)$/m.exec(entry)?.[1];
    const wanted = ['AppRun', ...linuxSwitches(), '%U'].join(' ');
    expect(command === wanted, `the AppImage is started with: ${command}`);
  }
}

/** The packed program must run with the packed files only, including native modules and workers. */
async function checkStarts(app: string): Promise<void> {
  const extracted = path.join(work, 'extracted');
  await runTool(ASAR, ['extract', path.join(app, 'resources/app.asar'), extracted], { capture: true });
  const launcher = createChildLauncher(path.join(extracted, 'out/main/node-child.js'));
  try {
    const node = await startNodeProcess(launcher.launch, demoNodeArgs(path.join(work, 'data'), []));
    const { client, close } = await connect(node);
    const { phase } = await client.node.status();
    await client.wallet.create({ name: 'packed', password: 'of no worth' });
    const { address } = await client.wallet.address({ name: 'packed' });
    await client.mining.generate({ address, blocks: 1 });
    console.log(`package: the packed node runs (${phase}), seals a wallet and mines`);
    close();
  } catch (error) {
    problems.push(`the packed program does not run: ${messageOf(error)}`);
  } finally {
    await launcher.endAll();
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    twice: { type: 'boolean', default: false },
    packages: { type: 'string' },
    install: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** What this system builds, in `folder`. */
async function checkPackages(folder: string): Promise<void> {
  const [unpacked, resources, program] = unpackedIn(folder);
  problems.push(...(await checkFolder(unpacked, path.join(unpacked, resources), program)));
  if (process.platform !== 'linux') return;
  problems.push(...(await checkLinuxPackages(folder, work)));
  const deb = readdirSync(folder).find((name) => name.endsWith('.deb'));
  if (values.install) problems.push(...(await checkInstall(path.join(folder, deb!), work)));
}

/** The unpacked app, and in it the folder of resources and the program. */
function unpackedIn(folder: string): [string, string, string] {
  const { platform, arch } = process;
  if (platform === 'darwin')
    return [path.join(folder, 'mac-universal'), 'Kith.app/Contents/Resources', 'Kith.app'];
  if (platform === 'win32') return [path.join(folder, 'win-unpacked'), 'resources', 'Kith.exe'];
  return [path.join(folder, `linux${arch === 'x64' ? '' : `-${arch}`}-unpacked`), 'resources', 'kith'];
}

async function checkOffline(): Promise<void> {
  const app = await packageApp({
    output: path.join(work, 'dist'),
    targets: ['dir'],
    electron: { dist: makeRuntime(), version: electronVersion() },
  });
  problems.push(...(await checkFolder(app, path.join(app, 'resources'), 'kith')));
  await checkDesktopEntry(app);
  await checkStarts(app);
}

try {
  await checkConfig();
  if (values.help) console.log(HELP);
  else if (values.twice) problems.push(...(await checkTwice(positionals, work)));
  else if (values.packages !== undefined) await checkPackages(path.resolve(ROOT, values.packages));
  else await checkOffline();
} finally {
  rmSync(work, { recursive: true, force: true });
}
for (const problem of problems) console.log(`package: ${problem}`);
console.log(problems.length === 0 ? 'package: no problems' : `package: ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
