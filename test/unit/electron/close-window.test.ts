import { EventEmitter } from 'node:events';
import type { BrowserWindow } from 'electron';
import { expect, test, vi } from 'vitest';
import type { AppSettings } from '../../../main/electron/app-settings.ts';
import { keepInTray } from '../../../main/electron/close-window.ts';

let asked = 0;
vi.mock('electron', () => ({
  app: {},
  dialog: {
    showMessageBox: async () => {
      asked++;
      return { response: 0, checkboxChecked: false };
    },
  },
}));

test('a page that closes its window repeatedly asks the user at most five times, the window stays, and the page says why', async () => {
  const window = new EventEmitter();
  const said: string[] = [];
  const settings = { read: () => ({ closeToTray: null }) } as AppSettings;
  keepInTray(window as BrowserWindow, {
    settings,
    hasTray: () => true,
    isQuitting: () => false,
    sendProblem: (code) => said.push(code),
    onError: (error) => expect.fail(String(error)),
  });
  let kept = 0;
  for (let closed = 0; closed < 20; closed++) {
    window.emit('close', { preventDefault: () => kept++ });
    await new Promise(setImmediate);
  }
  expect(asked).toBe(5);
  expect(kept).toBe(20);
  expect(said).toEqual(Array.from({ length: 15 }, () => 'close-cancelled-often'));
});
