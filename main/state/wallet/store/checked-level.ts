import { crashPoint } from '../../../lib/disk/crash-point.ts';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import { findCode, KithError, messageOf } from '../../../lib/errors.ts';
import type { Log } from '../../../lib/log/log.ts';
import { diskFailed } from '../../../lib/disk/disk-failure.ts';
import { createWriteLine } from '../../../lib/disk/write-line.ts';
import { openRecord, sealPayload } from '../../storage/records/checksum.ts';

/** A LevelDB whose values each carry a checksum: LevelDB itself never checks what it reads back. */
export interface CheckedLevel {
  /** @throws {KithError} `wallet-data-damaged`, as every read here does when bytes aren't those that were written. */
  get(key: Uint8Array): Promise<Uint8Array | undefined>;
  /** Entries with `from` ≤ key < `to`, in order of key, or the other way round. */
  entries(
    from: Uint8Array,
    to: Uint8Array,
    reverse?: boolean,
  ): AsyncIterable<readonly [Uint8Array, Uint8Array]>;
  /** The same in order, with null for a damaged value. */
  readable(from: Uint8Array, to: Uint8Array): AsyncIterable<readonly [Uint8Array, Uint8Array | null]>;
  /** All of it or nothing. `sync` returns when the disk has it. @throws {KithError} `disk-full`, `storage-unusable` */
  write(changes: readonly Change[], sync: boolean): Promise<void>;
  close(): Promise<void>;
}

/** A value to be put, or null to delete the key. */
export type Change = readonly [key: Uint8Array, value: Uint8Array | null];

type Level = ClassicLevel<Uint8Array, Uint8Array>;

/**
 * Opens the folder, mending or setting aside what LevelDB can't open. `onFailure` hears once that a write failed; none
 * succeeds after that. @throws {KithError} `wallet-data-unusable`
 */
export async function openCheckedLevel(
  folder: string,
  log: Log,
  onFailure: (error: KithError) => void = () => undefined,
): Promise<CheckedLevel> {
  const level = await openOrMend(folder, log);
  const line = createWriteLine((error) => {
    const failure = diskFailed(error, 'writing the wallet database');
    onFailure(failure);
    return failure;
  });
  return {
    async get(key) {
      const value = await level.get(key).catch(damaged);
      return value === undefined ? undefined : payloadOf(key, value);
    },
    async *entries(from, to, reverse = false) {
      try {
        for await (const [key, value] of level.iterator({ gte: from, lt: to, reverse })) {
          yield [key, payloadOf(key, value)] as const;
        }
      } catch (error) {
        damaged(error);
      }
    },
    async *readable(from, to) {
      for await (const [key, value] of level.iterator({ gte: from, lt: to })) {
        yield [key, openRecord(key, value)] as const;
      }
    },
    write: (changes, sync) =>
      line.write(async () => {
        const batch = level.batch();
        for (const [key, value] of changes) {
          if (value === null) batch.del(key);
          else batch.put(key, sealPayload(key, value));
        }
        await batch.write({ sync });
        crashPoint('wallet data');
      }),
    async close() {
      await line.idle();
      await level.close();
    },
  };
}

function payloadOf(key: Uint8Array, value: Uint8Array): Uint8Array {
  const payload = openRecord(key, value);
  if (payload === null) throw new KithError(DAMAGED, 'a record of the wallet database is damaged');
  return payload;
}

const DAMAGED = 'wallet-data-damaged';
const CORRUPT = new Set(['LEVEL_CORRUPTION', 'LEVEL_INVALID_ARGUMENT', 'LEVEL_IO_ERROR']);

function damaged(error: unknown): never {
  if (findCode(error, CORRUPT)) throw new KithError(DAMAGED, messageOf(error), { cause: error });
  throw error;
}

async function openOrMend(folder: string, log: Log): Promise<Level> {
  try {
    return await openLevel(folder);
  } catch (error) {
    if (!findCode(error, CORRUPT) || !existsSync(folder)) throw unusable(folder, error);
    log.warn('the wallet database is damaged; mending it', { reason: messageOf(error) });
  }
  try {
    await ClassicLevel.repair(folder);
    return await openLevel(folder);
  } catch (error) {
    // All of it follows from the wallet files and the chain, but nothing is thrown away unseen.
    log.warn('the wallet database could not be mended; it is set aside and made again', {
      reason: messageOf(error),
    });
  }
  await rm(`${folder}.damaged`, { recursive: true, force: true });
  await rename(folder, `${folder}.damaged`);
  return openLevel(folder).catch((error: unknown) => {
    throw unusable(folder, error);
  });
}

async function openLevel(folder: string): Promise<Level> {
  const level: Level = new ClassicLevel(folder, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    cacheSize: 1 << 20,
    writeBufferSize: 1 << 20,
  });
  await level.open();
  return level;
}

function unusable(folder: string, cause: unknown): KithError {
  return new KithError('wallet-data-unusable', `cannot open ${folder}: ${messageOf(cause)}`, { cause });
}
