import type { BinaryString } from '../core/codec/binary.ts';
import type { Violation } from '../core/violation.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Admission } from './admission.ts';
import { decodeKnown, hexOf } from './entry.ts';
import type { Orphan, Orphans } from './orphans.ts';

/** An orphan broke a rule once its parents had arrived. */
export interface Rejection {
  readonly wid: string;
  readonly txid: string;
  readonly sources: readonly string[];
  readonly violation: Violation;
}

export interface OrphanRetryDeps {
  readonly orphans: Pick<Orphans, 'size' | 'get' | 'waitingFor' | 'remove'>;
  readonly admission: Pick<Admission, 'admit'>;
  readonly rejected: (rejection: Rejection) => void;
  readonly clock: Pick<Clock, 'soon'>;
  readonly log: Log;
}

/** Submits orphans again when a parent arrives. */
export interface OrphanRetry {
  /** This transaction is now in the pool or in a block: submits the orphans that waited for it. */
  arrived(txid: BinaryString): void;
  /** Resolves when every orphan that was submitted again was added or refused. */
  idle(): Promise<void>;
}

// Peers could send thousands of orphans that wait for one transaction, so the event loop runs between batches of this
// size.
const BATCH_SIZE = 32;

export function createOrphanRetry(deps: OrphanRetryDeps): OrphanRetry {
  const { orphans, admission, rejected, clock, log } = deps;
  const waiting = new Set<Orphan>();
  let pump: Promise<void> | null = null;

  const retry = async (orphan: Orphan): Promise<void> => {
    const sources = [...orphan.sources];
    // The orphan was evicted, or removed with its peer, while it was queued.
    if (sources.length === 0 || orphans.get(orphan.wid) !== orphan) return;
    const tx = decodeKnown(orphan.bytes);
    const refused = await admission.admit({ tx, origin: 'peer', source: sources[0] });
    // Another parent may still be missing.
    if (refused === null || refused.code === 'policy-orphan') return;
    orphans.remove(orphan.wid);
    rejected({ wid: hexOf(orphan.wid), txid: hexOf(orphan.txid), sources, violation: refused });
  };

  const run = async (): Promise<void> => {
    while (waiting.size > 0) {
      const some = [...waiting].slice(0, BATCH_SIZE);
      for (const orphan of some) waiting.delete(orphan);
      for (const result of await Promise.allSettled(some.map(retry))) {
        if (result.status === 'rejected')
          log.error('an orphan could not be checked', { error: result.reason });
      }
      if (waiting.size > 0) await clock.soon();
    }
    // Reset in the same turn as the last check of the set, so that an orphan added from now on starts a new run.
    pump = null;
  };

  return {
    arrived(txid) {
      if (orphans.size === 0) return;
      for (const orphan of orphans.waitingFor(txid)) waiting.add(orphan);
      if (waiting.size > 0) pump ??= run();
    },
    async idle() {
      while (pump) await pump;
    },
  };
}
