/** Checks an unpacked app: its contents, native libraries, fuses and size. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { TEST_BUILD_MARK } from '../../main/electron/test-build.ts';
import { packageBin, runTool } from '../support/command.ts';
import { filesIn, sizeOf } from './stage.ts';

const FUSES = packageBin('@electron/fuses', 'dist/bin.js');

/** Everything that the archive may hold. A new file needs a line here, or must be left out in electron-builder.yml. */
const ALLOWED: readonly RegExp[] = [
  /^(package\.json|LICENSE|out\/licences\.txt)$/,
  /^out\/main\/[\w.-]+\.js$/,
  /^out\/preload\/index\.cjs$/,
  /^out\/renderer\/(index\.html|[\w-]+\.(svg|webmanifest|txt))$/,
  /^out\/renderer\/assets\/[\w.-]+\.(js|css|woff2|svg|wasm|json)$/,
  /^node_modules\/(@node-rs\/argon2(-[\w-]+)?|[\w-]+)\/(LICENSE(\.md)?|package\.json)$/,
  /^node_modules\/@node-rs\/argon2\/(index|browser)\.js$/,
  /^node_modules\/(abstract-level|bare-addon-resolve|bare-module-resolve|bare-semver|buffer|classic-level)\/(lib\/)?[\w.-]+\.js$/,
  /^node_modules\/(base64-js|ieee754|is-buffer|level-supports|level-transcoder|maybe-combine-errors)\/(lib\/)?[\w.-]+\.js$/,
  /^node_modules\/(module-error|node-gyp-build|require-addon|sodium-native|which-runtime)\/(lib\/)?[\w.-]+\.js$/,
];
const REQUIRED = [
  'package.json',
  'LICENSE',
  'out/licences.txt',
  'out/main/main.js',
  'out/main/node-worker.js',
  'out/main/verify-worker.js',
  'out/main/pow-worker.js',
  'out/main/miner-worker.js',
  'out/main/demo-child.js',
  'out/preload/index.cjs',
  'out/renderer/index.html',
];
const FUSES_WANTED: readonly (readonly [string, boolean])[] = [
  ['RunAsNode', false],
  ['EnableCookieEncryption', true],
  ['EnableNodeOptionsEnvironmentVariable', false],
  ['EnableNodeCliInspectArguments', false],
  ['EnableEmbeddedAsarIntegrityValidation', true],
  ['OnlyLoadAppFromAsar', true],
  ['GrantFileProtocolExtraPrivileges', false],
];
/** Bytes of what is ours, without Electron's runtime. */
const MAX_OWN = 25 * 1024 * 1024;

/** What is wrong with the app in `folder`; `resources` is the folder of its archive. */
export async function checkFolder(folder: string, resources: string, program: string): Promise<string[]> {
  const { listPackage, extractFile } = asar();
  const archive = path.join(resources, 'app.asar');
  const listed = listPackage(archive, { isPack: false }).map((name) => name.replaceAll('\\', '/').slice(1));
  const files = listed.filter((name) => !listed.some((other) => other.startsWith(`${name}/`)));
  const bundle = files.filter((name) => name.startsWith('out/main/'));
  const ours = sizeOf(resources);
  console.log(
    `package: ${files.length} files in the archive, ${mebibytes(ours)} MiB without Electron's runtime`,
  );
  return [
    ...REQUIRED.filter((name) => !files.includes(name)).map((name) => `${name} is missing from the package`),
    ...checkNatives(files, archive),
    ...files
      .filter((name) => !name.endsWith('.node') && !ALLOWED.some((pattern) => pattern.test(name)))
      .map((name) => `the package holds ${name}`),
    ...bundle
      .filter((name) => extractFile(archive, name).includes(TEST_BUILD_MARK))
      .map((name) => `${name} is a build for tests`),
    ...(ours > MAX_OWN
      ? [`${mebibytes(ours)} MiB without Electron's runtime; the limit is ${mebibytes(MAX_OWN)}`]
      : []),
    ...checkResources(resources),
    ...(await checkFuses(path.join(folder, program))),
  ];
}

export const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

interface Asar {
  listPackage(archive: string, options: { isPack: boolean }): string[];
  extractFile(archive: string, file: string): Buffer;
}

function asar(): Asar {
  return createRequire(packageBin('@electron/asar', 'package.json'))('@electron/asar') as Asar;
}

/** Only the libraries of this system, and outside the archive: they cannot be loaded from within. */
function checkNatives(files: readonly string[], archive: string): string[] {
  const natives = files.filter((name) => name.endsWith('.node'));
  const { platform, arch } = process;
  const universal = platform === 'darwin';
  const wanted: readonly (readonly [string, RegExp])[] = [
    ['argon2', new RegExp(`^node_modules/@node-rs/argon2-${platform}-${universal ? '' : arch}`)],
    [
      'classic-level',
      new RegExp(`^node_modules/classic-level/prebuilds/${platform}-${universal ? '' : `${arch}/`}`),
    ],
    [
      'sodium-native',
      new RegExp(`^node_modules/sodium-native/prebuilds/${platform}-${universal ? '' : `${arch}/`}`),
    ],
  ];
  return [
    ...wanted
      .filter(([, pattern]) => !natives.some((name) => pattern.test(name)))
      .map(([name]) => `the package lacks the native library of ${name}`),
    ...natives
      .filter((name) => !wanted.some(([, pattern]) => pattern.test(name)))
      .map((name) => `the package holds ${name}, which this system does not load`),
    ...natives
      .filter((name) => !existsSync(path.join(`${archive}.unpacked`, name)))
      .map((name) => `${name} is inside the archive, where it cannot be loaded`),
  ];
}

/** Unpacked files are listed in the archive too, and was checked there. */
function checkResources(resources: string): string[] {
  const allowed =
    /^(app\.asar|app\.asar\.unpacked\/node_modules\/.*|apparmor-profile|[\w-]+\.lproj\/.*|kith\.icns|elevate\.exe)$/;
  return filesIn(resources)
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => !allowed.test(name))
    .map((name) => `the package holds resources/${name}`);
}

async function checkFuses(program: string): Promise<string[]> {
  const { output } = await runTool(FUSES, ['read', '--app', program], { capture: true });
  return FUSES_WANTED.flatMap(([fuse, on]) => {
    const state = new RegExp(`${fuse} is (\\w+)`).exec(output)?.[1];
    return state === (on ? 'Enabled' : 'Disabled') ? [] : [`fuse ${fuse} is ${state ?? 'not set'}`];
  });
}
