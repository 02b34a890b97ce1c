import type { Height } from '../../shared/units.ts';
import { toHex } from '../core/codec/hex.ts';
import { Reader } from '../core/codec/reader.ts';
import { Writer } from '../core/codec/writer.ts';
import type { Hash } from '../core/crypto/hash.ts';
import type { Coin } from '../core/primitives/coin.ts';
import { type CoinKey, coinKey, showCoinKey } from '../core/primitives/coin-key.ts';
import { crashPoint, type WriteKind } from '../lib/crash-point.ts';
import { createWriteLine } from '../lib/write-line.ts';
import { openRecord, sealPayload } from './checksum.ts';
import { decodeCoin } from './coin-record.ts';
import { type CoinChanges, createCoinWriter } from './coin-writer.ts';
import { CorruptError } from './corrupt-error.ts';
import { freezeCoins, type FrozenCoins } from './frozen-coins.ts';
import { createUnsyncedUndo, type BlockUndo, type Unsynced } from './unsynced-undo.ts';
import { decodeHeaderRecord, encodeHeaderRecord, type HeaderRecord } from './header-record.ts';
import { headersAt, idInKey, key, COMMIT_MARKS, PREFIX, rangeOf } from './keys.ts';
import { entries, type Level, levelFailed, readRange, readValue } from './level-access.ts';
import { syncLevel } from './sync-level.ts';
import { openChainLevel } from './open-level.ts';
import { type ChainState, decodeState, encodeState } from './state-record.ts';

/** The changes of one atomic batch. */
export interface ChainCommit {
  readonly coins: CoinChanges;
  readonly headers: readonly { readonly key: Uint8Array; readonly record: HeaderRecord }[];
  readonly state: ChainState;
  /** The undo records of the connected blocks. They stay in the database until `sync` releases them. */
  readonly undo?: readonly BlockUndo[];
  readonly disconnected?: readonly Pick<BlockUndo, 'height' | 'id'>[];
  /** Keys of header records to delete. */
  readonly forgotten?: readonly Uint8Array[];
}

/** The headers, coins and tip of one chain in LevelDB. Each record has its own checksum. */
export interface ChainDb {
  /** Null in a new database. @throws {CorruptError} */
  readState(): ChainState | null;
  /** All headers, parents before children, in batches of up to a thousand. @throws {CorruptError} */
  headers(): AsyncGenerator<readonly StoredHeader[]>;
  /** The record of one header, or undefined. @throws {CorruptError} */
  header(height: Height, id: Hash): HeaderRecord | undefined;
  headersAt(height: Height): Promise<readonly StoredHeader[]>;
  /**
   * The coin; undefined when there is none. About 3 µs from the cache of LevelDB.
   * @throws {CorruptError} when the record exists but is corrupt.
   */
  coin(outpoint: CoinKey): Coin | undefined;
  /**
   * Whether the coin exists. Uses an iterator, which also finds coins that a corrupt Bloom filter hides, but is slower.
   */
  findCoin(outpoint: CoinKey): Promise<boolean>;
  /**
   * The height of the block with this transaction. Null if none of its outputs is unspent.
   * @throws {CorruptError}
   */
  heightOf(txid: Hash): Promise<Height | null>;
  /** A consistent view of the current UTXO set, which stays the same while the set changes. Free it with `release`. */
  freeze(): FrozenCoins;
  /** The snapshot root at a block; null if it was never computed. */
  epochRoot(height: Height, id: Hash): Hash | null;
  putEpochRoot(height: Height, id: Hash, root: Hash): Promise<void>;
  /** Marks that the coins of a snapshot are being written. Until `finishLoading` these coins belong to no state. */
  beginLoading(): Promise<void>;
  loadCoins(coins: ReadonlyMap<CoinKey, Coin>): Promise<void>;
  /** Compacts the coins for fast reads after many were written. Takes some seconds for a million. */
  compactCoins(): Promise<void>;
  /** Writes the state of the loaded coins, the block of their snapshot and these headers in one batch. */
  finishLoading(state: ChainState, headers: ChainCommit['headers'], base: SnapshotBase): Promise<void>;
  /** Removes the coins of a loading that did not finish. Does nothing if there is none. */
  undoLoading(): Promise<void>;
  /** The block whose snapshot this chain began with; null when it began with genesis. */
  base(): SnapshotBase | null;
  /** Removes the base after the history check. From now on the chain counts as one that began with genesis. */
  forgetBase(state: ChainState): Promise<void>;
  /** Marks the database as unusable, so that the next opening creates it again. */
  giveUp(): Promise<void>;
  putHeaders(headers: ChainCommit['headers']): Promise<void>;
  commit(commit: ChainCommit): Promise<void>;
  /**
   * The undo records that the database had when it was opened, by block id in hex. They belong to the newest blocks,
   * whose bodies and undo records in the segment files may not have reached the disk.
   */
  unsyncedUndo(): Promise<ReadonlyMap<string, Uint8Array>>;
  /** The undo records in the database at this moment. Pass them to `sync` after the segment files were synced. */
  unsynced(): Unsynced;
  /**
   * Waits until everything committed so far is on the disk, then releases these undo records. `released` must have been
   * taken before blocks/ and undo/ were synced.
   */
  sync(released?: Unsynced): Promise<void>;
  /**
   * Checks that no batch before this commit number is missing, because LevelDB drops corrupt parts of its log silently.
   * @throws {CorruptError} when one is missing
   */
  checkMarks(commit: number): Promise<void>;
  close(): Promise<void>;
}

/** The record of a header with its block id, which the checksum of the record covers. */
export interface StoredHeader {
  readonly id: Hash;
  readonly record: HeaderRecord;
}

/** The block with whose snapshot this chain began, instead of connecting the blocks below it. */
export interface SnapshotBase {
  readonly height: Height;
  readonly id: Hash;
}

/**
 * @throws {KithError} `storage-schema` for a database of a newer program, `storage-other-network`,
 * `storage-unusable` when the directory cannot be used, {@link CorruptError} when the database is corrupt.
 */
export async function openChainDb(
  directory: string,
  networkId: Uint8Array,
  bufferBytes?: number,
): Promise<ChainDb> {
  return chainDbOf(await openChainLevel(directory, networkId, bufferBytes));
}

function chainDbOf(level: Level): ChainDb {
  const line = createWriteLine((error) => levelFailed(error, 'writing'));
  const store: Store = {
    level,
    writeCoins: createCoinWriter(),
    undo: createUnsyncedUndo(),
    newest: { record: null, height: 0 },
    inOrder: (kind, write) =>
      line.write(async () => {
        await write();
        crashPoint(kind);
      }),
    forced: () => syncLevel(level.location),
  };
  return {
    ...createReads(level),
    ...createCommits(store),
    ...createSyncing(store),
    ...createLoading(store),
    async close() {
      await line.idle();
      await level.close();
    },
  };
}

/** What all writes of one database share. */
interface Store {
  readonly level: Level;
  readonly writeCoins: ReturnType<typeof createCoinWriter>;
  readonly undo: ReturnType<typeof createUnsyncedUndo>;
  /** The newest record of the state, and its height. */
  readonly newest: { record: Uint8Array | null; height: number };
  /** Runs the writes one at a time, in the order of the calls. */
  inOrder(kind: WriteKind, write: () => Promise<void>): Promise<void>;
  /**
   * Call it after a synced write, which syncs only the newest log of LevelDB. This syncs the rest, so that one small
   * synced record makes every earlier write durable.
   */
  forced(): Promise<void>;
}

function readHeader(at: Uint8Array, value: Uint8Array): HeaderRecord {
  const payload = openRecord(at, value);
  const record = payload && decodeHeaderRecord(payload);
  if (!record) throw new CorruptError('a header');
  return record;
}

type Batch = ReturnType<Level['batch']>;

function putHeader(batch: Batch, { key: at, record }: ChainCommit['headers'][number]): void {
  batch.put(at, sealPayload(at, encodeHeaderRecord(record)));
}

function putMark(batch: Batch, commit: number): void {
  const at = key.mark(commit);
  batch.put(at, sealPayload(at, markBytes(commit)));
}

/**
 * Adds the state to a batch. Every batch that changes the state uses this function, because `sync` writes the newest
 * record again.
 */
function putState({ newest }: Store, batch: Batch, state: ChainState): void {
  newest.record = sealPayload(key.state, encodeState(state));
  batch.put(key.state, newest.record);
}

type Reads = Pick<
  ChainDb,
  | 'headers'
  | 'header'
  | 'headersAt'
  | 'coin'
  | 'findCoin'
  | 'heightOf'
  | 'freeze'
  | 'epochRoot'
  | 'base'
  | 'checkMarks'
>;

function createReads(level: Level): Reads {
  return {
    async *headers() {
      for await (const some of entries(level, PREFIX.header)) {
        yield some.map(([at, value]) => ({ id: idInKey(at), record: readHeader(at, value) }));
      }
    },
    header(height, id) {
      const at = key.header(height, id);
      const value = readValue(level, at);
      return value && readHeader(at, value);
    },
    async headersAt(height) {
      const found = await readRange(level, headersAt(height));
      return found.map(([at, value]) => ({ id: idInKey(at), record: readHeader(at, value) }));
    },
    coin(outpoint) {
      const at = key.coin(outpoint);
      const record = readValue(level, at);
      if (record === undefined) return undefined;
      const payload = openRecord(at, record);
      const coin = payload && decodeCoin(payload);
      if (!coin) throw new CorruptError(`the coin ${showCoinKey(outpoint)}`);
      return coin;
    },
    async findCoin(outpoint) {
      const at = key.coin(outpoint);
      return (await readRange(level, { gte: at, lte: at, limit: 1 })).length > 0;
    },
    async heightOf(txid) {
      const from = key.coin(coinKey({ txid, index: 0 }));
      const to = key.coin(coinKey({ txid, index: 0xffff_ffff }));
      for (const [at, record] of await readRange(level, { gte: from, lte: to, limit: 1 })) {
        const payload = openRecord(at, record);
        const coin = payload && decodeCoin(payload);
        if (!coin) throw new CorruptError('a coin');
        return coin.height;
      }
      return null;
    },
    freeze: () => freezeCoins(level),
    epochRoot(height, id) {
      const at = key.epoch(height, id);
      const record = readValue(level, at);
      return record === undefined ? null : openRecord(at, record);
    },
    base() {
      const record = readValue(level, key.base);
      const payload = record && openRecord(key.base, record);
      if (record !== undefined && payload?.length !== 36)
        throw new CorruptError('the record of its snapshot base');
      if (!payload) return null;
      const reader = new Reader(payload);
      return { height: reader.u32(), id: reader.bytes(32).slice() };
    },
    async checkMarks(commit) {
      for (let number = Math.max(1, commit - COMMIT_MARKS + 1); number <= commit; number++) {
        const mark = key.mark(number);
        const record = readValue(level, mark);
        const payload = record && openRecord(mark, record);
        if (!payload || toHex(payload) !== toHex(markBytes(number)))
          throw new CorruptError(`batch ${number} is missing`);
        if (number % 512 === 0) await new Promise(setImmediate);
      }
    },
  };
}

/** Reads and writes the state of the chain and the records that change with it. */
function createCommits(store: Store): Pick<ChainDb, 'readState' | 'putEpochRoot' | 'putHeaders' | 'commit'> {
  const { level, writeCoins, undo, newest, inOrder } = store;
  return {
    readState() {
      const record = readValue(level, key.state);
      if (record === undefined) return null;
      const payload = openRecord(key.state, record);
      const state = payload && decodeState(payload);
      if (!state) throw new CorruptError('its tip');
      newest.record = record;
      newest.height = state.height;
      return state;
    },
    putEpochRoot(height, id, root) {
      const at = key.epoch(height, id);
      return inOrder('snapshot root', () => level.put(at, sealPayload(at, root)));
    },
    async putHeaders(headers) {
      const batch = level.batch();
      for (const header of headers) putHeader(batch, header);
      await inOrder('header records', () => batch.write());
    },
    async commit({ coins, headers, state, undo: connected = [], disconnected = [], forgotten = [] }) {
      const batch = level.batch();
      writeCoins(batch, coins);
      for (const header of headers) putHeader(batch, header);
      for (const at of forgotten) batch.del(at);
      for (const each of connected) undo.put(batch, each);
      for (const each of disconnected) undo.remove(batch, each);
      putMark(batch, state.commit);
      putState(store, batch, state);
      const kind =
        state.height === 0
          ? 'first state'
          : state.height > newest.height
            ? 'connected blocks'
            : 'disconnected block';
      newest.height = state.height;
      await inOrder(kind, () => batch.write());
    },
  };
}

/** Syncs to the disk, and releases the undo records that are kept until then. */
function createSyncing(store: Store): Pick<ChainDb, 'unsyncedUndo' | 'unsynced' | 'sync'> {
  const { level, undo, newest, inOrder, forced } = store;
  return {
    async unsyncedUndo() {
      const found = new Map<string, Uint8Array>();
      for await (const some of entries(level, PREFIX.undo)) {
        for (const [at, value] of some) {
          const payload = openRecord(at, value);
          if (!payload) throw new CorruptError('an undo record');
          found.set(toHex(idInKey(at)), payload.slice());
          undo.found(at);
        }
      }
      return found;
    },
    unsynced: () => undo.now(),
    async sync(released = []) {
      if (newest.record === null) return;
      const batch = level.batch();
      batch.put(key.state, newest.record);
      undo.release(batch, released);
      await inOrder('synced state', () => batch.write({ sync: true }).then(forced));
    },
  };
}

type Loading = Pick<
  ChainDb,
  'beginLoading' | 'loadCoins' | 'compactCoins' | 'finishLoading' | 'undoLoading' | 'forgetBase' | 'giveUp'
>;

/** Loads the coins of a snapshot, and removes the base after the history check. */
function createLoading(store: Store): Loading {
  const { level, writeCoins, newest, inOrder, forced } = store;
  return {
    beginLoading: () =>
      inOrder('coins of a snapshot', () =>
        level.put(key.loading, sealPayload(key.loading, Uint8Array.of(1)), { sync: true }).then(forced),
      ),
    loadCoins(coins) {
      const batch = level.batch();
      writeCoins(batch, coins);
      return inOrder('coins of a snapshot', () => batch.write());
    },
    compactCoins() {
      const { gte, lt } = rangeOf(PREFIX.coin);
      return level.compactRange(gte, lt);
    },
    finishLoading(state, headers, { height, id }) {
      const batch = level.batch();
      for (const header of headers) putHeader(batch, header);
      putMark(batch, state.commit);
      putState(store, batch, state);
      batch.put(key.base, sealPayload(key.base, new Writer(36).u32(height).bytes(id).finish()));
      batch.del(key.loading);
      return inOrder('start from a snapshot', () => batch.write({ sync: true }).then(forced));
    },
    async undoLoading() {
      if (readValue(level, key.loading) === undefined) return;
      await inOrder('coins of a snapshot', () => level.clear(rangeOf(PREFIX.coin)));
      await inOrder('coins of a snapshot', () => level.del(key.loading));
    },
    forgetBase(state) {
      const batch = level.batch();
      putState(store, batch, state);
      batch.del(key.base);
      return inOrder('history confirmed', () => batch.write({ sync: true }).then(forced));
    },
    giveUp() {
      newest.record = new Uint8Array(0);
      return inOrder('first state', () => level.put(key.state, newest.record!, { sync: true }).then(forced));
    },
  };
}

/** The commit number as 8 bytes, little-endian. */
function markBytes(commit: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(commit), true);
  return bytes;
}
