import { readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../lib/errors.ts';
import { type LogContents, readLog } from './level-log-file.ts';
import { readVersion, type Version } from './level-manifest.ts';

const LOG = /^(\d+)\.log$/;
const TABLE = /^(\d+)\.(?:ldb|sst)$/;

/**
 * Repairs the files of a closed LevelDB after a power failure: removes what follows a gap, so that the rest is an
 * earlier state of the database. LevelDB 1.20 never syncs a log that it closes. So the end of a log can be lost while
 * the next log exists, and LevelDB would continue as if nothing were missing. Likewise the manifest can name files that
 * do not exist. Returns what was removed, for the log, or null. Reads the logs once.
 */
export async function cutLostEnd(directory: string): Promise<string | null> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  const manifest = await readManifest(directory);
  if (manifest === null) return null;
  const version = await currentVersion(directory, names, manifest);
  if (version === null) return null;
  const behind = await logsBehindGap(directory, names, version.logNumber);
  for (const name of behind) await rm(join(directory, name), { force: true });
  const parts = [...(version.cut ? ['the last edit of its manifest'] : []), ...behind];
  return parts.length === 0 ? null : parts.join(', ');
}

interface Manifest {
  readonly path: string;
  readonly contents: LogContents;
}

async function readManifest(directory: string): Promise<Manifest | null> {
  const current = await readIfThere(join(directory, 'CURRENT'));
  const name = current && /^(MANIFEST-\d+)\n$/.exec(Buffer.from(current).toString('latin1'))?.[1];
  if (!name) return null;
  const path = join(directory, name);
  const bytes = await readIfThere(path);
  return bytes && { path, contents: readLog(bytes) };
}

/** The version in the manifest, without its last edit if that names a file that did not reach the disk. */
async function currentVersion(
  directory: string,
  names: readonly string[],
  { path, contents: { records, ends, hole } }: Manifest,
): Promise<(Version & { readonly cut: boolean }) | null> {
  if (hole) return null;
  const last = readVersion(records);
  if (last === null) return null;
  const before = records.length < 2 ? null : readVersion(records.slice(0, -1));
  if (hasFiles(names, last) || before === null || !hasFiles(names, before)) return { ...last, cut: false };
  await truncate(path, ends[records.length - 2]);
  return { ...before, cut: true };
}

function hasFiles(names: readonly string[], { tables, logNumber }: Version): boolean {
  const numbers = (pattern: RegExp) =>
    new Set(names.flatMap((name) => Number(pattern.exec(name)?.[1] ?? NaN)));
  const [stored, logs] = [numbers(TABLE), numbers(LOG)];
  return [...tables.keys()].every((number) => stored.has(number)) && (logNumber === 0 || logs.has(logNumber));
}

/** The logs after the first one whose end is missing. */
async function logsBehindGap(
  directory: string,
  names: readonly string[],
  logNumber: number,
): Promise<string[]> {
  const logs = names
    .flatMap((name) => (LOG.test(name) ? [{ name, number: Number(LOG.exec(name)![1]) }] : []))
    .filter(({ number }) => number >= logNumber)
    .sort((a, b) => a.number - b.number);
  let expected: number | null = null;
  for (const [i, { name }] of logs.entries()) {
    const { records, hole, whole } = readLog((await readIfThere(join(directory, name))) ?? new Uint8Array(0));
    const [first, last] = [records[0], records.at(-1)];
    if (expected !== null && first && sequenceOf(first) !== expected)
      return logs.slice(i).map((log) => log.name);
    // Corruption that no power failure causes is reported by check-level.ts.
    if (hole) return [];
    // A log that has a successor was full, so an empty one lost its content.
    if (!whole || !last) return logs.slice(i + 1).map((log) => log.name);
    expected = sequenceOf(last) + countOf(last);
  }
  return [];
}

/** The sequence number of a batch: sequence u64 | count u32 | … (db/write_batch.cc of LevelDB 1.20). */
const sequenceOf = (batch: Uint8Array): number => Number(viewOf(batch).getBigUint64(0, true));
const countOf = (batch: Uint8Array): number => viewOf(batch).getUint32(8, true);
const viewOf = (bytes: Uint8Array): DataView => {
  const padded = bytes.length >= 12 ? bytes : new Uint8Array(12);
  return new DataView(padded.buffer, padded.byteOffset, padded.byteLength);
};

async function readIfThere(path: string): Promise<Uint8Array | null> {
  return readFile(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
}
