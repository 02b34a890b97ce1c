// A node that syncs makes much short-lived garbage. Left alone, V8 gives it 128 MB for what is new and four times the
// rest before it tidies up, and the C library an arena for every thread: twice the memory, for no speed that one could
// measure. The size of the new space and the arenas can be given at a process's start only, so where the system can do
// that (not on Windows), this process starts itself again in its own place, under the same pid.
import { boundHeapGrowth } from './heap-growth.ts';

const FLAG = '--max-semi-space-size=8';

const startedByHand = process.channel === undefined && process.argv[1]?.endsWith('kith.mjs') === true;
const given = process.execArgv.some((argument) => argument.startsWith('--max-semi-space-size'));

if (startedByHand && !given && process.platform !== 'win32' && typeof process.execve === 'function') {
  // Node.js calls execve experimental and would say so to everybody who starts a node.
  process.removeAllListeners('warning');
  process.execve(process.execPath, [process.execPath, FLAG, ...process.execArgv, ...process.argv.slice(1)], {
    MALLOC_ARENA_MAX: '1',
    ...process.env,
  });
}
boundHeapGrowth();
