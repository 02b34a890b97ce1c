// A node of the demo inside Electron's utility process, where the app's word arrives as a message, not as a signal.
process.parentPort.on('message', () => process.emit('SIGTERM', 'SIGTERM'));
await import('../cli/kith.mjs');
