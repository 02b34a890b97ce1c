import { isSameCopy } from '../../shared/clipboard.ts';
import type { Desktop } from './desktop.svelte.ts';

/** Copies texts, and removes those that should not stay in the clipboard. */
export interface ClipboardState {
  /**
   * Copies a text. With `brief` it is removed after a minute if the clipboard still has it then: the desktop app does so, and a
   * browser that lets the page read the clipboard. True if it will be removed. Rejects if it could not be copied.
   */
  copy(text: string, brief: boolean): Promise<boolean>;
}

const CLEAR_AFTER_MS = 60_000;

export function createClipboardState(desktop: Pick<Desktop, 'copied'>): ClipboardState {
  let latest = 0;
  return {
    async copy(text, brief) {
      const copy = ++latest;
      await navigator.clipboard.writeText(text);
      if (!brief) return false;
      if (await desktop.copied(text)) return true;
      if (!(await mayRead())) return false;
      setTimeout(() => void clearOnceFocused(text, () => copy === latest), CLEAR_AFTER_MS);
      return true;
    },
  };
}

/** The page does not ask for this permission: a wallet that asks to read the clipboard teaches users to allow it. */
async function mayRead(): Promise<boolean> {
  try {
    return (
      (await navigator.permissions.query({ name: 'clipboard-read' as PermissionName })).state === 'granted'
    );
  } catch {
    // Firefox and Safari have no such permission.
    return false;
  }
}

/** A browser gives the clipboard to the page with the focus only. */
async function clearOnceFocused(text: string, isLatest: () => boolean): Promise<void> {
  if (!document.hasFocus())
    await new Promise((resolve) => window.addEventListener('focus', resolve, { once: true }));
  if (!isLatest()) return;
  try {
    if (isSameCopy(await navigator.clipboard.readText(), text)) await navigator.clipboard.writeText('');
  } catch {
    // The permission was taken back: the text stays.
  }
}
