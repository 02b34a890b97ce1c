import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** How far a thread steps back, in Linux's own measure: 0 is ordinary, 19 the least. */
export const YIELDS = {
  /** To the thread that feeds it and answers people: it has queued enough work not to fall idle by that. */
  helper: 5,
  /** To everything that anybody does on the machine. */
  miner: 10,
} as const;

/**
 * Lets others go before the calling thread, where the system can do that: on Linux a thread has a priority of its own.
 * Elsewhere nothing happens.
 */
export function lowerThreadPriority(niceness: number): void {
  if (process.platform !== 'linux') return;
  try {
    // A link to `<process>/task/<thread>`, read by the thread itself.
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (Number.isSafeInteger(thread)) setPriority(thread, niceness);
  } catch {
    // Working at ordinary priority is a smaller trouble than not working.
  }
}
