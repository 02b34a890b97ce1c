import type { DesktopApp } from './desktop-app.ts';
import { pressInDialog } from './real-dialog.ts';

/** How a file that the page offered ended. */
export interface SavedFile {
  readonly state: 'completed' | 'cancelled' | 'interrupted';
  readonly path: string;
}

/**
 * Presses a button of the page that offers a file, and then a key in the real dialog of the system: Return saves under the
 * offered name in the folder of downloads, Escape cancels. Waits until the file is whole on the disk.
 */
export async function saveFromApp(
  app: DesktopApp,
  press: () => Promise<void>,
  { title, key = 'Return' }: { readonly title: string; readonly key?: 'Return' | 'Escape' },
): Promise<SavedFile> {
  await app.electron.evaluate(({ session }) => {
    const next = new Promise((resolve) => {
      session.defaultSession.once('will-download', (_event, item) => {
        item.once('done', (_done, state) => resolve({ state, path: item.getSavePath() }));
      });
    });
    Object.assign(globalThis, { nextSave: () => next });
  });
  await press();
  await pressInDialog(title, key);
  return app.electron.evaluate(() => nextSave());
}

/** In the app: the file that is offered next, once its dialog was answered. */
declare function nextSave(): Promise<SavedFile>;
