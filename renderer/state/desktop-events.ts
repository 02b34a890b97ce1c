import type { DesktopClient, DesktopEvent } from '../../shared/contract/desktop.ts';
import { sentenceFor } from '../../shared/errors.ts';
import { backoff, pause } from './backoff.ts';

/** How a file that the page offered ended. */
export type FileEnd = Extract<DesktopEvent, { kind: 'file' }>;

/** What the desktop app reports to the page. */
export interface DesktopEvents {
  /** Passes on the events of the app, and subscribes again when their stream ends; resolves once the signal has aborted. */
  follow(client: DesktopClient, signal: AbortSignal): Promise<void>;
  /**
   * Resolves when a file that is offered under this address was saved or not; with `save-unreported` when the stream ends before, if
   * there is none, or if the app does not see the file: then no dialog is open, and nothing would ever be reported.
   */
  fileEnds(url: string): Promise<FileEnd>;
  /** Calls `say` with each sentence that stands for a dialog, until the signal aborts. */
  onNotice(say: (sentence: string) => void, signal: AbortSignal): void;
}

/** A file that the app has not seen by then does not reach it. It sees one immediately, but a busy computer may take seconds. */
const SEEN_WITHIN_MS = 20_000;

export function createDesktopEvents(seenWithin = SEEN_WITHIN_MS): DesktopEvents {
  const files = new Map<string, { end: (end: FileEnd) => void; seen: () => void }>();
  const listeners = new Set<(sentence: string) => void>();
  let streams = 0;

  function take(event: DesktopEvent): void {
    if (event.kind === 'notice') for (const say of listeners) say(event.notice.message);
    else if (event.kind === 'file-seen') files.get(event.url)?.seen();
    else files.get(event.url)?.end(event);
  }
  /** Passes on the events of one stream, until it ends in any way. */
  async function followOnce(client: DesktopClient, signal: AbortSignal): Promise<void> {
    streams++;
    try {
      for await (const event of await client.watch({}, { signal })) take(event);
    } catch {
      // A stream that failed has ended like any other.
    }
    // What the app reported meanwhile is lost, unless another stream had it.
    if (--streams === 0) for (const [url, { end }] of files) end(unreported(url));
  }
  return {
    async follow(client, signal) {
      for (let attempt = 0; !signal.aborted; attempt++) {
        await followOnce(client, signal);
        await pause(backoff(attempt), signal);
      }
    },
    fileEnds(url) {
      if (streams === 0) return Promise.resolve(unreported(url));
      const { promise, resolve } = Promise.withResolvers<FileEnd>();
      const unseen = setTimeout(() => resolve(unreported(url)), seenWithin);
      const seen = (): void => clearTimeout(unseen);
      files.set(url, { end: resolve, seen });
      return promise.finally(() => {
        seen();
        files.delete(url);
      });
    },
    onNotice(say, signal) {
      listeners.add(say);
      signal.addEventListener('abort', () => listeners.delete(say), { once: true });
    },
  };
}

function unreported(url: string): FileEnd {
  const code = 'save-unreported';
  return { kind: 'file', url, saved: false, problem: { code, message: sentenceFor(code) } };
}
