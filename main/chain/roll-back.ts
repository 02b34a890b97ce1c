import { equalBytes } from '../core/codec/bytes.ts';
import { toHex } from '../core/codec/hex.ts';
import type { Hash } from '../core/crypto/hash.ts';
import { decodeUndo, type UndoRecord } from '../core/ledger/undo-record.ts';
import type { Coin } from '../core/primitives/coin.ts';
import type { CoinKey } from '../core/primitives/coin-key.ts';
import { decodeHeader, type Header } from '../core/primitives/header.ts';
import { HEADER_BYTES } from '../core/primitives/limits.ts';
import { isViolation } from '../core/violation.ts';
import type { Log } from '../lib/log.ts';
import type { Height } from '../../shared/units.ts';
import type { ChainDb } from '../storage/chain-db.ts';
import { CorruptError } from '../storage/corrupt-error.ts';
import { coinSumAfter } from '../storage/coin-sum.ts';
import type { HeaderRecord } from '../storage/header-record.ts';
import { key } from '../storage/keys.ts';
import type { ChainState } from '../storage/state-record.ts';
import type { BlockStore } from './block-store.ts';
import type { HeaderIndex } from './header-index.ts';

export interface RollBackDeps {
  readonly db: ChainDb;
  readonly bodies: BlockStore;
  readonly log: Log;
}

/**
 * Undo records in the database, by block id in hex: those of blocks connected after the last sync of the segment files.
 */
type Kept = ReadonlyMap<string, Uint8Array>;

/** Maximum depth to which blocks are disconnected when their bodies were lost for another reason than a power failure. */
const MAX_LOST_BLOCKS = 288;

/**
 * Disconnects blocks down to the newest one whose body is stored. Called before any other use of the database. After a
 * power failure the database can be ahead of the segment files, because the operating system may write files in any
 * order. The disconnected blocks are requested from peers again. Cost: reads the bodies of the last seconds before the
 * failure.
 */
export async function rollBack(deps: RollBackDeps, state: ChainState, kept: Kept): Promise<ChainState> {
  const lost = await findLost(deps, state, kept);
  let at = state;
  for (const each of lost) at = await disconnectLost(deps.db, each, at);
  if (lost.length > 0) {
    deps.log.warn('blocks whose bodies are not stored were disconnected', {
      from: at.height + 1,
      to: state.height,
    });
  }
  return at;
}

/**
 * Writes undo records of the database to undo/ if they are missing or corrupt there, and syncs everything to the disk.
 * The database need not keep them afterwards.
 */
export async function settleUndo(
  { db, bodies }: RollBackDeps,
  index: HeaderIndex,
  kept: Kept,
): Promise<void> {
  if (kept.size === 0) return;
  const unsynced = db.unsynced();
  for (const [id, record] of kept) {
    const entry = index.get(id);
    if (entry?.status !== 'connected') continue;
    const stored = entry.undo && (await bodies.undo.read(entry.undo));
    if (stored && equalBytes(stored, record)) continue;
    entry.undo = { ...(await bodies.undo.append(record)), format: 2 };
    await db.putHeaders([index.recordOf(entry)]);
  }
  await bodies.sync();
  await db.sync(unsynced);
}

interface LostBlock {
  readonly height: Height;
  readonly id: Hash;
  readonly record: HeaderRecord;
  readonly header: Header;
  readonly undo: UndoRecord;
  /** Whether this body is stored, although that of an earlier block is lost. */
  readonly whole: boolean;
}

/** The blocks to disconnect, newest first, down to the lowest one whose body is lost. */
async function findLost({ db, bodies }: RollBackDeps, state: ChainState, kept: Kept): Promise<LostBlock[]> {
  const seen: LostBlock[] = [];
  const base = db.base()?.height ?? 0;
  // Numbers of blocks with an undo record in the database, and of blocks with one in undo/.
  let [unsynced, synced] = [0, 0];
  let id = state.tip;
  for (let { height } = state; height > base; height--) {
    const record = db.header(height, id);
    const header = record && decodeHeader(record.header);
    if (!record || !header || isViolation(header)) throw new CorruptError(`the header of block ${height}`);
    const whole = await isStored(record, id, bodies);
    const copy = kept.get(toHex(id));
    if (!copy && whole) return seen.slice(0, Math.max(unsynced, synced));
    const undo = copy ? decodeUndo(copy) : await undoFrom(record, bodies);
    // A block without an undo record cannot be disconnected: its lost body becomes a gap, which peers may fill.
    if (!undo || seen.length - unsynced > MAX_LOST_BLOCKS) return seen.slice(0, unsynced);
    seen.push({ height, id, record, header, undo, whole });
    if (copy && !whole) unsynced = seen.length;
    if (!copy) synced = seen.length;
    id = header.prev;
  }
  return seen.slice(0, Math.max(unsynced, synced));
}

async function isStored({ body }: HeaderRecord, id: Hash, { blocks }: BlockStore): Promise<boolean> {
  const bytes = body && (await blocks.read(body));
  const header = bytes && decodeHeader(bytes.subarray(0, HEADER_BYTES));
  return header !== null && !isViolation(header) && equalBytes(header.id, id);
}

async function undoFrom({ undo }: HeaderRecord, bodies: BlockStore): Promise<UndoRecord | null> {
  const bytes = undo?.format === 2 ? await bodies.undo.read(undo) : null;
  return bytes && decodeUndo(bytes);
}

async function disconnectLost(db: ChainDb, block: LostBlock, state: ChainState): Promise<ChainState> {
  const { height, id, record, header, undo, whole } = block;
  const changes = new Map<CoinKey, Coin | null>(undo.created.map((key) => [key, null]));
  for (const [outpoint, coin] of undo.spent) changes.set(outpoint, coin);
  const [issued, burned] = [state.issued - undo.issued, state.burned - undo.burned];
  const next: ChainState = {
    tip: header.prev,
    height: height - 1,
    commit: state.commit + 1,
    coins: state.coins + undo.spent.size - undo.created.length,
    total: issued - burned,
    issued,
    burned,
    coinSum: coinSumAfter(state.coinSum, { created: undo.spent.keys(), spent: undo.created }),
  };
  // A header without body and children is deleted: if no peer has the block, the node would wait for its body
  // forever.
  const forget = !whole && !(await hasChild(db, height, id));
  const at = key.header(height, id);
  const left: HeaderRecord = whole
    ? { ...record, undo: null }
    : { ...record, status: 'header', transactions: 0, body: null, undo: null };
  await db.commit({
    coins: changes,
    headers: forget ? [] : [{ key: at, record: left }],
    forgotten: forget ? [at] : [],
    disconnected: [{ height, id }],
    state: next,
  });
  return next;
}

async function hasChild(db: ChainDb, height: Height, id: Hash): Promise<boolean> {
  for (const { record } of await db.headersAt(height + 1)) {
    const header = decodeHeader(record.header);
    if (!isViolation(header) && equalBytes(header.prev, id)) return true;
  }
  return false;
}
