import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { replacePrivateFile } from '../lib/private-file.ts';
import { readRegularFileSync } from '../lib/read-regular.ts';

const MAX_BYTES = 65_536;

/** The content of a small file that any program may have written; null when it is missing or cannot be read. Never throws. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readRegularFileSync(file, MAX_BYTES).toString('utf8'));
  } catch {
    return null;
  }
}

/** Atomic: after a crash of the app there is the old file or the new one. Readable by its owner alone. */
export function writeJson(file: string, value: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  // Not flushed: an fsync would hold up the windows, and these files can be lost.
  replacePrivateFile(file, `${JSON.stringify(value, null, 2)}\n`, { flush: false });
}

/** The fields of an object; none for anything else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
