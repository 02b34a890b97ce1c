import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BinaryString } from '../core/codec/binary.ts';
import type { Violation } from '../core/violation.ts';
import type { Log } from '../lib/log.ts';
import type { Admission } from './admission.ts';
import { decodeKnown } from './entry.ts';
import { hexOf } from './ids.ts';
import type { Orphan, Orphans } from './orphans.ts';

/** An orphan whose parents came turned out to be bad. */
export interface Rejection {
  readonly wid: string;
  readonly txid: string;
  readonly sources: readonly string[];
  readonly violation: Violation;
}

export interface OrphanRetryDeps {
  readonly orphans: Orphans;
  readonly admission: Pick<Admission, 'admit'>;
  readonly rejected: (rejection: Rejection) => void;
  readonly log: Log;
}

/** Takes up orphans again. */
export interface OrphanRetry {
  /** This transaction is in the pool or in a block now: those that waited for it may follow. */
  arrived(txid: BinaryString): void;
  /** Resolves when all that may follow now have been judged. */
  idle(): Promise<void>;
}

// A hundred peers could make thousands wait for one transaction: other work goes on in between.
const AT_ONCE = 32;

export function createOrphanRetry({ orphans, admission, rejected, log }: OrphanRetryDeps): OrphanRetry {
  const waiting = new Set<Orphan>();
  let pump: Promise<void> | null = null;

  const retry = async (orphan: Orphan): Promise<void> => {
    const sources = [...orphan.sources];
    // Pushed out, or dropped with its sender, while it stood in line.
    if (sources.length === 0 || orphans.get(orphan.wid) !== orphan) return;
    const tx = decodeKnown(orphan.bytes);
    const refused = await admission.admit({ tx, origin: 'peer', source: sources[0] });
    // It may wait for more than one.
    if (refused === null || refused.code === 'policy-orphan') return;
    orphans.remove(orphan.wid);
    rejected({ wid: hexOf(orphan.wid), txid: hexOf(orphan.txid), sources, violation: refused });
  };

  const run = async (): Promise<void> => {
    while (waiting.size > 0) {
      const some = [...waiting].slice(0, AT_ONCE);
      for (const orphan of some) waiting.delete(orphan);
      for (const result of await Promise.allSettled(some.map(retry))) {
        if (result.status === 'rejected')
          log.error('an orphan could not be judged', { error: result.reason });
      }
      if (waiting.size > 0) await nextTurn();
    }
  };

  return {
    arrived(txid) {
      if (orphans.size === 0) return;
      for (const orphan of orphans.waitingFor(txid)) waiting.add(orphan);
      if (waiting.size > 0)
        pump ??= run().finally(() => {
          pump = null;
        });
    },
    async idle() {
      while (pump) await pump;
    },
  };
}
