// Runs `kith` with the given arguments until standard input closes, so that a node never outlives the program that
// started it, not even when that program is killed.
let signalled = false;
function onSignal() {
  signalled = true;
  // No other listener: there is no node yet that would have to stop in order.
  if (process.listenerCount('SIGTERM') === 1) process.exit(0);
}
function end() {
  // Ctrl-C reaches every process of a terminal at the same time, and a second signal ends a node immediately.
  if (!signalled) process.kill(process.pid, 'SIGTERM');
}
process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
process.stdin.on('end', end).on('error', end).resume();
await import('../cli/kith.mjs');
// The program has ended: standard input must not keep the process alive.
process.stdin.destroy();
