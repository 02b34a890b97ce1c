import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crashPoint } from '../lib/crash-point.ts';
import { codeOf, messageOf } from '../lib/errors.ts';
import { readRegularFile } from '../lib/read-regular.ts';
import { diskFailed } from '../lib/disk-failure.ts';

/**
 * Name of a file in the data directory. It makes the next opening rebuild the chain database, and contains the reason.
 */
const MARKER_FILE = 'chain.rebuild';
/** Maximum size in bytes; the file is one line of text. */
const MAX_BYTES = 65_536;

/**
 * Requests a rebuild. Called before anything is removed: only the mark distinguishes a half-built database from a
 * complete one.
 * @throws {KithError} `disk-full`, `storage-unusable`
 */
export function demandRebuild(directory: string, why: string): void {
  try {
    writeFileSync(join(directory, MARKER_FILE), `${why}\n`, { mode: 0o600, flush: true });
    crashPoint('rebuild mark');
  } catch (error) {
    throw diskFailed(error, `noting in ${directory} that a rebuild begins`);
  }
}

/**
 * Called when corruption is found. Synchronous. It may fail without harm: without the mark the corruption is found
 * again.
 */
export function writeRebuildMark(directory: string, why: string): void {
  try {
    demandRebuild(directory, why);
  } catch {
    // A failing disk may have become read-only.
  }
}

/** The reason of a requested rebuild, or null. */
export async function readRebuildMark(directory: string): Promise<string | null> {
  try {
    return (await readRegularFile(join(directory, MARKER_FILE), MAX_BYTES)).toString('utf8').trim();
  } catch (error) {
    // A mark that exists requests a rebuild even if it cannot be read.
    return codeOf(error) === 'ENOENT' ? null : messageOf(error);
  }
}

export async function removeRebuildMark(directory: string): Promise<void> {
  await rm(join(directory, MARKER_FILE), { recursive: true, force: true });
  crashPoint('rebuild mark removed');
}
