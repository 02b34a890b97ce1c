import type { MessagePort } from 'node:worker_threads';
import type { ApiContext } from '../api/base.ts';
import type { KithRouter } from '../api/router.ts';
import { createPortHandler } from './carrier.ts';

/**
 * Serves the contract over ports, for the desktop window: the node runs on a worker thread, and each load of the page
 * brings a port of its own. Subscriptions end when the port closes.
 */
export function createPortHost(router: KithRouter, context: Omit<ApiContext, 'role' | 'congested'> = {}) {
  const serve = createPortHandler(router);
  const ports = new Set<MessagePort>();
  return {
    serve(port: MessagePort): void {
      ports.add(port);
      port.once('close', () => ports.delete(port));
      serve(port, { ...context, role: 'window', congested: () => false });
    },
    /** Closes every port; pages see their connection end. */
    close(): void {
      for (const port of ports) port.close();
      ports.clear();
    },
  };
}
