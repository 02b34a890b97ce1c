import type { MessagePort } from 'node:worker_threads';
import type { MessagePortMain } from 'electron';
import { MAX_MESSAGE } from '../rpc/message-bounds.ts';

/**
 * Joins the page's port with one that leads into the node's thread; worker threads can't hold Electron's own ports.
 * When either end closes, so does the other. What the page sends is passed on only as the text or bytes that our
 * client makes: a hostile script must not reach the decoder with live objects.
 */
export function bridgePorts(page: MessagePortMain, node: MessagePort): void {
  page.on('message', ({ data }) => {
    if (isMessage(data)) node.postMessage(data);
  });
  node.on('message', (data: unknown) => page.postMessage(data));
  page.on('close', () => node.close());
  node.on('close', () => page.close());
  page.start();
}

function isMessage(data: unknown): data is string | Uint8Array | ArrayBuffer {
  if (typeof data === 'string') return data.length <= MAX_MESSAGE;
  return (data instanceof Uint8Array || data instanceof ArrayBuffer) && data.byteLength <= MAX_MESSAGE;
}
