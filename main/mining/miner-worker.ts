/** A mining thread: tries nonces in short slices and rests in between as it is told. */
import { setImmediate as nextTurn, setTimeout as rest } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { assertPowHash, powHash } from '../workers/pow.ts';
import { createGrinder, type MiningJob } from './grind.ts';
import { lowerThreadPriority, YIELDS } from '../lib/thread-priority.ts';

/** What it is started with. */
export interface MinerData {
  /** Nobody waits for it: everything else goes first. */
  readonly background: boolean;
}

/** What it is told: what to work on and which share of the time; null = nothing. */
export interface ToMiner {
  readonly job: MiningJob | null;
  readonly share: number;
}

/** What it says: how many hashes it tried since it last spoke, and how a job ended. */
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
  let told = 0;
  let spokeAt = performance.now();
  const say = (ended?: FromMiner['ended']): void => {
    port.postMessage({ hashes: grinder.tried - told, ...(ended && { ended }) } satisfies FromMiner);
    told = grinder.tried;
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
    // Messages arrive only between turns.
    if (order.share >= 1) await nextTurn();
    else await rest((now - started) * (1 / order.share - 1));
  }
  say();
}

if ((workerData as MinerData).background) lowerThreadPriority(YIELDS.miner);
