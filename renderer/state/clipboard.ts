import { isSameCopy } from '../../shared/clipboard.ts';
import type { Desktop } from './desktop.svelte.ts';

/** Copies texts, and removes those that should not stay in the clipboard. */
export interface ClipboardState {
  /**
   * Copies a text. With `brief` it is removed after a minute if the clipboard still has it then: the desktop app does so, and a
   * browser that lets the page read the clipboard. True if it will be removed. Rejects if it could not be copied.
   */
  copy(text: string, brief: boolean): Promise<boolean>;
  /** The user copied with the keyboard or a menu: texts of elements with `data-brief` are removed after a minute in the same way. */
  followCopies(page: Pick<Document, 'addEventListener' | 'querySelectorAll' | 'getSelection'>): void;
}

const CLEAR_AFTER_MS = 60_000;

export function createClipboardState(desktop: Pick<Desktop, 'copied'>): ClipboardState {
  let latest = 0;
  /** Whether the text, which is in the clipboard now, will be removed. */
  async function removeLater(text: string): Promise<boolean> {
    const copy = ++latest;
    if (await desktop.copied(text)) return true;
    if (!(await mayRead())) return false;
    setTimeout(() => void clearOnceFocused(text, () => copy === latest), CLEAR_AFTER_MS);
    return true;
  }
  return {
    async copy(text, brief) {
      latest++;
      await navigator.clipboard.writeText(text);
      return brief && (await removeLater(text));
    },
    followCopies(page) {
      const follow = (event: Event): void => {
        const text = event.defaultPrevented ? '' : briefText(page, event.target as Element | null);
        if (text !== '') void removeLater(text);
      };
      for (const kind of ['copy', 'cut']) page.addEventListener(kind, follow);
    },
  };
}

const BRIEF = '[data-brief]';

/** What is selected, if a part of it should not stay in the clipboard; empty for other texts. */
function briefText(page: Pick<Document, 'querySelectorAll' | 'getSelection'>, at: Element | null): string {
  const { value, selectionStart, selectionEnd } = (at ?? {}) as Partial<HTMLTextAreaElement>;
  if (value !== undefined && typeof selectionStart === 'number')
    return at?.closest(BRIEF) ? value.slice(selectionStart, selectionEnd) : '';
  const selection = page.getSelection();
  if (selection === null) return '';
  const isBrief = [...page.querySelectorAll(BRIEF)].some((element) => selection.containsNode(element, true));
  return isBrief ? selection.toString() : '';
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
