import { app, dialog, type BrowserWindow } from 'electron';
import type { AppSettings } from './app-settings.ts';
import { createQuestionLimit } from './question-limit.ts';

export interface CloseDeps {
  readonly settings: AppSettings;
  /** Whether the user could get a hidden window back. */
  readonly hasTray: () => boolean;
  readonly isQuitting: () => boolean;
  /** Shows a sentence in the page instead of the dialog. */
  readonly sendProblem: (code: string) => void;
  readonly onError: (error: unknown) => void;
}

/** Decides what closing the window means: quit, or keep the node running in the tray. The user is asked once. */
export function keepInTray(window: BrowserWindow, deps: CloseDeps): void {
  const { settings } = deps;
  // A script of the page can close the window too.
  const limit = createQuestionLimit();
  let asking = false;

  async function ask(): Promise<void> {
    const { response, checkboxChecked: once } = await dialog.showMessageBox(window, {
      type: 'question',
      title: 'Kith',
      message: 'Keep Kith running when the window is closed?',
      detail:
        'The node stays in sync and mining continues. Kith is then in the tray, where it can be opened or quit. You can change this in the settings.',
      buttons: ['Cancel', 'Quit', 'Keep running'],
      checkboxLabel: 'Ask again next time',
      defaultId: 2,
      cancelId: 0,
      noLink: true,
    });
    if (response === 0) return limit.add();
    const keep = response === 2;
    if (!once) store(keep);
    if (keep) window.hide();
    else app.quit();
  }

  /** A full disk must not keep the window open: the user is asked again next time. */
  function store(closeToTray: boolean): void {
    try {
      settings.change({ closeToTray });
    } catch (error) {
      deps.onError(error);
    }
  }

  window.on('close', (event) => {
    if (deps.isQuitting() || !deps.hasTray()) return;
    const { closeToTray } = settings.read();
    if (closeToTray === false) return;
    event.preventDefault();
    if (closeToTray === true) return window.hide();
    if (asking) return;
    if (!limit.allows()) return deps.sendProblem('close-cancelled-often');
    asking = true;
    ask()
      .catch(deps.onError)
      .finally(() => (asking = false));
  });
}
