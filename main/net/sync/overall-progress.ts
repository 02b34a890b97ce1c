import type { SyncProgress } from './sync-progress.ts';

/** Which part of the whole way each phase is, from … to. Headers are the short part; blocks are measured by their work. */
const PARTS: Readonly<Record<SyncProgress['phase'], readonly [from: number, to: number]>> = {
  'finding-peers': [0, 0],
  headers: [0, 0.1],
  snapshot: [0.1, 0.9],
  blocks: [0.1, 1],
  synced: [1, 1],
};

/**
 * Turns the share of each phase into one of the whole way, 0 to 1, which never decreases while the program runs: 0 until the
 * first peer is there, 1 from the first time that the node is synced. A peer that is lost, a phase that comes again and a
 * chain that turns out longer leave it where it was.
 */
export function createOverallProgress(read: () => SyncProgress): () => SyncProgress {
  let highest = 0;
  return () => {
    const now = read();
    const [from, to] = PARTS[now.phase];
    highest = Math.max(highest, Math.min(1, from + (to - from) * now.progress));
    return { ...now, progress: highest };
  };
}
