/** Moves the data of a home, or deletes the old copy, in a process of its own that KITH_CRASH_AFTER may kill. */
import { open } from 'node:fs/promises';
import { deleteOldCopy, moveData } from '../../main/session/move-data.ts';

const [action, home, to] = process.argv.slice(2) as [string, string, string];
if (action === 'delete') await deleteOldCopy(home);
else
  await moveData(home, to, {
    signal: new AbortController().signal,
    report: () => undefined,
    now: () => 1_800_000_000,
    free: () => Promise.resolve(1e12),
    open,
  });
