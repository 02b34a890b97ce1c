// Runs `kith` with the given arguments for as long as somebody holds the other end of standard input, so that a node
// never outlives the program that started it, not even when that one is killed.
const end = () => process.kill(process.pid, 'SIGTERM');
process.stdin.on('end', end).on('error', end).resume();
await import('../cli/kith.mjs');
