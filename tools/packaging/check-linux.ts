/** Checks the packages for Linux: the same contents in each, valid metadata, size, Debian's own rules. */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';
import { linuxSwitches } from '../../main/electron/start-switches.ts';
import { runCommand } from '../support/command.ts';
import { mebibytes } from './check-folder.ts';
import { filesIn } from './stage.ts';

const MAX_PACKED = 130 * 1024 * 1024;
/** What an AppImage holds besides the app: its start script, desktop entry, icon and metadata. */
const APPIMAGE_OWN = /^(AppRun|\.DirIcon|kith\.(desktop|png)|usr\/.*)$/;

/** What is wrong with the packages in `folder`. `work` is an empty folder. */
export async function checkLinuxPackages(folder: string, work: string): Promise<string[]> {
  const names = readdirSync(folder);
  const find = (ending: string): string => {
    const name = names.find((each) => each.endsWith(ending));
    if (name === undefined) throw new Error(`there is no ${ending} in ${folder}`);
    return path.join(folder, name);
  };
  const packages = {
    deb: find('.deb'),
    rpm: find('.rpm'),
    AppImage: find('.AppImage'),
    tar: find('.tar.gz'),
  };
  const trees = Object.keys(packages).map((kind) => path.join(work, kind));
  for (const tree of trees) mkdirSync(tree, { recursive: true });
  const [deb, rpm, appImage, tar] = trees as [string, string, string, string];
  await must('dpkg-deb', ['-x', packages.deb, deb]);
  await must('sh', ['-c', 'rpm2archive - <"$1" | tar -xz -C "$2"', 'sh', packages.rpm, rpm]);
  const offset = String(squashfsOffset(packages.AppImage));
  await must('unsquashfs', ['-quiet', '-no-progress', '-f', '-o', offset, '-d', appImage, packages.AppImage]);
  await must('tar', ['-xzf', packages.tar, '-C', tar, '--strip-components=1']);
  const app = digestsIn(path.join(deb, 'opt/Kith'));
  console.log(`package: ${app.size} files in each package`);
  return [
    ...Object.values(packages).flatMap(checkSize),
    ...differences('the rpm', app, digestsIn(path.join(rpm, 'opt/Kith'))),
    ...differences('the tar.gz', app, digestsIn(tar)),
    ...differences('the AppImage', app, digestsIn(appImage, APPIMAGE_OWN)),
    ...checkStartScript(appImage),
    ...(await checkMetadata(deb)),
    ...(await checkPolicy(packages.deb)),
  ];
}

function checkSize(file: string): string[] {
  const { size } = statSync(file);
  console.log(`package: ${path.basename(file)}: ${mebibytes(size)} MiB`);
  return size <= MAX_PACKED ? [] : [`${path.basename(file)} has ${mebibytes(size)} MiB; the limit is 130`];
}

/** Where the image begins in an AppImage: a superblock of squashfs 4.0. */
function squashfsOffset(file: string): number {
  const bytes = readFileSync(file);
  for (let at = bytes.indexOf('hsqs'); at >= 0; at = bytes.indexOf('hsqs', at + 1))
    if (bytes.readUInt16LE(at + 28) === 4 && bytes.readUInt16LE(at + 30) === 0) return at;
  throw new Error(`${file} holds no squashfs`);
}

/** The digest of each file's content, or the target of a link. */
export function digestsIn(folder: string, except?: RegExp): Map<string, string> {
  const names = filesIn(folder).filter((name) => !except?.test(name));
  return new Map(
    names.map((name) => {
      const file = path.join(folder, name);
      const content = lstatSync(file).isSymbolicLink() ? readlinkSync(file) : readFileSync(file);
      return [name, createHash('sha256').update(content).digest('hex')];
    }),
  );
}

/** Names whose content is not the same in both. */
export function differences(
  what: string,
  wanted: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): string[] {
  const names = [...new Set([...wanted.keys(), ...found.keys()])].sort();
  return names.flatMap((name) => {
    if (wanted.get(name) === found.get(name)) return [];
    if (!found.has(name)) return [`${what} lacks ${name}`];
    return [wanted.has(name) ? `${what} has another ${name}` : `${what} has ${name} too much`];
  });
}

function checkStartScript(appImage: string): string[] {
  const script = readFileSync(path.join(appImage, 'AppRun'), 'utf8');
  const starts = script.split('\n').filter((line) => /^\s*exec /.test(line));
  return starts.length === 1 && starts[0] === `exec "$here/kith" ${linuxSwitches().join(' ')} "$@"`
    ? []
    : [`the AppImage starts the app by: ${starts.join('; ')}`];
}

async function checkMetadata(deb: string): Promise<string[]> {
  const entry = path.join(deb, 'usr/share/applications/kith.desktop');
  const text = readFileSync(entry, 'utf8');
  const lines = [`Exec=/opt/Kith/kith ${linuxSwitches().join(' ')} %U`, 'Icon=kith', 'StartupWMClass=kith'];
  const types = /^MimeType=(.*)$/m.exec(text)?.[1]?.split(';') ?? [];
  const metainfo = path.join(deb, 'usr/share/metainfo/money.kith.Kith.metainfo.xml');
  return [
    ...lines
      .filter((line) => !text.split('\n').includes(line))
      .map((line) => `the desktop entry lacks ${line}`),
    ...['x-scheme-handler/kith', 'application/vnd.kith.network+json']
      .filter((type) => !types.includes(type))
      .map((type) => `the desktop entry lacks the type ${type}`),
    ...(await accepts('desktop-file-validate', [entry])),
    ...(await accepts('appstreamcli', ['validate', '--no-net', metainfo])),
  ];
}

/** Debian's rules; the exceptions are in packaging/linux/lintian-overrides, each with its reason. */
function checkPolicy(deb: string): Promise<string[]> {
  return accepts('lintian', ['--allow-root', '--fail-on', 'error', deb]);
}

async function accepts(command: string, args: readonly string[]): Promise<string[]> {
  const { code, output } = await runCommand(command, args, { capture: true });
  return code === 0 ? [] : [`${command}: ${output.trim()}`];
}

async function must(command: string, args: readonly string[]): Promise<void> {
  const [problem] = await accepts(command, args);
  if (problem !== undefined) throw new Error(problem);
}
