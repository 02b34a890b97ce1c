import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from './random.ts';

/** One bit of a file that was turned. */
export interface Flip {
  readonly file: string;
  readonly at: number;
  readonly bit: number;
}

/**
 * Flips one bit anywhere in the tables of a LevelDB, each byte as likely as any other. It writes in place, so that a
 * process that has the tables mapped sees the change.
 */
export function flipInTables(folder: string, random: Random): Flip {
  const tables = readdirSync(folder)
    .filter((name) => name.endsWith('.ldb'))
    .map((file) => ({ file, bytes: readFileSync(join(folder, file)) }));
  const total = tables.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (total === 0) throw new Error(`no tables in ${folder}`);
  let at = random.int(total);
  const table = tables.find(({ bytes }) => (at < bytes.length ? true : ((at -= bytes.length), false)))!;
  const bit = random.int(8);
  table.bytes[at]! ^= 1 << bit;
  writeFileSync(join(folder, table.file), table.bytes, { flag: 'r+' });
  return { file: table.file, at, bit };
}
