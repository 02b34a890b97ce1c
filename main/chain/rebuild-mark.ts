import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crashPoint } from '../lib/crash-point.ts';
import { codeOf, messageOf } from '../lib/errors.ts';
import { readRegularFile } from '../lib/read-regular.ts';
import { diskFailed } from '../lib/disk-failure.ts';

/** A file in the data directory that asks the next opening to rebuild the chain database; it says why. */
const MARK = 'chain.rebuild';
/** It is a line of text. */
const MAX_BYTES = 65_536;

/**
 * Asks for a rebuild before anything is taken away: only the mark tells a database that is half built from a whole one.
 * @throws {KithError} `disk-full`, `storage-unusable`
 */
export function demandRebuild(directory: string, why: string): void {
  try {
    writeFileSync(join(directory, MARK), `${why}\n`, { mode: 0o600, flush: true });
    crashPoint('rebuild mark');
  } catch (error) {
    throw diskFailed(error, `noting in ${directory} that a rebuild begins`);
  }
}

/** Synchronous and small, for the moment in which something turns out to be damaged. Best effort: it will turn out again. */
export function writeRebuildMark(directory: string, why: string): void {
  try {
    demandRebuild(directory, why);
  } catch {
    // The disk that is damaged may be read-only by now.
  }
}

/** Why a rebuild was asked for, or null. */
export async function readRebuildMark(directory: string): Promise<string | null> {
  try {
    return (await readRegularFile(join(directory, MARK), MAX_BYTES)).toString('utf8').trim();
  } catch (error) {
    // Whatever lies there asks for a rebuild, also what cannot be read.
    return codeOf(error) === 'ENOENT' ? null : messageOf(error);
  }
}

export async function removeRebuildMark(directory: string): Promise<void> {
  await rm(join(directory, MARK), { recursive: true, force: true });
  crashPoint('rebuild mark removed');
}
