/** The file with the bytes that were sent in each month (docs/formats/upload-month.md). */
import { join } from 'node:path';
import type { Log } from '../../lib/log.ts';
import { codeOf } from '../../lib/errors.ts';
import { readRegularFile } from '../../lib/read-regular.ts';
import { replaceFile } from '../../lib/replace-file.ts';
import { boundsOf, type MonthRecord } from './month-count.ts';
import type { MonthStore } from './upload-month.ts';

const FILE = 'upload-month.json';
const VERSION = 1;
const MAX_BYTES = 4096;
/** More months than the node writes are not read. */
const MAX_MONTHS = 64;

export function openMonthStore(datadir: string, log: Log): MonthStore {
  const file = join(datadir, FILE);
  return {
    async read() {
      try {
        const text = (await readRegularFile(file, MAX_BYTES)).toString('utf8');
        const record = readRecord(JSON.parse(text));
        if (record === null) log.warn('the count of sent bytes cannot be read; it begins at 0', { file });
        return record;
      } catch (error) {
        if (codeOf(error) !== 'ENOENT')
          log.warn('the count of sent bytes cannot be read; it begins at 0', { error });
        return null;
      }
    },
    write: (record) =>
      replaceFile(file, Buffer.from(`${JSON.stringify({ version: VERSION, ...record })}\n`, 'utf8'), {
        kind: 'upload count',
      }),
  };
}

function readRecord(content: unknown): MonthRecord | null {
  if (typeof content !== 'object' || content === null) return null;
  const { version, month, total, months } = content as Readonly<Record<string, unknown>>;
  if (version !== VERSION || !isMonth(month) || !isCount(total)) return null;
  if (typeof months !== 'object' || months === null) return null;
  const begins = Object.entries(months);
  const isValid = begins.every(([name, begin]) => isMonth(name) && isCount(begin) && begin <= total);
  if (!isValid || begins.length > MAX_MONTHS || !Object.hasOwn(months, month)) return null;
  return { month, total, months: Object.fromEntries(begins) };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isMonth = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-(?:0[1-9]|1[0-2])$/.test(value) && boundsOf(value)[0] >= 0;
