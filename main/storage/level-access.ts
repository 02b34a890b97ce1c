import type { ClassicLevel } from 'classic-level';
import { KithError, messageOf } from '../lib/errors.ts';
import { diskFailed } from '../lib/disk-failure.ts';
import { CorruptError } from './corrupt-error.ts';
import { rangeOf } from './keys.ts';

export type Level = ClassicLevel<Uint8Array, Uint8Array>;
type Snapshot = ReturnType<Level['snapshot']>;

/** Matches every error message of LevelDB about a corrupt or missing file. */
const CORRUPTION = /corrupt|missing files|does not exist|not an sstable|bad magic|bad block|bad entry/i;

/** A value, or undefined. @throws {CorruptError} when LevelDB cannot read it. */
export function readValue(level: Level, key: Uint8Array): Uint8Array | undefined {
  try {
    return level.getSync(key);
  } catch (error) {
    throw levelFailed(error, 'reading');
  }
}

/** All entries of a small range, in one read. @throws {CorruptError} */
export async function readRange(level: Level, range: SmallRange): Promise<[Uint8Array, Uint8Array][]> {
  try {
    return await level.iterator(range).all();
  } catch (error) {
    throw levelFailed(error, 'reading');
  }
}

interface SmallRange {
  readonly gte: Uint8Array;
  readonly lte?: Uint8Array;
  readonly lt?: Uint8Array;
  readonly limit?: number;
}

/**
 * All entries whose key has this first byte, in batches of up to a thousand. The next batch is read while the caller
 * uses one.
 */
export async function* entries(
  level: Level,
  prefix: number,
  snapshot?: Snapshot,
): AsyncGenerator<[Uint8Array, Uint8Array][]> {
  const iterator = level.iterator(snapshot ? { ...rangeOf(prefix), snapshot } : rangeOf(prefix));
  const read = () => {
    const reading = iterator.nextv(1000).catch((error: unknown) => {
      throw levelFailed(error, 'reading');
    });
    // If the caller stops early, nothing awaits this read, and its failure would be an unhandled rejection.
    reading.catch(() => undefined);
    return reading;
  };
  try {
    for (let next = read(); ;) {
      const some = await next;
      if (some.length === 0) return;
      next = read();
      yield some;
    }
  } finally {
    await iterator.close();
  }
}

/** Converts an error of LevelDB to a KithError. */
export function levelFailed(error: unknown, doing: string): KithError {
  if (error instanceof KithError) return error;
  const cause = messageOf((error as { cause?: unknown }).cause ?? error);
  if (CORRUPTION.test(cause)) return new CorruptError(cause, error);
  return diskFailed(error, `${doing} the chain database`);
}
