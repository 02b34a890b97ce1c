import { existsSync, readFileSync, statfsSync } from 'node:fs';
import os from 'node:os';

const IN_MEMORY = '/dev/shm';
/** A whole run leaves less than a gigabyte; a node warns when a disk has less than a few. */
const WANTED_BYTES = 8 * 2 ** 30;

/**
 * Where tests put what they write: in memory if there is plenty, because a database waits for the disk at every commit, and
 * no test can see whether that wait took place. Else the system's temporary folder.
 */
export function temporaryRoot(): string {
  return isRoomy() ? IN_MEMORY : os.tmpdir();
}

function isRoomy(): boolean {
  if (process.platform !== 'linux' || process.env['TMPDIR'] !== undefined || !existsSync(IN_MEMORY))
    return false;
  // Tests start programs from there.
  const mount = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .find((line) => line.split(' ')[1] === IN_MEMORY);
  if (mount === undefined || mount.includes('noexec')) return false;
  const { bavail, bsize } = statfsSync(IN_MEMORY);
  return Math.min(bavail * bsize, process.availableMemory()) >= WANTED_BYTES;
}
