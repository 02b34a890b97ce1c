import type { LayoutReply, LayoutRequest } from './layout-messages.ts';
import workerFile from './layout-worker.ts?worker&url';

interface ScriptUrlPolicy {
  createScriptURL(url: string): string;
}
declare const trustedTypes:
  | { createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptUrlPolicy }
  | undefined;

let policy: ScriptUrlPolicy | undefined;

/** The page's policy lets a worker run only what this one accepts: the file of the layout. */
function scriptUrl(): string {
  if (typeof trustedTypes === 'undefined') return workerFile;
  policy ??= trustedTypes.createPolicy('kith-map-layout', {
    createScriptURL(url) {
      if (url !== workerFile) throw new TypeError('this is not the worker of the map');
      return url;
    },
  });
  return policy.createScriptURL(workerFile);
}

/** Places of the groups, from a worker that ends with the answer or with `signal`; rejects if it cannot run. */
export function layoutByForces(request: LayoutRequest, signal: AbortSignal): Promise<LayoutReply> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(scriptUrl(), { type: 'module' });
    const end = () => {
      worker.terminate();
      signal.removeEventListener('abort', end);
    };
    signal.addEventListener('abort', end);
    worker.addEventListener('message', ({ data }: MessageEvent<LayoutReply>) => {
      end();
      resolve(data);
    });
    worker.addEventListener('error', (event) => {
      end();
      reject(new Error(event.message));
    });
    worker.postMessage(request);
  });
}
