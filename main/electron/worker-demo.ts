import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DemoHost } from '../session/targets.ts';
import type { FromNode } from './thread-messages.ts';

export interface WorkerDemo extends DemoHost {
  /** The main thread has stopped the other nodes. */
  stopped(): void;
}

const RECEIVER_EVERY_MS = 3000;

/** The demo as the node's thread sees it: the main thread starts and stops the other nodes, and handles their failures. */
export function createWorkerDemo(send: (message: FromNode) => void): WorkerDemo {
  let folder = '';
  let asking: NodeJS.Timeout | undefined;
  let over: PromiseWithResolvers<null> | null = null;
  return {
    begin() {
      folder = mkdtempSync(path.join(os.tmpdir(), 'kith-demo-'));
      return path.join(folder, 'you');
    },
    async populate(addresses, receiver) {
      // The user's node may have started again.
      clearInterval(asking);
      send({ kind: 'demo', folder, addresses });
      asking = setInterval(() => {
        void receiver().then(
          (address) => send({ kind: 'demo-receiver', address }),
          () => undefined,
        );
      }, RECEIVER_EVERY_MS);
    },
    async stop() {
      clearInterval(asking);
      over = Promise.withResolvers<null>();
      send({ kind: 'stop-demo' });
      await over.promise;
      // The main thread has deleted it, unless the demo ended before it had other nodes.
      rmSync(folder, { recursive: true, force: true });
    },
    stopped: () => over?.resolve(null),
  };
}
