// A node of the demo in Electron's utility process, where the app asks it to stop by a message, not by a signal.
process.parentPort.on('message', () => process.emit('SIGTERM', 'SIGTERM'));
await import('../cli/kith.mjs');
