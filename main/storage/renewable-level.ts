import { ClassicLevel } from 'classic-level';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { crashPoint, type WriteKind } from '../lib/crash-point.ts';
import { diskRefusal } from '../lib/disk-failure.ts';
import { makePrivateFolder } from '../lib/private-folder.ts';
import { createWriteLine, type WriteLine } from '../lib/write-line.ts';
import { codeOf, findCode, KithError, messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { findLevelDamage } from './check-level.ts';
import { cutLostEnd } from './cut-end.ts';
import { asideOf, finishReplacement, replaceLevel } from './replace-level.ts';
import { type LevelRecord, salvageRecords } from './salvage.ts';
import { syncLevel } from './sync-level.ts';

/** A value to write, or null to delete the key. */
export type Change = readonly [key: Uint8Array, value: Uint8Array | null];

/**
 * A LevelDB whose content can be rebuilt, so that its corruption never stops the node. Corrupt files are detected and
 * replaced when it is opened. When corruption is found later, a read or write fails with the `damaged` code. LevelDB
 * then refuses every write until `renew` has replaced the files.
 */
export interface RenewableLevel {
  /** Why it was last rebuilt since it was opened; null if it was not rebuilt. */
  readonly renewedBecause: string | null;
  /** @throws {KithError} the `damaged` code */
  get(key: Uint8Array): Promise<Uint8Array | undefined>;
  /** The values of several keys in one turn of the thread pool. @throws {KithError} the `damaged` code */
  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>;
  /** Entries with `gte` ≤ key < `lt`. @throws {KithError} the `damaged` code */
  entries(range: KeyRange): AsyncIterable<LevelRecord>;
  /**
   * Writes all changes or none, in the order of the calls. With `sync` it resolves when the data is on the disk.
   * @throws {KithError} `disk-full`, the `damaged` code
   */
  write(changes: readonly Change[], sync: boolean): Promise<void>;
  /**
   * Replaces the database: closes it, renames its folder and creates it again. `build` gets the readable records that
   * `keep` accepts, and returns the records of the new database. Nothing else may use the database meanwhile.
   * @throws {KithError} `disk-full`, the `unusable` code; it may be tried again
   */
  renew(why: string, build: (kept: readonly LevelRecord[]) => readonly LevelRecord[]): Promise<void>;
  close(): Promise<void>;
}

export interface KeyRange {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
  readonly reverse?: boolean;
}

export interface RenewableOptions {
  readonly folder: string;
  readonly log: Log;
  /** What the database is called in log messages, such as "wallet database". */
  readonly what: string;
  readonly kind: WriteKind;
  readonly codes: { readonly damaged: string; readonly unusable: string };
  /** Whether a record with this key cannot be rebuilt. Such records are kept if they can be read. */
  readonly keep: (key: Uint8Array) => boolean;
  /** Called once when the disk refuses a write ({@link diskRefusal}). No write succeeds after that. */
  readonly onRefused?: ((error: KithError) => void) | undefined;
  /** Bytes of the cache of LevelDB, and of its write buffer. */
  readonly bufferBytes: number;
}

type Level = ClassicLevel<Uint8Array, Uint8Array>;

/** Another process has the database open. This is not a sign of corruption. */
const LOCKED = new Set(['LEVEL_LOCKED']);

/** An open database and the queue of its writes. */
interface Opened {
  readonly level: Level;
  readonly line: WriteLine;
}

/** @throws {KithError} `disk-full`; the `unusable` code when not even an empty database can be created */
export async function openRenewableLevel(options: RenewableOptions): Promise<RenewableLevel> {
  const { folder, log, what, codes, keep } = options;
  const { failed, unusable } = createFailures(options);
  let renewedBecause: string | null = null;
  let opened: Opened | null = null;

  const current = (): Opened => {
    if (opened === null) throw new KithError(codes.unusable, `the ${what} is not open`);
    return opened;
  };
  const replace = async (why: string, build: Parameters<RenewableLevel['renew']>[1]): Promise<void> => {
    log.warn(`the ${what} is corrupt; it is renamed and created again`, { folder, cause: why });
    const kept = await salvageRecords(folder, keep);
    try {
      await replaceLevel(folder, build(kept));
      opened = await openForWriting(options, failed);
    } catch (error) {
      throw unusable(error);
    }
    renewedBecause = why;
    log.info(`the ${what} was created again`, { folder, aside: asideOf(folder), kept: kept.length });
  };
  const close = async (): Promise<void> => {
    const last = opened;
    opened = null;
    await last?.line.idle();
    await last?.level.close();
  };

  const damage = await findDamage(folder).catch((error: unknown) => {
    throw failed(error, 'opening');
  });
  if (damage !== null) await replace(damage, (kept) => kept);
  else
    opened = await openForWriting(options, failed).catch(async (error: unknown) => {
      if (diskRefusal(error) !== null) throw failed(error, 'opening');
      if (findCode(error, LOCKED)) throw unusable(error);
      await replace(reasonOf(error), (kept) => kept);
      return current();
    });
  if (damage === null && renewedBecause === null) await rm(asideOf(folder), { recursive: true, force: true });

  return {
    get renewedBecause() {
      return renewedBecause;
    },
    async get(key) {
      const { level } = current();
      return level.get(key).catch((error: unknown) => {
        throw failed(error, 'reading');
      });
    },
    async getMany(keys) {
      const { level } = current();
      return level.getMany([...keys]).catch((error: unknown) => {
        throw failed(error, 'reading');
      });
    },
    async *entries(range) {
      const iterator = current().level.iterator(range);
      try {
        for await (const entry of iterator) yield entry;
      } catch (error) {
        throw failed(error, 'reading');
      }
    },
    async write(changes, sync) {
      const { level, line } = current();
      await line.write(() => writeBatch(level, changes, sync, options));
    },
    async renew(why, build) {
      // Closing a corrupt database may fail too.
      await close().catch((error: unknown) => log.warn(`the ${what} could not be closed`, { error }));
      await replace(why, build);
    },
    close,
  };
}

const reasonOf = (error: unknown): string => messageOf((error as { cause?: unknown }).cause ?? error);

interface Failures {
  /** A read, a write or the opening failed. */
  readonly failed: (error: unknown, doing: string) => KithError;
  /** Not even an empty database can be created. */
  readonly unusable: (error: unknown) => KithError;
}

function createFailures({ folder, what, codes }: RenewableOptions): Failures {
  const failed: Failures['failed'] = (error, doing) => {
    if (error instanceof KithError) return error;
    const reason = reasonOf(error);
    // The disk has the problem, not the files: the files must not be renamed.
    const refusal = diskRefusal(error);
    if (refusal !== null) return new KithError(refusal, `${doing} the ${what}: ${reason}`, { cause: error });
    return new KithError(codes.damaged, `${doing} the ${what} failed: ${reason}`, { cause: error });
  };
  return {
    failed,
    unusable(error) {
      if (diskRefusal(error) !== null) return failed(error, 'replacing');
      const reason = reasonOf(error);
      const message = `the ${what} in ${folder} cannot be used: ${reason}`;
      return new KithError(codes.unusable, message, { cause: error, data: { directory: folder, reason } });
    },
  };
}

async function openForWriting(
  { folder, bufferBytes, onRefused }: RenewableOptions,
  failed: Failures['failed'],
): Promise<Opened> {
  const level = await openLevel(folder, bufferBytes);
  const line = createWriteLine((error) => {
    const failure = failed(error, 'writing');
    if (diskRefusal(error) !== null) onRefused?.(failure);
    return failure;
  });
  return { level, line };
}

async function writeBatch(
  level: Level,
  changes: readonly Change[],
  sync: boolean,
  { folder, kind }: RenewableOptions,
): Promise<void> {
  const batch = level.batch();
  for (const [key, value] of changes) {
    if (value === null) batch.del(key);
    else batch.put(key, value);
  }
  await batch.write({ sync });
  if (sync) await syncLevel(folder);
  crashPoint(kind);
}

/** Checks the files before LevelDB opens them, because it aborts the process on some corruption. */
async function findDamage(folder: string): Promise<string | null> {
  try {
    await finishReplacement(folder);
    await cutLostEnd(folder);
    return await findLevelDamage(folder);
  } catch (error) {
    if (diskRefusal(error) !== null) throw error;
    // For example a file has the name of the folder, or permissions are missing. A database that can be rebuilt never
    // prevents a start.
    return existsSync(folder) ? (codeOf(error) ?? messageOf(error)) : null;
  }
}

async function openLevel(folder: string, bufferBytes: number): Promise<Level> {
  makePrivateFolder(folder);
  const level: Level = new ClassicLevel(folder, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    // Hashes, keys and signatures do not compress, and LevelDB aborts more often on corrupt compressed blocks.
    compression: false,
    cacheSize: bufferBytes,
    writeBufferSize: bufferBytes,
  });
  await level.open();
  return level;
}
