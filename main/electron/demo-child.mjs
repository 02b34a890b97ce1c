// A node of the demo in Electron's utility process, where the app asks it to stop by a message, not by a signal. Not the
// program of the terminal: that one requires the Node.js of a terminal, and here Electron decides which Node.js runs.
process.parentPort.on('message', () => process.emit('SIGTERM', 'SIGTERM'));
const { boundHeapGrowth } = await import('../lib/heap-growth.ts');
boundHeapGrowth();
const { runCli } = await import('../cli/cli.ts');
process.exit(await runCli(process.argv.slice(2)));
