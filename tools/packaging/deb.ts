import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { LinuxPackage } from './linux-package.ts';
import { filesIn, isFast, packageTime, settle, sizeOf } from './stage.ts';

/** Two threads compress in blocks, so the result does not depend on the number of cores. */
const compression = (): string[] => (isFast() ? ['-Zgzip', '-z1'] : ['-Zxz', '-z6', '--threads-max=2']);

/** Builds a deb with dpkg-deb (Debian Policy 4.6.2). */
export function buildDeb(linux: LinuxPackage): void {
  const { root, name, output } = linux;
  const docs = path.join(root, 'usr/share/doc', name);
  mkdirSync(docs, { recursive: true });
  writeFileSync(path.join(docs, 'changelog.gz'), gzipSync(changelogOf(linux), { level: 9 }));
  const control = path.join(root, 'DEBIAN');
  const installed = sizeOf(root);
  const sums = filesIn(root).filter((file) => lstatSync(path.join(root, file)).isFile());
  mkdirSync(control);
  writeFileSync(path.join(control, 'control'), controlOf(linux, installed));
  writeFileSync(
    path.join(control, 'md5sums'),
    sums.map((file) => `${digest(path.join(root, file))}  ${file}\n`).join(''),
  );
  for (const [script, source] of [
    ['postinst', linux.afterInstall],
    ['postrm', linux.afterRemove],
  ] as const) {
    copyFileSync(source, path.join(control, script));
    execFileSync('chmod', ['755', path.join(control, script)]);
  }
  settle(root);
  const args = ['--root-owner-group', ...compression(), '--build', root, output];
  execFileSync('dpkg-deb', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function digest(file: string): string {
  return createHash('md5').update(readFileSync(file)).digest('hex');
}

function controlOf(linux: LinuxPackage, bytes: number): string {
  const fields: readonly (readonly [string, string])[] = [
    ['Package', linux.name],
    ['Version', linux.version],
    ['Section', linux.category],
    ['Priority', 'optional'],
    ['Architecture', linux.architecture],
    ['Depends', linux.depends.join(', ')],
    ['Recommends', linux.recommends.join(', ')],
    ['Installed-Size', String(Math.ceil(bytes / 1024))],
    ['Maintainer', linux.maintainer],
    ['Homepage', linux.url],
    ['Description', [linux.synopsis, ...wrap(linux.description)].join('\n ')],
  ];
  return fields.flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}\n`])).join('');
}

/** Lines of at most 78 characters; an empty line is written as a dot. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 78) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function changelogOf({ name, version, url, maintainer }: LinuxPackage): string {
  const date = new Date(packageTime() * 1000).toUTCString().replace('GMT', '+0000');
  return `${name} (${version}) stable; urgency=medium\n\n  * See ${url}/blob/main/CHANGELOG.md\n\n -- ${maintainer}  ${date}\n`;
}
