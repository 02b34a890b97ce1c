/**
 * The wallet database: keys of each table, records with checksums, migration. A change of the format needs a new
 * SCHEMA.
 */
import type { Height } from '../../../shared/units.ts';
import { fromHex, toHex } from '../../core/codec/hex.ts';
import { type OutpointKey, outpointKeyOf } from '../../core/primitives/outpoint.ts';
import { codeOf, KithError, messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { Change, KeyRange } from '../../storage/renewable-level.ts';
import type { LevelRecord } from '../../storage/salvage.ts';
import { type CheckedLevel, openCheckedLevel } from './checked-level.ts';
import { countKeyReceipts, type KeyReceipt } from './key-receipts.ts';
import { CHAIN, type KeyPath } from '../keys/key-path.ts';
import { GAP_LIMIT, type PaidKeys, keysPaidBy, usesOf } from './key-use.ts';
import { decodeSearch, encodeSearch, type SearchRecord } from './search-record.ts';
import { decodeMeta, decodeMetaOfSchema1, encodeMeta, type WalletMeta } from './wallet-meta.ts';
import {
  decodeCoin,
  decodeMined,
  decodeReceipts,
  decodeUnconfirmed,
  encodeCoin,
  encodeMined,
  encodeReceipts,
  encodeUnconfirmed,
  type MinedRecord,
  type OwnCoin,
  type UnconfirmedRecord,
} from './wallet-records.ts';

const SCHEMA = 5;
/**
 * Number of mined records that are read together: a page of the history and the record after it. Each read waits for its turn in
 * the thread pool, which checks signatures during a sync.
 */
const READ_AHEAD = 51;
const TABLE = {
  schema: 0,
  meta: 1,
  coin: 2,
  mined: 3,
  order: 4,
  unconfirmed: 5,
  search: 6,
  receipts: 7,
} as const;
const TABLES = [
  TABLE.meta,
  TABLE.coin,
  TABLE.mined,
  TABLE.order,
  TABLE.unconfirmed,
  TABLE.search,
  TABLE.receipts,
];

const key = {
  schema: () => Buffer.of(TABLE.schema),
  meta: (id: string) => prefix(TABLE.meta, id),
  coin: (id: string, coin: OutpointKey) => {
    const [txid = '', index = ''] = coin.split(':');
    return Buffer.concat([prefix(TABLE.coin, id), Buffer.from(txid, 'hex'), bigEndian(Number(index))]);
  },
  mined: (id: string, txid: Uint8Array) => Buffer.concat([prefix(TABLE.mined, id), txid]),
  unconfirmed: (id: string, txid: Uint8Array) => Buffer.concat([prefix(TABLE.unconfirmed, id), txid]),
  search: (id: string) => prefix(TABLE.search, id),
  receipts: (id: string, { chain, index }: KeyPath) =>
    Buffer.concat([prefix(TABLE.receipts, id), Buffer.of(chain), bigEndian(index)]),
  /** Height and position are big-endian, so that keys sort in the order of the chain. */
  order: (id: string, height: number, position: number) =>
    Buffer.concat([prefix(TABLE.order, id), bigEndian(height), bigEndian(position)]),
} as const;

/** Collects changes to the records of one wallet. `write` applies them. */
export interface WalletChanges {
  putCoin(key: OutpointKey, coin: OwnCoin): void;
  deleteCoin(key: OutpointKey): void;
  putMined(record: MinedRecord): void;
  deleteMined(record: MinedRecord): void;
  putUnconfirmed(record: UnconfirmedRecord): void;
  deleteUnconfirmed(record: UnconfirmedRecord): void;
  /** Removes those of a key without payments. */
  putReceipts(receipt: KeyReceipt): void;
  readonly size: number;
}

/** Position of a mined record in the order of the chain. */
export interface MinedPosition {
  readonly height: Height;
  readonly position: number;
}

/** The state from which a wallet starts over after its records were lost. */
export interface InitialState {
  readonly meta: WalletMeta;
  readonly unconfirmed: readonly UnconfirmedRecord[];
}

/**
 * Reads throw `wallet-data-damaged` when a record is corrupt. After LevelDB has found corruption, every write throws it
 * too, until `renew`.
 */
export interface WalletData {
  /** Why the database was created again, when it was opened or later; null if it was not. */
  readonly renewedBecause: string | null;
  meta(id: string): Promise<WalletMeta | null>;
  coins(id: string): AsyncIterable<readonly [OutpointKey, OwnCoin]>;
  unconfirmed(id: string): AsyncIterable<UnconfirmedRecord>;
  mined(id: string, txidHex: string): Promise<MinedRecord | null>;
  /** Mined records, newest first: those before `before` and above height `above`. Without limits all. */
  newest(id: string, range: { before?: MinedPosition; above?: Height }): AsyncIterable<MinedRecord>;
  /** Where the mined records of a range of heights, both included, are in the chain; the lowest first. */
  minedIn(
    id: string,
    from: Height,
    to: Height,
  ): AsyncIterable<{ readonly height: Height; readonly txidHex: string }>;
  /** What mined records have paid to each key. */
  receipts(id: string): AsyncIterable<KeyReceipt>;
  countMined(id: string): Promise<number>;
  /** The last search of the chain; null for none. */
  search(id: string): Promise<SearchRecord | null>;
  putSearch(id: string, search: SearchRecord): Promise<void>;
  changes(id: string): WalletChanges;
  /** Writes the changes and the new meta record of the wallet in one atomic batch. */
  write(changes: WalletChanges, meta: WalletMeta, sync: boolean): Promise<void>;
  /** Deletes the records of a wallet. Returns its unconfirmed payments, as far as they can be read. */
  clear(id: string): Promise<UnconfirmedRecord[]>;
  /**
   * Renames the database and creates it again. These wallets get the given state; other wallets keep their readable
   * unconfirmed payments.
   * @throws {KithError} `wallet-data-unusable`, `disk-full`
   */
  renew(why: string, wallets: ReadonlyMap<string, InitialState>): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the database. A corrupt one is renamed, and the wallets read the chain again.
 * @throws {KithError} `wallet-data-newer`, `wallet-data-unusable`, `disk-full`
 */
export async function openWalletData(
  folder: string,
  log: Log,
  onRefused?: (error: KithError) => void,
): Promise<WalletData> {
  const level = await openCheckedLevel(folder, log, isUnconfirmed, onRefused);
  await checkSchema(level).catch(async (error: unknown) => {
    if (codeOf(error) !== 'wallet-data-damaged') throw error;
    await level.renew(messageOf(error), (kept) => [[key.schema(), Uint8Array.of(SCHEMA)], ...kept]);
  });

  const clear = async (id: string) => {
    const saved: UnconfirmedRecord[] = [];
    const keys: Change[] = [];
    for (const table of TABLES) {
      for await (const [at, value] of reachable(level, table, id, log)) {
        const record = table === TABLE.unconfirmed && value !== null ? decodeUnconfirmed(value) : null;
        if (record) saved.push(record);
        keys.push([at, null]);
      }
    }
    await level.write(keys, true);
    return saved;
  };

  const renew: WalletData['renew'] = (why, wallets) =>
    level.renew(why, (kept) => [
      [key.schema(), Uint8Array.of(SCHEMA)],
      ...kept.filter(([at]) => !wallets.has(idIn(at))),
      ...[...wallets].flatMap(([id, { meta, unconfirmed }]): LevelRecord[] => [
        [key.meta(id), encodeMeta(meta)],
        ...unconfirmed.map((record): LevelRecord => [
          key.unconfirmed(id, record.tx.txid),
          encodeUnconfirmed(record),
        ]),
      ]),
    ]);

  return {
    get renewedBecause() {
      return level.renewedBecause;
    },
    meta: async (id) => decodeOrThrow(await level.get(key.meta(id)), decodeMeta),
    async *coins(id) {
      for await (const [at, value] of all(level, TABLE.coin, id)) {
        const view = Buffer.from(at.buffer, at.byteOffset, at.byteLength);
        yield [outpointKeyOf(toHex(at.subarray(9, 41)), view.readUInt32BE(41)), required(decodeCoin(value))];
      }
    },
    async *unconfirmed(id) {
      for await (const [, value] of all(level, TABLE.unconfirmed, id))
        yield required(decodeUnconfirmed(value));
    },
    mined: async (id, txidHex) =>
      decodeOrThrow(await level.get(key.mined(id, fromHex(txidHex)!)), decodeMined),
    async *newest(id, { before, above }) {
      const gte = above === undefined ? prefix(TABLE.order, id) : key.order(id, above + 1, 0);
      const lt = before ? key.order(id, before.height, before.position) : after(prefix(TABLE.order, id));
      const order = level.entries({ gte, lt, reverse: true });
      for await (const some of chunks(order, READ_AHEAD)) {
        for (const value of await level.getMany(some.map(([, txid]) => key.mined(id, txid))))
          yield required(decodeOrThrow(value, decodeMined));
      }
    },
    async countMined(id) {
      let count = 0;
      for await (const _ of all(level, TABLE.order, id)) count++;
      return count;
    },
    ...searchesIn(level),
    ...receiptsIn(level),
    changes: createChanges,
    async write(changes, meta, sync) {
      const { id, list } = changes as Changes;
      await level.write([...list, [key.meta(id), encodeMeta(meta)]], sync);
    },
    clear,
    renew,
    close: () => level.close(),
  };
}

/** What a search of the chain reads and stores. */
function searchesIn(level: CheckedLevel): Pick<WalletData, 'minedIn' | 'search' | 'putSearch'> {
  return {
    async *minedIn(id, from, to) {
      const range = { gte: key.order(id, from, 0), lt: key.order(id, to + 1, 0) };
      for await (const [at, txid] of level.entries(range)) {
        const view = Buffer.from(at.buffer, at.byteOffset, at.byteLength);
        yield { height: view.readUInt32BE(9), txidHex: toHex(txid) };
      }
    },
    search: async (id) => decodeOrThrow(await level.get(key.search(id)), decodeSearch),
    putSearch: (id, search) => level.write([[key.search(id), encodeSearch(search)]], true),
  };
}

/** What each key has received. */
function receiptsIn(level: CheckedLevel): Pick<WalletData, 'receipts'> {
  return {
    async *receipts(id) {
      for await (const [at, value] of all(level, TABLE.receipts, id)) {
        const view = Buffer.from(at.buffer, at.byteOffset, at.byteLength);
        const keyPath = { chain: at[9] === 1 ? CHAIN.change : CHAIN.receive, index: view.readUInt32BE(10) };
        yield [keyPath, required(decodeReceipts(value))];
      }
    },
  };
}

interface Changes extends WalletChanges {
  readonly id: string;
  readonly list: Change[];
}

function createChanges(id: string): WalletChanges {
  const list: Change[] = [];
  const changes: Changes = {
    id,
    list,
    putCoin: (at, coin) => list.push([key.coin(id, at), encodeCoin(coin)]),
    deleteCoin: (at) => list.push([key.coin(id, at), null]),
    putMined(record) {
      const { tx, height, position } = record;
      list.push([key.mined(id, tx.txid), encodeMined(record)], [key.order(id, height, position), tx.txid]);
    },
    deleteMined({ tx, height, position }) {
      list.push([key.mined(id, tx.txid), null], [key.order(id, height, position), null]);
    },
    putUnconfirmed: (record) => list.push([key.unconfirmed(id, record.tx.txid), encodeUnconfirmed(record)]),
    deleteUnconfirmed: ({ tx }) => list.push([key.unconfirmed(id, tx.txid), null]),
    putReceipts: ([keyPath, receipts]) =>
      list.push([key.receipts(id, keyPath), receipts.payments === 0 ? null : encodeReceipts(receipts)]),
    get size() {
      return list.length;
    },
  };
  return changes;
}

/** What a corrupt schema record counts as: the records of later versions can be read, and receipts are counted again. */
const IF_CORRUPT = 2;

async function checkSchema(level: CheckedLevel): Promise<void> {
  const stored = await level.get(key.schema()).catch(() => Uint8Array.of(IF_CORRUPT));
  const version = stored?.[0] ?? SCHEMA;
  if (version > SCHEMA) {
    await level.close();
    throw new KithError('wallet-data-newer', 'the wallet database was written by a newer version', {
      data: { version, known: SCHEMA },
    });
  }
  const metas = version === 1 ? await metasOfSchema1(level) : [];
  const receipts = version < 5 ? await receiptsBeforeSchema5(level) : [];
  await level.write([...metas, ...receipts, [key.schema(), Uint8Array.of(SCHEMA)]], true);
}

/**
 * Migrates from schema 1 to 2, in which meta records have the key use of settled blocks. Cost: one pass over the mined
 * records. A meta record that cannot be read is left out; its wallet reads the chain again.
 */
async function metasOfSchema1(level: CheckedLevel): Promise<Change[]> {
  const changes: Change[] = [];
  for await (const [at, value] of level.readable(METAS)) {
    const paid: PaidKeys[] = [];
    for await (const mined of readableMined(level, idIn(at)))
      paid.push({ height: mined.height, keyPaths: keysPaidBy(mined.outputs) });
    const meta = value === null ? null : decodeMetaOfSchema1(value, GAP_LIMIT);
    const upgraded = meta === null ? null : encodeMeta({ ...meta, uses: usesOf(paid, meta.syncedTo) });
    changes.push([at, upgraded]);
  }
  return changes;
}

/**
 * Migrates from schema 4 to 5, which has what each key has received. Cost: one pass over the mined records, 100 000 take some
 * seconds. A record that cannot be read is left out here, and found where the history is read.
 */
async function receiptsBeforeSchema5(level: CheckedLevel): Promise<Change[]> {
  const changes: Change[] = [];
  for await (const [at] of level.readable(METAS)) {
    const id = idIn(at);
    for (const [keyPath, receipts] of await countKeyReceipts(readableMined(level, id)))
      changes.push([key.receipts(id, keyPath), encodeReceipts(receipts)]);
  }
  return changes;
}

/** The keys of the meta records of all wallets. */
const METAS = { gte: Buffer.of(TABLE.meta), lt: Buffer.of(TABLE.coin) };

/** One corrupt record of a wallet must not cost the migration the records of all wallets. */
async function* readableMined(level: CheckedLevel, id: string): AsyncGenerator<MinedRecord> {
  for await (const [, value] of level.readable(rangeOf(TABLE.mined, id))) {
    const record = value === null ? null : decodeMined(value);
    if (record !== null) yield record;
  }
}

const all = (level: CheckedLevel, table: number, id: string) => level.entries(rangeOf(table, id));

const isUnconfirmed = (at: Uint8Array): boolean => at[0] === TABLE.unconfirmed;
/** The id of the wallet in the key of one of its records. */
const idIn = (at: Uint8Array): string => toHex(at.subarray(1, 9));

/** All readable keys of a table, with null for corrupt values. Keys after an unreadable part are left out. */
async function* reachable(level: CheckedLevel, table: number, id: string, log: Log) {
  try {
    yield* level.readable(rangeOf(table, id));
  } catch (error) {
    log.warn(
      'a table of the wallet database cannot be read; the records after the corrupt one are left out',
      { table, error },
    );
  }
}

/** The items in groups of `size`, the last of which may be smaller. */
async function* chunks<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function required<T>(value: T | null): T {
  if (value === null) throw new KithError('wallet-data-damaged');
  return value;
}

function decodeOrThrow<T>(bytes: Uint8Array | undefined, decode: (bytes: Uint8Array) => T | null): T | null {
  return bytes === undefined ? null : required(decode(bytes));
}

function rangeOf(table: number, id: string): KeyRange {
  return { gte: prefix(table, id), lt: after(prefix(table, id)) };
}

function prefix(table: number, id: string): Buffer {
  return Buffer.concat([Buffer.of(table), Buffer.from(id, 'hex')]);
}

/** The first key after all keys with this prefix. */
function after(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(64, 0xff)]);
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
