// A node makes much short-lived garbage while it syncs, and V8 then lets the space for it grow to 128 MB. With 8 MB a
// half-space nothing gets slower and 100 MB stay free. The size can be given at a process's start only, so where the
// system can do that (not on Windows), this process starts itself again in its own place, under the same pid.
const FLAG = '--max-semi-space-size=8';

const startedByHand = process.channel === undefined && process.argv[1]?.endsWith('kith.mjs') === true;
const given = process.execArgv.some((argument) => argument.startsWith('--max-semi-space-size'));

if (startedByHand && !given && process.platform !== 'win32' && typeof process.execve === 'function') {
  // Node.js calls execve experimental and would say so to everybody who starts a node.
  process.removeAllListeners('warning');
  process.execve(
    process.execPath,
    [process.execPath, FLAG, ...process.execArgv, ...process.argv.slice(1)],
    process.env,
  );
}
