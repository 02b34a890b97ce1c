import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { newFolder } from '../../support/folder.ts';

const works = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
const isPossible =
  process.getuid?.() === 0 && works('unshare', '--mount', 'true') && works('dpkg-deb', '--version');
if (!isPossible)
  console.log('the installation in overlays is not tested: it needs root on Debian, and mount namespaces');

const CONTROL = `Package: kith-nothing
Version: 1
Architecture: all
Maintainer: Nobody <nobody@example.org>
Description: nothing
`;
/** Mounts $1 over the file that names the servers of DNS, as Docker does, and runs the rest. */
const AS_DOCKER = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';

test.skipIf(!isPossible)('a file that is mounted below /etc is the same after a deb was installed', () => {
  const folder = newFolder();
  const content = path.join(folder, 'content');
  mkdirSync(path.join(content, 'DEBIAN'), { recursive: true });
  writeFileSync(path.join(content, 'DEBIAN/control'), CONTROL);
  const deb = path.join(folder, 'nothing.deb');
  execFileSync('dpkg-deb', ['--build', '--root-owner-group', content, deb]);
  const resolv = path.join(folder, 'resolv.conf');
  writeFileSync(resolv, 'nameserver 192.0.2.1\n');
  const layers = path.join(folder, 'layers');
  mkdirSync(layers);
  const installed = ['sh', path.resolve('tools/packaging/installed.sh'), deb, layers];
  const command = ['sh', '-c', 'cat /etc/resolv.conf; echo "$KITH_INSTALLED"'];
  const output = execFileSync('unshare', [
    ...['--mount', 'sh', '-c', AS_DOCKER, 'sh', resolv],
    ...installed,
    ...command,
  ]);
  expect(output.toString()).toBe('nameserver 192.0.2.1\n/usr/share/applications/kith.desktop\n');
  expect(works('dpkg', '-s', 'kith-nothing')).toBe(false);
});
