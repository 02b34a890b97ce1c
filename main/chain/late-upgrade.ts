import type { Height } from '../../shared/units.ts';
import type { Log } from '../lib/log.ts';
import { CorruptError } from '../storage/corrupt-error.ts';
import type { Activator } from './activate-best-chain.ts';
import { readRebuildMark, writeRebuildMark } from './rebuild-mark.ts';

export interface LateUpgradeDeps {
  readonly directory: string;
  readonly log: Log;
  readonly activator: Activator;
  close(): Promise<void>;
}

/**
 * Takes the chain back to below a block that was checked before this program knew a rule (protocol.md §13), so that it is
 * checked again. False when what that needs is not here, as on a node that prunes: then the chain is closed, and opening
 * it again begins anew with the blocks that are.
 * @throws {KithError} when the world failed; the chain is closed then too.
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
    // Without the mark the next opening would come to this very place.
    if (!(error instanceof CorruptError) || (await readRebuildMark(directory)) === null) throw error;
    return false;
  }
}
