import type { SyncProgress } from './sync-progress.ts';

/**
 * The range of the overall progress that each phase covers. Headers take little time; the progress of blocks is
 * measured by work.
 */
const PHASE_RANGES: Readonly<Record<SyncProgress['phase'], readonly [from: number, to: number]>> = {
  'finding-peers': [0, 0],
  headers: [0, 0.1],
  snapshot: [0.1, 0.9],
  blocks: [0.1, 1],
  synced: [1, 1],
};

/**
 * Combines the progress of the phases into the progress of the whole sync, from 0 to 1. It never decreases while the
 * program runs, for example when a peer is lost, a phase is repeated, or the chain turns out to be longer. It is 0
 * until the first peer connects, and 1 after the node was synced.
 */
export function createOverallProgress(): (now: SyncProgress) => SyncProgress {
  let highest = 0;
  return (now) => {
    const [from, to] = PHASE_RANGES[now.phase];
    highest = Math.max(highest, Math.min(1, from + (to - from) * now.progress));
    return { ...now, progress: highest };
  };
}
