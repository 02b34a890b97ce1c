/** What vitest gives to `import … from 'electron'`; see test/README.md. */
export { app } from './app.ts';
export { BrowserWindow } from './browser-window.ts';
export { dialog } from './dialog.ts';
export { MessageChannelMain } from './ports.ts';
export { protocol, session } from './session.ts';
export { Menu, nativeTheme, screen } from './system.ts';
export { utilityProcess } from './utility-process.ts';
