import { EventEmitter } from 'node:events';

/** The parts of a desktop that a test without one does not have: one display, a light theme, no menus. */
export const nativeTheme = Object.assign(new EventEmitter(), { shouldUseDarkColors: false });

const DISPLAY = { id: 1, scaleFactor: 1, workArea: { x: 0, y: 0, width: 1920, height: 1080 } };

export const screen = Object.assign(new EventEmitter(), {
  getPrimaryDisplay: () => DISPLAY,
  getAllDisplays: () => [DISPLAY],
});

export const Menu = {
  buildFromTemplate: (template: unknown): unknown => template,
  setApplicationMenu(): void {},
};
