import type { DesktopClient, DesktopEvent } from '../../shared/contract/desktop.ts';

/** How a file that the page offered ended. */
export type FileEnd = Extract<DesktopEvent, { kind: 'file' }>;

/** What the desktop app reports to the page. */
export interface DesktopEvents {
  /** Passes on the events of the app; resolves when its stream ends, which the page does not survive. */
  follow(client: DesktopClient): Promise<void>;
  /** Resolves when a file that is offered under this address was saved or not. */
  fileEnds(url: string): Promise<FileEnd>;
  /** Calls `say` with each sentence that stands for a dialog, until the signal aborts. */
  onNotice(say: (sentence: string) => void, signal: AbortSignal): void;
}

export function createDesktopEvents(): DesktopEvents {
  const files = new Map<string, (end: FileEnd) => void>();
  const listeners = new Set<(sentence: string) => void>();
  return {
    async follow(client) {
      for await (const event of await client.watch({})) {
        if (event.kind === 'notice') for (const say of listeners) say(event.notice.message);
        else files.get(event.url)?.(event);
      }
    },
    fileEnds(url) {
      const { promise, resolve } = Promise.withResolvers<FileEnd>();
      files.set(url, resolve);
      return promise.finally(() => files.delete(url));
    },
    onNotice(say, signal) {
      listeners.add(say);
      signal.addEventListener('abort', () => listeners.delete(say), { once: true });
    },
  };
}
