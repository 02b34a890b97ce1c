import { isSameCopy } from '../../shared/clipboard.ts';

/** What the page copied does not stay in the clipboard, where any program reads it. */
export interface ClipboardCleaner {
  /** The page has copied this text. It is removed after a minute if the clipboard still has it then. */
  copied(text: string): void;
  /** Removes it now; for an app that quits. Never rejects. */
  clearNow(): Promise<void>;
}

export interface Clipboard {
  readText(): Promise<string>;
  clear(): void;
}

export const CLEAR_AFTER_MS = 60_000;

/** `onError` gets what the system throws, as when another program holds the clipboard. */
export function createClipboardCleaner(
  clipboard: Clipboard,
  onError: (error: unknown) => void,
): ClipboardCleaner {
  let last: { readonly text: string; readonly timer: NodeJS.Timeout } | null = null;

  async function clear(text: string): Promise<void> {
    try {
      if (isSameCopy(await clipboard.readText(), text)) clipboard.clear();
    } catch (error) {
      onError(error);
    }
  }
  function take(): string | null {
    const text = last?.text ?? null;
    clearTimeout(last?.timer);
    last = null;
    return text;
  }
  return {
    copied(text) {
      take();
      const timer = setTimeout(() => {
        take();
        void clear(text);
      }, CLEAR_AFTER_MS);
      last = { text, timer };
    },
    async clearNow() {
      const text = take();
      if (text !== null) await clear(text);
    },
  };
}
