import { dialog, type BrowserWindow } from 'electron';
import { messageOf } from '../lib/errors.ts';

/** Shows that the node crashed and is restarted. Does not wait for an answer. */
export function showNodeCrashed(): void {
  void dialog.showMessageBox({
    type: 'warning',
    title: 'Kith',
    message: 'The node stopped unexpectedly and is starting again.',
    detail:
      'Wallets and blocks are safe. If this happens again, report it with the file logs/kith.log of the data directory.',
    buttons: ['OK'],
  });
}

/** Shows that the page crashed and was reloaded. Does not wait for an answer. */
export function showPageReloaded(window: BrowserWindow): void {
  void dialog.showMessageBox(window, {
    type: 'warning',
    title: 'Kith',
    message: 'The content of the window stopped unexpectedly and was reloaded.',
    detail: 'Wallets and blocks are safe, and the node kept running.',
    buttons: ['OK'],
  });
}

/** For a page that crashed several times within a minute. True to reload it, false to quit. */
export async function askAfterPageCrashes(window: BrowserWindow, reason: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    title: 'Kith',
    message: 'The content of the window stopped several times within a minute.',
    detail:
      'Wallets and blocks are safe, and the node is still running. If this happens again, restart the computer or ' +
      `reinstall Kith.\n\n(page-crashed: ${reason})`,
    buttons: ['Quit', 'Reload'],
    defaultId: 1,
    cancelId: 0,
    noLink: true,
  });
  return response === 1;
}

/** For a page that hangs. True to reload it. The signal closes the dialog, which then means no. */
export async function askWhileUnresponsive(window: BrowserWindow, signal: AbortSignal): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    title: 'Kith',
    message: 'The window does not respond.',
    detail: 'You can wait or reload its content. The node keeps running in both cases.',
    buttons: ['Wait', 'Reload'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
    signal,
  });
  return response === 1;
}

/** For an exception in the app itself. True to start again, false to quit. */
export async function askAfterMainError(error: unknown, report: string | null): Promise<boolean> {
  const place = report === null ? '' : `\n\nA report is in ${report}. Kith never sends reports.`;
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'Kith',
    message: 'Kith has an internal error and must close.',
    detail: `Everything is saved before it closes.${place}\n\n(app-failed: ${messageOf(error)})`,
    buttons: ['Quit', 'Start again'],
    defaultId: 1,
    cancelId: 0,
    noLink: true,
  });
  return response === 1;
}

/** The demo network could not start or has stopped; `cause` ends with the last output of its process. */
export async function askAfterDemoFailure(cause: string): Promise<DemoAnswer> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'Kith',
    message: 'The nodes of the demo network could not start or have stopped.',
    detail: `Your own node is running, but has no peers. Try again. If this happens again, report these lines:\n\n${cause}`,
    buttons: ['Continue', 'Quit', 'Try again'],
    defaultId: 2,
    cancelId: 0,
    noLink: true,
  });
  return (['continue', 'quit', 'retry'] as const)[response] ?? 'continue';
}

export type DemoAnswer = 'continue' | 'quit' | 'retry';

/** For a node that cannot start. True to try again. */
export async function askAfterRefusal(code: string, message: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'Kith',
    message: 'The node could not start.',
    detail: `${message}\n\n(${code})`,
    buttons: ['Quit', 'Try again'],
    defaultId: 1,
    cancelId: 0,
    noLink: true,
  });
  return response === 1;
}

export interface MissingData {
  readonly code: string;
  readonly message: string;
  /** Why the last choice had no effect; null at first. */
  readonly refusal: string | null;
  /** Whether the user can show where the data is now. */
  readonly canChoose: boolean;
  /** The copy that can be used instead; null without one. */
  readonly old: string | null;
}

/** The data directory was moved and cannot be opened where it should be. */
export async function askAboutMissingData(missing: MissingData): Promise<MissingAnswer> {
  const { code, message, refusal, canChoose, old } = missing;
  const choices: readonly (readonly [MissingAnswer, string])[] = [
    ['quit', 'Quit'],
    ['retry', 'Try again'],
    ...(canChoose ? [['choose', 'Choose folder …'] as const] : []),
    ...(old === null ? [] : [['old', 'Use old copy'] as const]),
  ];
  const parts = [
    ...(refusal === null ? [] : [refusal]),
    message,
    ...(canChoose ? ['If the disk or the folder has another path now, choose that folder.'] : []),
    ...(old === null
      ? []
      : [
          `The old copy in ${old} can be used instead. Wallets, addresses and payments that were added since the move are not in it.`,
        ]),
    `(${code})`,
  ];
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'Kith',
    message: 'The data directory cannot be opened.',
    detail: parts.join('\n\n'),
    buttons: choices.map(([, label]) => label),
    defaultId: 1,
    cancelId: 0,
    noLink: true,
  });
  return choices[response]?.[0] ?? 'quit';
}

export type MissingAnswer = 'quit' | 'retry' | 'choose' | 'old';

/** A network file that the system passed to the app. Does not wait. */
export function showFileUnreadable(file: string, error: unknown): void {
  void dialog.showMessageBox({
    type: 'warning',
    title: 'Kith',
    message: 'The network file could not be opened.',
    detail: `${file}\n\n${messageOf(error)}\n\nAsk for the file again, or copy it to another folder.\n\n(network-file-unreadable)`,
    buttons: ['OK'],
  });
}
