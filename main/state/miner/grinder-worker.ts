/** A thread that tries nonces in slices, so that it hears of new work in between. */
import { parentPort } from 'node:worker_threads';
import { powHash } from '../native/pow.ts';
import { grind } from './grind.ts';
import type { FromGrinder, ToGrinder } from './grinder-messages.ts';

const SLICE_MS = 25;
const port = parentPort!;
const post = (message: FromGrinder) => port.postMessage(message);

let order = 0;

port.on('message', (message: ToGrinder) => {
  order++;
  if (message.kind === 'work') void work(message, order);
});

async function work(message: ToGrinder & { kind: 'work' }, mine: number): Promise<void> {
  let next: number | null = message.from;
  while (mine === order) {
    if (next === null) return post({ kind: 'exhausted', number: message.number });
    const began = performance.now();
    const result = grind(message.job, powHash, next, message.step, SLICE_MS);
    post({ kind: 'tried', hashes: result.hashes });
    if (result.nonce !== null) return post({ kind: 'found', number: message.number, nonce: result.nonce });
    next = result.next;
    // Leaves the rest of the processor's time to others.
    const took = performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, took * (1 / message.share - 1)));
  }
}
