// Runs `kith` with the given arguments for as long as somebody holds the other end of standard input, so that a node
// never outlives the program that started it, not even when that one is killed.
let told = false;
function hear() {
  told = true;
  // Only we listen: there is no node yet that would have to stop in order.
  if (process.listenerCount('SIGTERM') === 1) process.exit(0);
}
function end() {
  // Ctrl-C reaches every process of a terminal at once, and to a node a second signal means "now".
  if (!told) process.kill(process.pid, 'SIGTERM');
}
process.on('SIGINT', hear).on('SIGTERM', hear);
process.stdin.on('end', end).on('error', end).resume();
await import('../cli/kith.mjs');
// It has ended by itself: standard input must not keep the process.
process.stdin.destroy();
