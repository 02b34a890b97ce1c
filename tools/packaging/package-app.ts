/** Builds the packages of this system with electron-builder. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build, type CliOptions, type Configuration, Platform } from 'electron-builder';
import { ensureCountries } from '../support/countries.ts';
import { ensureDesktop, mainFolder } from '../support/desktop.ts';
import { writeLicences } from '../support/licences.ts';
import { ensurePage } from '../support/page.ts';
import { OUT, ROOT } from '../support/root.ts';
import { prepareAppImageTools } from './appimage-tools.ts';
import { writeIcons } from './icons.ts';
import { isFast, packageTime, settle } from './stage.ts';

export const LINUX_TARGETS = ['dir', 'deb', 'rpm', 'AppImage', 'tar.gz'] as const;
export type LinuxTarget = (typeof LINUX_TARGETS)[number];

export interface PackageOptions {
  readonly output: string;
  readonly targets: readonly LinuxTarget[];
  /** An unpacked Electron and its version; downloaded if not given. */
  readonly electron?: { readonly dist: string; readonly version: string } | undefined;
  /** See main/electron/test-build.ts; never released. */
  readonly testBuild?: boolean;
  /** The AppImage gets a stand-in for its runtime, so that it cannot be started but its contents can be checked. */
  readonly standInRuntime?: boolean;
  /** Compress little. */
  readonly fast?: boolean;
}

const CONFIG = path.join(ROOT, 'electron-builder.yml');
const MADE = path.join(OUT, 'packaging');

/** Builds the packages for this machine. On Linux each is built from the same folder, which is returned. */
export async function packageApp(options: PackageOptions): Promise<string> {
  process.env['SOURCE_DATE_EPOCH'] ??= commitTime();
  // Every file that the packager copies is readable by all, also where the builder's umask is stricter.
  process.umask(0o022);
  process.env['KITH_PACKAGE_FAST'] = options.fast ? '1' : '0';
  await prepare(options.testBuild ?? false);
  if (process.platform !== 'linux') {
    await run({ dir: options.targets.every((target) => target === 'dir') }, options);
    return options.output;
  }
  const { output, targets } = options;
  await run({ targets: Platform.LINUX.createTarget('dir') }, options);
  const folder = path.join(
    output,
    process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`,
  );
  settle(folder);
  process.env['CUSTOM_FPM_PATH'] = path.join(ROOT, 'tools/packaging/fpm.ts');
  // The stand-in for fpm runs with the Node.js that runs this.
  process.env['PATH'] = `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH'] ?? ''}`;
  if (targets.includes('AppImage'))
    process.env['APPIMAGE_TOOLS_PATH'] = await prepareAppImageTools(
      path.join(MADE, 'appimage-tools'),
      options.standInRuntime ?? false,
    );
  for (const target of ['deb', 'rpm', 'AppImage'] as const)
    if (targets.includes(target))
      await run({ targets: Platform.LINUX.createTarget(target), prepackaged: folder }, options);
  if (targets.includes('tar.gz')) packTar(folder, path.join(output, `${tarName()}.tar.gz`));
  return folder;
}

/** Our settings with those of this run. */
export function configOf(options: Pick<PackageOptions, 'output' | 'electron' | 'testBuild'>): Configuration {
  const fromBuilder = createRequire(createRequire(import.meta.url).resolve('app-builder-lib'));
  const yaml = fromBuilder('js-yaml') as { load(text: string): unknown };
  const config = yaml.load(readFileSync(CONFIG, 'utf8')) as Configuration & { files: unknown[] };
  const { electron, output, testBuild } = options;
  const main = `out/${mainFolder(false)}/**`;
  const files = config.files.map((each) =>
    testBuild && each === main ? { from: `out/${mainFolder(true)}`, to: `out/${mainFolder(false)}` } : each,
  );
  return {
    ...config,
    files,
    directories: { output },
    ...(electron && { electronDist: electron.dist, electronVersion: electron.version }),
  } as Configuration;
}

async function run(cli: CliOptions, options: PackageOptions): Promise<void> {
  await build({ ...cli, publish: 'never', projectDir: ROOT, config: configOf(options) });
}

async function prepare(testBuild: boolean): Promise<void> {
  await ensurePage();
  await ensureDesktop(testBuild);
  console.log(`country data: ${ensureCountries()}`);
  writeLicences();
  writeIcons(path.join(OUT, 'icons'));
  rmSync(MADE, { recursive: true, force: true });
  mkdirSync(MADE, { recursive: true });
  if (process.platform === 'win32') return;
  symlinkSync('/opt/Kith/kith', path.join(MADE, 'kith'));
  const name = 'money.kith.Kith.metainfo.xml';
  const date = new Date(packageTime() * 1000).toISOString().slice(0, 10);
  const metainfo = readFileSync(path.join(ROOT, 'packaging/linux', name), 'utf8');
  writeFileSync(path.join(MADE, name), metainfo.replace('@VERSION@', version()).replace('@DATE@', date));
}

export function version(): string {
  return (JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
}

const tarName = (): string => `kith-${version()}-linux-${process.arch}`;

/** GNU tar: the same folder gives the same file. */
function packTar(folder: string, output: string): void {
  const order = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', `--mtime=@${packageTime()}`];
  const place = ['-C', folder, `--transform=s,^\\.,${tarName()},`, '.'];
  execFileSync('tar', [...order, '-I', `gzip -${isFast() ? 1 : 9}n`, '-cf', output, ...place], {
    stdio: 'inherit',
  });
}

/** The time of the last commit in seconds; outside a repository a fixed time. */
function commitTime(): string {
  if (!existsSync(path.join(ROOT, '.git'))) return '1767225600';
  return execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: ROOT, encoding: 'utf8' }).trim();
}
