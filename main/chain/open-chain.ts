import { join } from 'node:path';
import { equalBytes } from '../core/codec/bytes.ts';
import { toHex } from '../core/codec/hex.ts';
import type { Network } from '../core/params/network.ts';
import { readKnownHeader } from '../core/primitives/header.ts';
import type { Log } from '../lib/log.ts';
import { type ChainDb, openChainDb } from '../storage/chain-db.ts';
import { CorruptError } from '../storage/corrupt-error.ts';
import type { HeaderRecord, SegmentLocation } from '../storage/header-record.ts';
import type { SegmentStore } from '../storage/segments.ts';
import type { ChainState } from '../storage/state-record.ts';
import { type BlockStore, openBlockStore } from './block-store.ts';
import { IndexedChain } from './chain-line.ts';
import type { OwnedEntry } from './header-entry.ts';
import { HeaderIndex } from './header-index.ts';
import { demandRebuild, readRebuildMark, removeRebuildMark } from './rebuild-mark.ts';
import { rollBack, settleUndo } from './roll-back.ts';
import {
  adoptNewest,
  rebuildIndex,
  removeDatabaseAside,
  setDatabaseAside,
  type StoredBlock,
} from './rebuild.ts';

export interface OpenDeps {
  readonly network: Network;
  readonly directory: string;
  readonly log: Log;
  readonly segmentBytes?: number;
  readonly levelBufferBytes?: number;
}

/** The files of the chain, loaded and consistent. */
export interface OpenedChain {
  readonly db: ChainDb;
  readonly bodies: BlockStore;
  readonly index: HeaderIndex;
  readonly state: ChainState;
  readonly active: IndexedChain<OwnedEntry>;
  /** Bodies that a rebuild found on the disk without their headers, by block id. */
  readonly found: Map<string, StoredBlock>;
  /** See Chain.rebuiltBecause. */
  readonly rebuiltBecause: string | null;
}

/**
 * Opens the files of a chain. A missing or corrupt database is renamed to `chain.damaged` and rebuilt from the stored blocks; blocks
 * that are not stored are requested from peers.
 * @throws {KithError} `storage-unusable`, `storage-schema`, `storage-other-network`, `disk-full`
 */
export async function openChainState(deps: OpenDeps): Promise<OpenedChain> {
  const bodies = await openBlockStore(deps.directory, deps.segmentBytes);
  try {
    const asked = await readRebuildMark(deps.directory);
    if (asked !== null)
      deps.log.warn('the chain is rebuilt from the stored blocks, as requested before', { asked });
    const opened = asked ?? (await openHealthy(deps, bodies));
    return typeof opened === 'string' ? await openRebuilt(deps, bodies, opened) : opened;
  } catch (error) {
    await bodies.close();
    throw error;
  }
}

const databaseDirectory = (deps: OpenDeps): string => join(deps.directory, 'chain');

/** The opened chain, or the reason why the database must be rebuilt. */
async function openHealthy(deps: OpenDeps, bodies: BlockStore): Promise<OpenedChain | string> {
  let db: ChainDb | null = null;
  try {
    db = await openChainDb(databaseDirectory(deps), deps.network.id, deps.levelBufferBytes);
    await db.undoLoading();
    const stored = db.readState();
    if (stored === null && bodies.blocks.segments().length > 0)
      throw new CorruptError('it is missing, but blocks are stored');
    const index = new HeaderIndex(deps.network.genesis.header);
    if (stored === null) return await begin(deps, db, bodies, index);
    await db.checkMarks(stored.commit);
    const kept = await db.unsyncedUndo();
    const repair = { db, bodies, log: deps.log };
    const state = await rollBack(repair, stored, kept);
    await loadHeaders(db, index, bodies);
    await settleUndo(repair, index, kept);
    const active = activeLine(index, state);
    const { found, unlinked } = await adoptNewest(index, db, bodies);
    await removeDatabaseAside(databaseDirectory(deps));
    if (found > 0) deps.log.warn('blocks are stored that the database does not contain', { blocks: found });
    return { db, bodies, index, state, active, found: unlinked, rebuiltBecause: null };
  } catch (error) {
    await db?.close();
    if (!(error instanceof CorruptError)) throw error;
    deps.log.warn('the chain database is corrupt and will be rebuilt from the stored blocks', {
      cause: error.message,
    });
    return error.message;
  }
}

async function openRebuilt(deps: OpenDeps, bodies: BlockStore, why: string): Promise<OpenedChain> {
  demandRebuild(deps.directory, why);
  await setDatabaseAside(databaseDirectory(deps));
  const db = await openChainDb(databaseDirectory(deps), deps.network.id, deps.levelBufferBytes);
  try {
    const index = new HeaderIndex(deps.network.genesis.header);
    const opened = await begin(deps, db, bodies, index);
    const { found, unlinked } = await rebuildIndex(index, db, bodies);
    await db.sync();
    await removeRebuildMark(deps.directory);
    deps.log.info('rebuilding the chain from stored blocks', { blocks: found, unlinked: unlinked.size });
    return { ...opened, found: unlinked, rebuiltBecause: why };
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** The state of a chain with only its genesis block, whose outputs create no coins. */
async function begin(
  deps: OpenDeps,
  db: ChainDb,
  bodies: BlockStore,
  index: HeaderIndex,
): Promise<OpenedChain> {
  const empty = { height: 0, coins: 0, total: 0, issued: 0, burned: 0, coinSum: 0 };
  const state: ChainState = { tip: deps.network.id, commit: 1, ...empty };
  await db.commit({ coins: new Map(), headers: [index.recordOf(index.genesis)], state });
  return {
    db,
    bodies,
    index,
    state,
    active: activeLine(index, state),
    found: new Map(),
    rebuiltBecause: null,
  };
}

async function loadHeaders(db: ChainDb, index: HeaderIndex, bodies: BlockStore): Promise<void> {
  // The parent of a header is nearly always the header of the record before.
  let last = index.genesis;
  let lastId = index.idBytes(last);
  for await (const some of db.headers()) {
    for (const { id, record } of some) {
      const header = readKnownHeader(record.header, toHex(id));
      if (!header) throw new CorruptError('a header');
      if (header.height === 0) continue;
      const prev = equalBytes(header.prev, lastId) ? last : index.get(toHex(header.prev));
      if (!prev) throw new CorruptError(`the header before ${header.height}`);
      const kept = withoutLost(record, bodies);
      last = index.add(header, prev, kept.status === 'invalid');
      lastId = id;
      restore(last, kept, index);
    }
  }
}

function restore(entry: OwnedEntry, record: HeaderRecord, index: HeaderIndex): void {
  entry.rules = record.rules;
  entry.undo = record.undo;
  entry.transactions = record.transactions;
  // `add` has marked it already: the record or an ancestor is invalid.
  if (entry.status === 'invalid') return;
  entry.status = record.status;
  if (record.body) index.markStored(entry, record.body, record.transactions);
  else if (record.status === 'connected') index.markPruned(entry);
}

/**
 * The record without locations in files that are missing or too short, because new records will use those locations.
 */
function withoutLost(record: HeaderRecord, { blocks, undo }: BlockStore): HeaderRecord {
  const kept = <At extends SegmentLocation>(at: At | null, store: SegmentStore): At | null => {
    if (at) store.leave(at.segment);
    return at && store.holds(at) ? at : null;
  };
  const [body, back] = [kept(record.body, blocks), kept(record.undo, undo)];
  if (body === record.body && back === record.undo) return record;
  const status = record.status === 'stored' && !body ? 'header' : record.status;
  return { ...record, status, body, undo: back, transactions: record.transactions };
}

function activeLine(index: HeaderIndex, state: ChainState): IndexedChain<OwnedEntry> {
  const tip = index.get(toHex(state.tip));
  if (tip?.height !== state.height) throw new CorruptError('its tip has no header');
  // LevelDB returned an older record than the one that connecting the block wrote.
  for (let at: OwnedEntry | null = tip; at !== null; at = at.prev)
    if (at.status !== 'connected') throw new CorruptError(`the record of block ${at.height}`);
  const active = new IndexedChain<OwnedEntry>();
  active.moveTo(tip);
  return active;
}
