import { toHex } from '../core/codec/hex.ts';
import type { Height } from '../../shared/units.ts';
import { decodeBlock } from '../core/primitives/block.ts';
import { isViolation } from '../core/violation.ts';
import type { Network } from '../core/params/network.ts';
import { checkCommitment, loadCoins, SnapshotRefused } from './load-snapshot.ts';
import type { ChainDb } from '../storage/chain-db.ts';
import type { ChainState } from '../storage/state-record.ts';
import type { Activator } from './activate-best-chain.ts';
import type { BlockStore } from './block-store.ts';
import type { Chain } from './chain.ts';
import type { IndexedChain } from './chain-line.ts';
import { ancestorAt, type OwnedEntry } from './header-entry.ts';
import type { HeaderIndex } from './header-index.ts';

export interface SnapshotStartDeps {
  readonly network: Network;
  readonly db: ChainDb;
  readonly index: HeaderIndex;
  readonly active: IndexedChain<OwnedEntry>;
  readonly activator: Activator;
}

/** See Chain.loadSnapshot. */
export function startFromSnapshot(
  deps: SnapshotStartDeps,
  folder: string,
  committing: Uint8Array,
): Promise<void> {
  // No block may be connected meanwhile: it would be checked against the wrong UTXO set.
  return deps.activator.exclusively(() => load(deps, folder, committing));
}

async function load(deps: SnapshotStartDeps, folder: string, committing: Uint8Array): Promise<void> {
  const { db, index, active, activator, network } = deps;
  if (active.tip.height !== 0) throw new SnapshotRefused('blocks are connected already');
  const { manifest, blockId } = await checkCommitment(folder, committing, network.params);
  const base = baseOf(deps, blockId, manifest.facts.height);
  if (base.id !== toHex(manifest.facts.blockId) || toHex(manifest.facts.networkId) !== network.idHex) {
    throw new SnapshotRefused('it is of another chain');
  }
  try {
    const { coins, total, coinSum } = await loadCoins(folder, manifest, db);
    // The burned total is unknown until the history is checked. Until then issued equals the total of all coins.
    const counts = { coins, total, issued: total, burned: 0, coinSum };
    const state: ChainState = {
      tip: manifest.facts.blockId,
      height: base.height,
      commit: activator.state.commit + 1,
      ...counts,
    };
    const path = pathTo(base);
    for (const entry of path) {
      entry.status = 'connected';
      index.markPruned(entry);
    }
    const id = manifest.facts.blockId;
    await db.finishLoading(
      state,
      path.map((entry) => index.recordOf(entry)),
      { height: base.height, id },
    );
    await db.putEpochRoot(base.height, id, manifest.root);
    active.moveTo(base);
    activator.setSnapshotTip(state);
  } catch (error) {
    await db.undoLoading();
    throw error;
  }
}

/** The block of the snapshot. Only if the block that carries its root is on the best chain and buried by an epoch. */
function baseOf({ index, network }: SnapshotStartDeps, committing: string, height: number): OwnedEntry {
  const entry = index.get(committing);
  if (!entry || !index.best.has(entry))
    throw new SnapshotRefused('the block that names it is not on the best chain');
  if (index.best.tip.height - entry.height < network.params.epoch) {
    throw new SnapshotRefused('the block that names it is not buried deep enough');
  }
  return ancestorAt(entry, height);
}

/** The entries from height 1 to `entry`, lowest first. */
function pathTo(entry: OwnedEntry): OwnedEntry[] {
  const path: OwnedEntry[] = [];
  for (let at = entry; at.prev !== null; at = at.prev) path.push(at);
  return path.reverse();
}

const HEADERS_PER_BATCH = 2000;

/** The second chain, which checked the history. */
type History = Pick<Chain, 'totals' | 'atHeight'>;

/** See Chain.confirmHistory. */
export function confirmHistory(deps: SnapshotStartDeps, past: History): Promise<void> {
  // A running commit would overwrite the totals with its own totals.
  return deps.activator.exclusively(() => confirm(deps, past));
}

async function confirm({ db, index, active, activator }: SnapshotStartDeps, past: History): Promise<void> {
  const changed = takeRules(active, past, db.base()?.height ?? 0);
  for (let i = 0; i < changed.length; i += HEADERS_PER_BATCH)
    await db.putHeaders(changed.slice(i, i + HEADERS_PER_BATCH).map((entry) => index.recordOf(entry)));
  const { burned } = past.totals();
  const { state } = activator;
  activator.setSnapshotTip({ ...state, issued: state.issued + burned, burned: state.burned + burned });
  await db.forgetBase(activator.state);
}

/**
 * Copies the rules under which the blocks below the snapshot were checked, and returns the changed entries. Without
 * this they would seem to be checked under older rules, and without undo records they cannot be disconnected.
 */
function takeRules(active: IndexedChain<OwnedEntry>, past: History, base: Height): OwnedEntry[] {
  const changed: OwnedEntry[] = [];
  for (let height = 1; height <= base; height++) {
    const entry = active.at(height)!;
    const { rules } = past.atHeight(height)!;
    if (entry.rules === rules) continue;
    entry.rules = rules;
    changed.push(entry);
  }
  return changed;
}

export interface KeepBodyDeps extends Pick<SnapshotStartDeps, 'db' | 'index' | 'active'> {
  readonly bodies: Pick<BlockStore, 'blocks'>;
  readonly keepsAll: boolean;
}

/** See Chain.keepBody. */
export async function keepBody(
  { db, index, active, bodies, keepsAll }: KeepBodyDeps,
  bytes: Uint8Array,
): Promise<void> {
  const block = keepsAll ? decodeBlock(bytes) : null;
  if (block === null || isViolation(block)) return;
  const entry = index.get(block.header.idHex);
  const base = db.base()?.height ?? 0;
  if (!entry || entry.body || entry.height > base || !active.has(entry)) return;
  const at = await bodies.blocks.append(bytes);
  index.markStored(entry, at, block.transactions.length);
  await db.putHeaders([index.recordOf(entry)]);
}
