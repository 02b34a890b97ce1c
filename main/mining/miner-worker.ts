/** A mining thread: tries nonces in short slices and pauses between them according to its share of the time. */
import { setImmediate as nextTurn, setTimeout as rest } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { assertPowHash, powHash } from '../workers/pow.ts';
import { createGrinder, type MiningJob } from './grind.ts';
import { lowerThreadPriority, YIELDS } from '../lib/thread-priority.ts';

/** `workerData` of the thread. */
export interface MinerData {
  /** Whether the thread runs at the lowest priority, because no user waits for the result. */
  readonly background: boolean;
}

/** Message to the thread: the job (null: none), and the share of the time to use. */
export interface ToMiner {
  readonly job: MiningJob | null;
  readonly share: number;
}

/** Message from the thread: hashes since its last message, and the end of a job. */
export interface FromMiner {
  readonly hashes: number;
  readonly ended?: { readonly job: number; readonly nonce: number | null };
}

const SLICE_MS = 20;
const SPEAK_EVERY_MS = 250;

assertPowHash();

const port = parentPort!;
let order: ToMiner = { job: null, share: 1 };
let working = false;

port.on('message', (next: ToMiner) => {
  order = next;
  if (!working) void work();
});

async function work(): Promise<void> {
  working = true;
  while (order.job !== null) await workOn(order.job);
  working = false;
}

async function workOn(job: MiningJob): Promise<void> {
  const grinder = createGrinder(job, powHash);
  let reported = 0;
  let spokeAt = performance.now();
  const say = (ended?: FromMiner['ended']): void => {
    port.postMessage({ hashes: grinder.tried - reported, ...(ended && { ended }) } satisfies FromMiner);
    reported = grinder.tried;
    spokeAt = performance.now();
  };
  while (order.job === job) {
    const started = performance.now();
    const nonce = grinder.run(() => performance.now() - started >= SLICE_MS);
    const now = performance.now();
    if (nonce !== null || grinder.spent) {
      order = { ...order, job: null };
      say({ job: job.id, nonce });
      return;
    }
    if (now - spokeAt >= SPEAK_EVERY_MS) say();
    // The thread receives messages only between turns of the event loop.
    if (order.share >= 1) await nextTurn();
    else await rest((now - started) * (1 / order.share - 1));
  }
  say();
}

if ((workerData as MinerData).background) lowerThreadPriority(YIELDS.miner);
