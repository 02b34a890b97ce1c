import type { MessagePort } from 'node:worker_threads';
import type { MessagePortMain } from 'electron';
import { MAX_MESSAGE } from '../rpc/message-bounds.ts';

/**
 * Connects the page's port with one to the node's thread, since worker threads cannot hold Electron's ports. When one end
 * closes, the other is closed; `ended` is called if it was not the page. Only text and bytes are passed on, as the client sends them: a hostile script must not
 * reach the decoder with objects.
 */
export function bridgePorts(page: MessagePortMain, node: MessagePort, ended: () => void): void {
  let isLeft = false;
  page.on('message', ({ data }) => {
    if (isMessage(data)) node.postMessage(data);
  });
  node.on('message', (data: unknown) => page.postMessage(data));
  page.on('close', () => {
    isLeft = true;
    node.close();
  });
  node.on('close', () => {
    if (isLeft) return;
    isLeft = true;
    page.close();
    ended();
  });
  page.start();
}

function isMessage(data: unknown): data is string | Uint8Array | ArrayBuffer {
  if (typeof data === 'string') return data.length <= MAX_MESSAGE;
  return (data instanceof Uint8Array || data instanceof ArrayBuffer) && data.byteLength <= MAX_MESSAGE;
}
