import { undo } from '../../core/ledger/delta.ts';
import { deltaOf } from '../../core/ledger/undo-record.ts';
import type { Coin } from '../../core/primitives/coin.ts';
import type { CoinKey } from '../../core/primitives/coin-key.ts';
import type { Bodies } from '../chain/bodies.ts';
import type { OwnedEntry } from '../chain/header-entry.ts';
import { DamagedError } from '../storage/damaged-error.ts';

/** What has to change in the coin set of `tip` to get the one of `ancestor`; null = the coin isn't there yet. */
export type Rewind = ReadonlyMap<CoinKey, Coin | null>;

/**
 * Undoes the blocks between, newest first, in memory: how a snapshot is rebuilt when the frozen one died with the
 * process. @throws {DamagedError} when a body or an undo record is gone.
 */
export async function rewindTo(ancestor: OwnedEntry, tip: OwnedEntry, bodies: Bodies): Promise<Rewind> {
  const changes = new Map<CoinKey, Coin | null>();
  for (let at = tip; at !== ancestor; at = at.prev!) {
    const block = at.body && (await bodies.read(at.id, at.body));
    const record = at.undo && (await bodies.undo.read(at.undo));
    const delta = block && record && deltaOf(block, record);
    if (!delta) throw new DamagedError(`what is needed to take back block ${at.height}`);
    const back = undo(delta);
    for (const key of back.spent.keys()) changes.set(key, null);
    for (const [key, coin] of back.created) changes.set(key, coin);
  }
  return changes;
}
