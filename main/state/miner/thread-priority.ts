import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * Lets ordinary work on the machine go before the calling thread, where the system can do that: on Linux a thread
 * has a priority of its own. Elsewhere nothing happens; there only `share` keeps mining modest.
 */
export function lowerThreadPriority(): void {
  if (process.platform !== 'linux') return;
  try {
    // A link to `<process>/task/<thread>`, read by the thread itself.
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (Number.isSafeInteger(thread)) setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Mining at ordinary priority is a smaller trouble than not mining.
  }
}
