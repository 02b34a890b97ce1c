/** The dialogs of a move of the data directory. */
import { dialog, type BrowserWindow, type MessageBoxOptions } from 'electron';
import { bytes } from '../../shared/units.ts';
import type { OldCopy } from '../lib/data-place.ts';
import type { MoveTarget } from '../session/move-target.ts';

/** The folder that the user chooses; null if the user cancels. */
export async function chooseFolder(window: BrowserWindow | null, message: string): Promise<string | null> {
  const options = {
    title: 'Data directory',
    message,
    buttonLabel: 'Choose folder',
    properties: ['openDirectory' as const, 'createDirectory' as const, 'dontAddToRecent' as const],
  };
  const { canceled, filePaths } = window
    ? await dialog.showOpenDialog(window, options)
    : await dialog.showOpenDialog(options);
  return canceled ? null : (filePaths[0] ?? null);
}

export type Question = Pick<MessageBoxOptions, 'message' | 'detail'> & { readonly button: string };

/** Escape and Enter cancel. */
export async function askAboutMove(
  window: BrowserWindow | null,
  { button, ...text }: Question,
): Promise<boolean> {
  const options = {
    type: 'question' as const,
    title: 'Kith',
    ...text,
    buttons: ['Cancel', button],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  };
  const { response } = window
    ? await dialog.showMessageBox(window, options)
    : await dialog.showMessageBox(options);
  return response === 1;
}

const sizes = (target: MoveTarget): string =>
  `${target.path}\n\nSize of the data: ${bytes(target.bytes)}\nFree space there: ${bytes(target.free)}`;

export const moveQuestion = (target: MoveTarget): Question => ({
  message: 'Move the data directory to this folder?',
  detail: `${sizes(target)}\n\nThe node stops while the files are copied and checked. Mining stops too. The old copy stays until you delete it in Settings.`,
  button: 'Move',
});

export const backQuestion = (target: MoveTarget): Question => ({
  message: 'Use the old place of the data directory again?',
  detail: `${sizes(target)}\n\nThe node stops while the current data, with everything since the move, is copied back and checked. It then replaces the old copy.`,
  button: 'Use old place',
});

export const switchQuestion = (path: string): Question => ({
  message: 'Use the other copy of the data directory?',
  detail: `${path}\n\nNothing is copied. Wallets, addresses and payments that were added to the current data since then are not in the other copy. The current data stays, and you can switch again.`,
  button: 'Use other copy',
});

export const deleteQuestion = ({ path, diverged }: OldCopy): Question => ({
  message: `Delete the ${diverged ? 'other' : 'old'} copy of the data directory?`,
  detail: diverged
    ? `${path}\n\nIt has wallets, addresses and payments that are not in the current data. If you need any of them, cancel and use the other copy first. The deletion cannot be undone.`
    : `${path}\n\nThe data in the new place stays. The deletion cannot be undone.`,
  button: 'Delete',
});

export const forgetQuestion = ({ path, diverged }: OldCopy): Question => ({
  message: `Forget the ${diverged ? 'other' : 'old'} copy of the data directory?`,
  detail: `${path}\n\nIts disk is not there, so nothing can be deleted. If you connect that disk later, delete the files there yourself: they contain your wallets. Kith refuses to open them.`,
  button: 'Forget',
});
