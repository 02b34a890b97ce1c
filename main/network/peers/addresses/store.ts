import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { crashPoint } from '../../../lib/disk/crash-point.ts';
import { findCode, KithError, messageOf } from '../../../lib/errors.ts';
import { findLevelDamage } from '../../../state/storage/level/check-level.ts';
import type { Log } from '../../../lib/log/log.ts';
import { diskFailed } from '../../../lib/disk/disk-failure.ts';
import { createWriteLine } from '../../../lib/disk/write-line.ts';

/** What the node remembers of others between runs. Nothing of it is money: damaged, it is thrown away and grown anew. */
export interface PeerStore {
  /** All values whose keys begin with `prefix/`, with the rest of the key; what doesn't parse is left out. */
  list(prefix: string): Promise<{ key: string; value: unknown }[]>;
  /** `sync` waits for the disk. */
  put(prefix: string, key: string, value: unknown, options?: { sync: boolean }): Promise<void>;
  /** Replaces all values under a prefix at once. */
  replace(prefix: string, values: ReadonlyMap<string, unknown>): Promise<void>;
  remove(prefix: string, key: string): Promise<void>;
  close(): Promise<void>;
}

/** The folder inside the data directory. */
export const PEER_STORE_FOLDER = 'peers';
/** Keys: `schema`, `ban/<id>|<host>`, `address/<multiaddress>`, `anchor/<multiaddress>`, `book/key`, `work/named`. Values: JSON. */
const SCHEMA = 1;

/** @throws {KithError} `storage-schema`, `storage-unusable`. */
export async function openPeerStore(datadir: string, log: Log): Promise<PeerStore> {
  const folder = join(datadir, PEER_STORE_FOLDER);
  const startAnew = async (cause: string): Promise<void> => {
    log.warn('the list of known peers was damaged and is started anew', { cause });
    await rm(folder, { recursive: true, force: true });
  };
  const damage = await findLevelDamage(folder).catch((error: unknown) => {
    throw unusable(folder, error);
  });
  if (damage !== null) await startAnew(damage);
  const level = await openLevel(folder).catch(async (error: unknown) => {
    if (!findCode(error, DAMAGED)) throw unusable(folder, error);
    await startAnew(messageOf(error));
    return openLevel(folder).catch((again: unknown) => {
      throw unusable(folder, again);
    });
  });
  const schema = await level.get('schema');
  if (schema !== undefined && Number(schema) > SCHEMA) {
    await level.close();
    throw new KithError('storage-schema', 'the list of peers was written by a newer version', {
      data: { version: Number(schema), known: SCHEMA },
    });
  }
  await level.put('schema', String(SCHEMA));
  return storeOf(level, log);
}

const DAMAGED = new Set(['LEVEL_CORRUPTION', 'LEVEL_INVALID_ARGUMENT']);
/** What a file that was damaged while the node runs looks like. */
const UNREADABLE = new Set([...DAMAGED, 'LEVEL_IO_ERROR']);

async function openLevel(folder: string): Promise<ClassicLevel> {
  const level = new ClassicLevel(folder, { cacheSize: 256 * 1024, writeBufferSize: 512 * 1024 });
  await level.open();
  return level;
}

function unusable(folder: string, cause: unknown): KithError {
  return new KithError('storage-unusable', `can't open ${folder}: ${messageOf(cause)}`, {
    cause,
    data: { directory: folder },
  });
}

function storeOf(level: ClassicLevel, log: Log): PeerStore {
  /** What can't be read is not known; the next start finds the damage and begins anew. */
  const readable = async <T>(read: Promise<T[]>): Promise<T[]> => {
    try {
      return await read;
    } catch (error) {
      if (!findCode(error, UNREADABLE)) throw error;
      log.warn('the list of known peers can not be read', { cause: messageOf(error) });
      return [];
    }
  };
  const line = createWriteLine((error) => {
    const failure = diskFailed(error, 'writing the list of known peers');
    log.warn('what is known of peers is not saved any more until the next start', { cause: failure.message });
    return failure;
  });
  const range = (prefix: string) => ({ gte: `${prefix}/`, lt: `${prefix}0` });
  return {
    async list(prefix) {
      const found: { key: string; value: unknown }[] = [];
      for (const [key, text] of await readable(level.iterator(range(prefix)).all())) {
        const value = parse(text);
        if (value !== undefined) found.push({ key: key.slice(prefix.length + 1), value });
      }
      return found;
    },
    put: (prefix, key, value, options) =>
      line.write(async () => {
        await level.put(`${prefix}/${key}`, JSON.stringify(value), { sync: options?.sync ?? false });
        crashPoint('list of peers');
      }),
    replace: (prefix, values) =>
      line.write(async () => {
        const batch = level.batch();
        for (const key of await readable(level.keys(range(prefix)).all())) batch.del(key);
        for (const [key, value] of values) batch.put(`${prefix}/${key}`, JSON.stringify(value));
        await batch.write();
        crashPoint('list of peers');
      }),
    remove: (prefix, key) =>
      line.write(async () => {
        await level.del(`${prefix}/${key}`);
        crashPoint('list of peers');
      }),
    async close() {
      await line.idle();
      await level.close();
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
