import type { Height } from '../../shared/units.ts';
import type { ActiveRules } from '../core/ledger/spend.ts';
import type { Log } from '../lib/log.ts';
import { CorruptError } from '../storage/corrupt-error.ts';
import type { Activator } from './activate-best-chain.ts';
import { encodeRules } from './active-rules.ts';
import type { IndexedChain } from './chain-line.ts';
import type { OwnedEntry } from './header-entry.ts';
import { readRebuildMark, writeRebuildMark } from './rebuild-mark.ts';

export interface CheckedRules {
  readonly active: IndexedChain<OwnedEntry>;
  /** Number of blocks in one version bits period. */
  readonly period: number;
  rulesFor(parent: OwnedEntry): ActiveRules;
  readonly from: Height;
}

/**
 * The lowest height, not below `from`, whose block was checked under other rules than this version has for it; null
 * when there is none. Rules change only at the start of a period, so only those blocks are examined.
 */
export function firstOutdated({ active, period, rulesFor, from }: CheckedRules): Height | null {
  for (let height = from; height <= active.tip.height; height = nextPeriod(height, period)) {
    const entry = active.at(height)!;
    if (entry.rules !== encodeRules(rulesFor(entry.prev!))) return height;
  }
  return null;
}

function nextPeriod(height: Height, period: number): Height {
  return (Math.floor(height / period) + 1) * period;
}

export interface LateUpgradeDeps {
  readonly directory: string;
  readonly log: Log;
  readonly activator: Activator;
  close(): Promise<void>;
}

/**
 * Disconnects blocks down to the first one that an older version checked without a new rule (protocol.md §13), so that
 * they are checked again. Returns false when an undo record is missing (for example on a node that prunes) or corrupt. The
 * chain is closed then, and the next opening rebuilds it from the stored blocks.
 * @throws {KithError} on a failure of the disk; the chain is closed then too.
 */
export async function recheckFrom(height: Height, deps: LateUpgradeDeps): Promise<boolean> {
  const { directory, log, activator, close } = deps;
  log.warn('blocks were checked before this program knew a rule: checking them again', { from: height });
  try {
    await activator.rewindTo(height - 1);
    return true;
  } catch (error) {
    if (error instanceof CorruptError) writeRebuildMark(directory, error.message);
    await close();
    // Without the rebuild mark the next opening would fail in the same way.
    if (!(error instanceof CorruptError) || (await readRebuildMark(directory)) === null) throw error;
    return false;
  }
}
