import type { MessagePort } from 'node:worker_threads';
import type { ApiContext } from '../api/base.ts';
import type { Log } from '../lib/log.ts';
import { createCarrierHandler, type RouterSource } from './carrier.ts';

export interface PortHostDeps {
  readonly router: RouterSource;
  readonly log: Log;
  /** Asks the user with a native dialog. */
  readonly approve?: ApiContext['approve'];
  /** Asks with a native dialog where to save a file. */
  readonly saveFile?: ApiContext['saveFile'];
}

/**
 * Serves the contract over ports, for the desktop window: the node runs on a worker thread, and each load of the page
 * has its own port. Subscriptions end when the port closes.
 */
export function createPortHost({ router, log, approve, saveFile }: PortHostDeps) {
  const connect = createCarrierHandler(router, log);
  const ports = new Set<MessagePort>();
  const context: Omit<ApiContext, 'caller'> = {
    role: 'window',
    congested: () => false,
    ...(approve === undefined ? {} : { approve }),
    ...(saveFile === undefined ? {} : { saveFile }),
  };
  return {
    serve(port: MessagePort): void {
      const client = connect({
        context,
        send: (message) => port.postMessage(message),
        // Reading from a port cannot be paused, so the port is closed if the page sends without end.
        end: () => port.close(),
      });
      ports.add(port);
      port.on('message', (message) => client.receive(message));
      port.once('close', () => {
        ports.delete(port);
        client.close();
      });
    },
    /** Closes every port; pages see their connection end. */
    close(): void {
      for (const port of ports) port.close();
    },
  };
}
