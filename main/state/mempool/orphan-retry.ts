import type { BinaryString } from '../../core/codec/binary.ts';
import type { Violation } from '../../core/violation.ts';
import type { Log } from '../../lib/log.ts';
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

/** Gives what takes up those that waited for a transaction, once that is in the pool or in a block. */
export function createOrphanRetry({
  orphans,
  admission,
  rejected,
  log,
}: OrphanRetryDeps): (txid: BinaryString) => void {
  const retry = async (orphan: Orphan): Promise<void> => {
    const sources = [...orphan.sources];
    const tx = decodeKnown(orphan.bytes);
    const refused = await admission.admit({ tx, origin: 'peer', source: sources[0] });
    // It may wait for more than one.
    if (refused === null || refused.code === 'policy-orphan') return;
    orphans.remove(orphan.wid);
    rejected({ wid: hexOf(orphan.wid), txid: hexOf(orphan.txid), sources, violation: refused });
  };

  return (txid) => {
    for (const orphan of orphans.waitingFor(txid)) {
      retry(orphan).catch((error: unknown) => log.error('an orphan could not be judged', { error }));
    }
  };
}
