import { parentPort } from 'node:worker_threads';
import { lowerThreadPriority, YIELDS } from '../lib/thread-priority.ts';
import { type WorkSlice, workThrough } from './slice-task.ts';

/** Messages of a worker: one when it is ready, then one per task that it finished. */
export type FromSliceWorker =
  | { readonly kind: 'ready'; readonly engine: string; readonly reason: string | undefined }
  | { readonly kind: 'done'; readonly id: number; readonly first: number };

/** The main function of a worker thread: reports that it is ready, then works on every task that is posted to it. */
export function serveSlices(work: WorkSlice, engine: string, reason?: string): void {
  const port = parentPort!;
  lowerThreadPriority(YIELDS.helper);
  port.on('message', (buffer: SharedArrayBuffer) => {
    const result = workThrough(buffer, work);
    if (result !== null) port.postMessage({ kind: 'done', ...result } satisfies FromSliceWorker);
  });
  port.postMessage({ kind: 'ready', engine, reason } satisfies FromSliceWorker);
}
