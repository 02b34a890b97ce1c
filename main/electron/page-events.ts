import type { DesktopEvent } from '../../shared/contract/desktop.ts';
import { sentenceFor } from '../../shared/errors.ts';
import { createEmitter } from '../lib/events.ts';

/** What the app reports to its page: how an offered file ended, and why no dialog is shown. */
export interface PageEvents {
  send(event: DesktopEvent): void;
  /** Shows the sentence of this error in the page. */
  sendProblem(code: string): void;
  /** Returns a function that ends the subscription. */
  subscribe(push: (event: DesktopEvent) => void): () => void;
}

export function createPageEvents(onError: (error: unknown) => void): PageEvents {
  const emitter = createEmitter<{ event: DesktopEvent }>(onError);
  const send = (event: DesktopEvent): void => emitter.emit('event', event);
  return {
    send,
    sendProblem: (code) => send({ kind: 'notice', notice: { code, message: sentenceFor(code) } }),
    subscribe: (push) => emitter.on('event', push),
  };
}
