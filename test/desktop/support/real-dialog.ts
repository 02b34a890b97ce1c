import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Presses keys in a native dialog as a user does, through the X server. Waits until a window with this title is shown.
 * Without a window manager nothing gives it the focus, so that is done first.
 */
export async function pressInDialog(title: string, ...keys: readonly string[]): Promise<void> {
  const find = ['search', '--sync', '--onlyvisible', '--name', `^${title}$`];
  await run('xdotool', [...find, 'windowfocus', '--sync']);
  // Not sent to the window by its number: a dialog that closes when a key is pressed is gone when it is released.
  await run('xdotool', ['key', '--delay', '100', ...keys]);
}
