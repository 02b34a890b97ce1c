import { writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../lib/errors.ts';

/** A file in the data directory that asks the next opening to rebuild the chain database; it says why. */
const MARK = 'chain.rebuild';

/** Synchronous and small, for the moment in which something turns out to be damaged. Best effort: it will turn out again. */
export function writeRebuildMark(directory: string, why: string): void {
  try {
    writeFileSync(join(directory, MARK), `${why}\n`, { mode: 0o600, flush: true });
  } catch {
    // The disk that is damaged may be read-only by now.
  }
}

/** Why a rebuild was asked for, or null. */
export async function readRebuildMark(directory: string): Promise<string | null> {
  try {
    return (await readFile(join(directory, MARK), 'utf8')).trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

export async function removeRebuildMark(directory: string): Promise<void> {
  await rm(join(directory, MARK), { force: true });
}
