import { app, type BrowserWindow } from 'electron';
import { createRestartLimit } from '../lib/restart-limit.ts';
import type { CrashReports } from './crash-reports.ts';
import { askAfterMainError, askAfterPageCrashes, askWhileUnresponsive, showPageReloaded } from './dialogs.ts';

/** With more crashes than this within a minute a reload does not help, and the user decides. */
const MAX_RELOADS = 3;
const RELOAD_WINDOW_MS = 60_000;

/**
 * Loads the page again when its process is gone, and offers it when the page hangs. The node is on another thread and is not
 * affected.
 */
export function recoverPage(window: BrowserWindow, reports: CrashReports): void {
  const limit = createRestartLimit(MAX_RELOADS, RELOAD_WINDOW_MS, () => performance.now());
  /** Whether the user ended the page. Then no further dialog is shown. */
  let endedByUser = false;
  /** Closes the dialog about a page that hangs. */
  let answering = new AbortController();

  async function reload(reason: string): Promise<void> {
    const asked = !limit.allows();
    if (asked && !(await askAfterPageCrashes(window, reason))) return app.quit();
    if (window.isDestroyed()) return;
    window.webContents.reload();
    if (!asked && !endedByUser) showPageReloaded(window);
    endedByUser = false;
  }

  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    answering.abort();
    if (window.isDestroyed()) return;
    reports.write('page', { reason, exitCode, endedByUser });
    void reload(reason);
  });
  window.on('unresponsive', () => {
    answering = new AbortController();
    const { signal } = answering;
    void askWhileUnresponsive(window, signal).then((restart) => {
      if (!restart || signal.aborted || window.isDestroyed()) return;
      endedByUser = true;
      window.webContents.forcefullyCrashRenderer();
    });
  });
  window.on('responsive', () => answering.abort());
}

/** Reports processes of Chromium that crashed, such as the one for graphics. Chromium starts them again by itself. */
export function reportChildCrashes(reports: CrashReports): void {
  app.on('child-process-gone', (_event, { type, reason, exitCode, serviceName, name }) => {
    if (reason !== 'clean-exit') reports.write('child', { type, reason, exitCode, serviceName, name });
  });
}

/**
 * Handles an exception that nothing caught. The state of this process is unknown then. So the exception is reported,
 * and the user decides whether the app quits or starts again. Until then the node keeps running.
 */
export function recoverMain(reports: CrashReports, onError: (error: unknown) => void): void {
  let asked = false;
  const recover = (error: unknown): void => {
    onError(error);
    const file = reports.write('main', { error });
    if (asked) return;
    asked = true;
    void app
      .whenReady()
      .then(() => askAfterMainError(error, file))
      .then((restart) => {
        if (restart) app.relaunch();
        app.quit();
      });
  };
  process.on('uncaughtException', recover);
  process.on('unhandledRejection', recover);
}
