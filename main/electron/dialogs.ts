import { dialog } from 'electron';

/** Tells the user that the node died and is restarted. Does not wait. */
export function tellNodeDied(): void {
  void dialog.showMessageBox({
    type: 'warning',
    title: 'Kith',
    message: 'The node stopped unexpectedly and is starting again.',
    detail: 'Wallets and blocks are safe. If this happens often, see the log in the data directory.',
    buttons: ['OK'],
  });
}

/** The node cannot start. True = try again. */
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

/** The user's choice at the first start; `network` is a name or the path of a network file. */
export type FirstChoice = { readonly kind: 'demo' } | { readonly kind: 'network'; readonly network: string };

/** Asks once, at the first start. Null if the user cancels. */
export async function askNetwork(): Promise<FirstChoice | null> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'Welcome to Kith',
    message: 'Which network should Kith use?',
    detail:
      'The creator of a network gives you its network file. Without one, try the demo: ' +
      'several nodes on this computer, with coins that have no value.',
    buttons: ['Not now', 'Open a network file …', 'Test network', 'Demo on this computer'],
    defaultId: 3,
    cancelId: 0,
    noLink: true,
  });
  if (response === 3) return { kind: 'demo' };
  if (response === 2) return { kind: 'network', network: 'test' };
  return response === 1 ? pickNetworkFile() : null;
}

async function pickNetworkFile(): Promise<FirstChoice | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog({
    title: 'Open a network file',
    properties: ['openFile'],
    filters: [{ name: 'Kith network', extensions: ['json', 'kith'] }],
  });
  const file = filePaths[0];
  return canceled || file === undefined ? null : { kind: 'network', network: file };
}
