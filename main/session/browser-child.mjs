// The app for a browser, until standard input closes, so that it never outlives the program that started it.
let signalled = false;
function onSignal() {
  signalled = true;
  // No other listener: nothing runs yet that would have to stop in order.
  if (process.listenerCount('SIGTERM') === 1) process.exit(0);
}
function end() {
  // Ctrl-C reaches every process of a terminal at the same time, and a second signal ends a program immediately.
  if (!signalled) process.kill(process.pid, 'SIGTERM');
}
process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
process.stdin.on('end', end).on('error', end).resume();
await import('../lib/compile-cache.mjs');
await import('../lib/small-heap.mjs');
const { runBrowserProgram } = await import('./browser-program.ts');
const { endDespiteSilence } = await import('../lib/answers.ts');
const code = await runBrowserProgram(process.argv.slice(2));
endDespiteSilence();
// All data is on the disk by now, and open handles must not keep the process.
process.exit(code);
