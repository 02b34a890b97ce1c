// A node creates much short-lived garbage during a sync. By default V8 uses 128 MB for the new space and lets the old
// space grow to four times its size before a collection, and the C library uses an arena per thread: twice the memory
// without a measurable gain in speed. New space and arenas can be set only when a process starts, so this process
// replaces itself by execve under the same pid (not on Windows).
import { boundHeapGrowth } from './heap-growth.ts';

const FLAG = '--max-semi-space-size=8';

const startedByHand = process.channel === undefined && process.argv[1]?.endsWith('kith.mjs') === true;
const given = process.execArgv.some((argument) => argument.startsWith('--max-semi-space-size'));

if (startedByHand && !given && process.platform !== 'win32' && typeof process.execve === 'function') {
  // Suppresses the warning of Node.js that execve is experimental.
  process.removeAllListeners('warning');
  process.execve(process.execPath, [process.execPath, FLAG, ...process.execArgv, ...process.argv.slice(1)], {
    MALLOC_ARENA_MAX: '1',
    ...process.env,
  });
}
boundHeapGrowth();
