import { existsSync, readFileSync, statfsSync } from 'node:fs';
import os from 'node:os';

const IN_MEMORY = '/dev/shm';
/**
 * Free space that is required: a run of all tests leaves less than 1 GB, and the nodes must not warn of low disk
 * space.
 */
const WANTED_BYTES = 8 * 2 ** 30;

/**
 * Where tests put what they write: in memory if enough is free, because a database waits for the disk at every
 * commit, and no test depends on that wait. Otherwise in the temporary folder of the system.
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
