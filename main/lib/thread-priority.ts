import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Nice values of Linux for threads: 0 is normal, 19 the lowest priority. */
export const YIELDS = {
  /** Lower than the thread of the node, which queues its work and answers the user. */
  helper: 5,
  /** Lower than all other work on the computer. */
  miner: 10,
} as const;

/**
 * Lowers the priority of the calling thread. Only on Linux, where threads have their own priority; elsewhere it does
 * nothing.
 */
export function lowerThreadPriority(niceness: number): void {
  if (process.platform !== 'linux') return;
  try {
    // A link to `<process>/task/<thread>`, read by the thread itself.
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (Number.isSafeInteger(thread)) setPriority(thread, niceness);
  } catch {
    // A failure only leaves the thread at normal priority.
  }
}
