import { join } from 'node:path';
import type { Notice } from '../../../shared/contract/fields.ts';
import { sentenceFor } from '../../../shared/errors.ts';
import { codeOf, type KithError, messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { createQueue } from '../../lib/queue.ts';
import {
  type Change,
  type KeyRange,
  openRenewableLevel,
  type RenewableLevel,
} from '../../storage/renewable-level.ts';

/**
 * The database of what is stored about other nodes between runs. It contains no money: a corrupt database is renamed,
 * and the node continues with the entries that can be read. This also happens while the node runs.
 */
export interface PeerStore {
  /**
   * All values whose keys begin with `prefix/`, each with the rest of its key. Values that cannot be parsed are left
   * out.
   */
  list(prefix: string): Promise<{ key: string; value: unknown }[]>;
  /** Stores a value. With `sync` it resolves when the value is on the disk. */
  put(prefix: string, key: string, value: unknown, options?: { sync: boolean }): Promise<void>;
  /** Replaces all values under a prefix in one batch. */
  replace(prefix: string, values: ReadonlyMap<string, unknown>): Promise<void>;
  remove(prefix: string, key: string): Promise<void>;
  /** Notices about problems with the database. */
  notices(): readonly Notice[];
  close(): Promise<void>;
}

/** The name of its folder in the data directory. */
export const PEER_STORE_FOLDER = 'peers';
/** Keys: `schema`, `ban/<id>|<host>`, `address/<multiaddress>`, `anchor/<multiaddress>`, `book/key`, `work/named`. Values: JSON. */
const SCHEMA = 1;
const CORRUPTION_CODE = 'peers-damaged';
const UNUSABLE_CODE = 'peers-unusable';
const BUFFER_BYTES = 256 * 1024;
/** Maximum number of operations that wait for the disk; each ban is one. */
const MAX_PENDING_WRITES = 20_000;

/**
 * Opens the database. If the disk does not even allow a new one, everything is kept in memory until the node stops.
 * @throws {KithError} `disk-full`
 */
export async function openPeerStore(datadir: string, log: Log): Promise<PeerStore> {
  try {
    const level = await openLevel(datadir, log);
    await checkSchema(level, log);
    return storeOf(level, log);
  } catch (error) {
    if (codeOf(error) !== UNUSABLE_CODE) throw error;
    log.error('the peer database cannot be used; addresses and bans are lost when the node stops', { error });
    const { data } = error as KithError;
    const notice = { code: UNUSABLE_CODE, message: sentenceFor(UNUSABLE_CODE, data) };
    return { ...createMemoryStore(log), notices: () => [notice] };
  }
}

/** A store in memory: everything is lost when the node stops. */
export const createMemoryStore = (log: Log): PeerStore => storeOf(createMemoryLevel(), log);

function openLevel(datadir: string, log: Log): Promise<RenewableLevel> {
  return openRenewableLevel({
    folder: join(datadir, PEER_STORE_FOLDER),
    log,
    what: 'peer database',
    kind: 'list of peers',
    codes: { damaged: CORRUPTION_CODE, unusable: UNUSABLE_CODE },
    keep: () => true,
    onRefused: (failure) =>
      log.warn('addresses and bans are not saved until the next start', {
        cause: failure.message,
      }),
    bufferBytes: BUFFER_BYTES,
  });
}

/** Creates the database again if a newer version may have written it in an unknown form. */
async function checkSchema(level: RenewableLevel, log: Log): Promise<void> {
  const stored = await level.get(bytesOf('schema')).catch(() => undefined);
  const version = stored === undefined ? SCHEMA : Number(textOf(stored));
  if (version > SCHEMA) {
    log.warn('the peer database was written by a newer version; it is replaced by an empty one', {
      version,
      known: SCHEMA,
    });
    await level.renew(`its schema is ${version}, and this version knows ${SCHEMA}`, () => []);
  }
  const mark: Change = [bytesOf('schema'), bytesOf(String(SCHEMA))];
  await level.write([mark], false).catch((error: unknown) => {
    if (codeOf(error) !== CORRUPTION_CODE) throw error;
    return level.renew(messageOf(error), (kept) => kept);
  });
}

function storeOf(level: RenewableLevel, log: Log): PeerStore {
  // Operations run one after the other, so that none uses the database while it is being created again.
  const queue = createQueue(MAX_PENDING_WRITES);
  const inTurn = <T>(work: () => Promise<T>): Promise<T> =>
    queue.run(async () => {
      try {
        return await work();
      } catch (error) {
        if (codeOf(error) !== CORRUPTION_CODE) throw error;
        await level.renew(messageOf(error), (kept) => kept);
        return work();
      }
    });
  const all = async (prefix: string) => {
    const found: (readonly [string, string])[] = [];
    for await (const [key, value] of level.entries(rangeOf(prefix))) found.push([textOf(key), textOf(value)]);
    return found;
  };
  return {
    list: (prefix) =>
      inTurn(async () =>
        (await all(prefix)).flatMap(([key, text]) => {
          const value = parse(text);
          return value === undefined ? [] : [{ key: key.slice(prefix.length + 1), value }];
        }),
      ).catch((error: unknown) => {
        if (codeOf(error) !== UNUSABLE_CODE) throw error;
        log.warn('addresses and bans cannot be read', { error });
        return [];
      }),
    put: (prefix, key, value, options) =>
      inTurn(() => level.write([entryOf(prefix, key, value)], options?.sync ?? false)),
    replace: (prefix, values) =>
      inTurn(async () => {
        const gone = (await all(prefix)).map(([key]): Change => [bytesOf(key), null]);
        const put = [...values].map(([key, value]) => entryOf(prefix, key, value));
        await level.write([...gone, ...put], false);
      }),
    remove: (prefix, key) => inTurn(() => level.write([[bytesOf(`${prefix}/${key}`), null]], false)),
    notices: () =>
      level.renewedBecause === null ? [] : [{ code: 'peers-rebuilt', message: sentenceFor('peers-rebuilt') }],
    async close() {
      await queue.close();
      await level.close();
    },
  };
}

function createMemoryLevel(): RenewableLevel {
  const records = new Map<string, Uint8Array>();
  return {
    renewedBecause: null,
    get: (key) => Promise.resolve(records.get(textOf(key))),
    getMany: (keys) => Promise.resolve(keys.map((key) => records.get(textOf(key)))),
    async *entries({ gte, lt }) {
      for (const [key, value] of [...records].sort(([a], [b]) => (a < b ? -1 : 1)))
        if (key >= textOf(gte) && key < textOf(lt))
          yield await Promise.resolve([bytesOf(key), value] as const);
    },
    write(changes) {
      for (const [key, value] of changes) {
        if (value === null) records.delete(textOf(key));
        else records.set(textOf(key), value);
      }
      return Promise.resolve();
    },
    renew: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const entryOf = (prefix: string, key: string, value: unknown): Change => [
  bytesOf(`${prefix}/${key}`),
  bytesOf(JSON.stringify(value)),
];
const rangeOf = (prefix: string): KeyRange => ({ gte: bytesOf(`${prefix}/`), lt: bytesOf(`${prefix}0`) });

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
