/** The file with the settings of a node in its data directory (docs/formats/node-settings.md). */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod';
import type { Notice } from '../../shared/contract/fields.ts';
import { SETTING_VALUES } from '../../shared/contract/settings.ts';
import { sentenceFor } from '../../shared/errors.ts';
import { SETTING_LABELS, SETTING_NAMES, type SettingName } from '../../shared/setting-labels.ts';
import { codeOf, KithError, messageOf } from '../lib/errors.ts';
import { NotReadable, readRegularFileSync } from '../lib/read-regular.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { readAddresses } from './peer-addresses.ts';

const FILE = 'node-settings.json';
const VERSION = 1;
/** Largest file in bytes. */
const MAX_BYTES = 1 << 20;

/** The stored settings; a setting that is missing has its default. */
export type StoredValues = { readonly [Name in SettingName]?: z.infer<(typeof SETTING_VALUES)[Name]> };

/** What the file contains. */
export interface StoredSettings {
  /** The settings that are valid. */
  readonly values: StoredValues;
  /** Keys of the file that this version does not know; they are kept when it is written. */
  readonly unknown: Readonly<Record<string, unknown>>;
  /** `newer`: a later version wrote it, so it is neither used nor replaced. `damaged`: it is kept when it is replaced. */
  readonly state: 'usable' | 'newer' | 'damaged';
  readonly notices: readonly Notice[];
}

const NOTHING: StoredSettings = { values: {}, unknown: {}, state: 'usable', notices: [] };

/** Reads the settings. Never throws: what cannot be used is replaced by defaults, and a notice says so. */
export function readStoredSettings(datadir: string): StoredSettings {
  const file = join(datadir, FILE);
  let text: string;
  try {
    text = readRegularFileSync(file, MAX_BYTES).toString('utf8');
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? NOTHING : damaged(file, reasonOf(error));
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return damaged(file, 'it is not JSON');
  }
  return readContent(file, content);
}

function readContent(file: string, content: unknown): StoredSettings {
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return damaged(file, 'it is not a JSON object');
  const { version, ...given } = content as Readonly<Record<string, unknown>>;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < VERSION)
    return damaged(file, 'its version is missing or not valid');
  if (version > VERSION)
    return { ...NOTHING, state: 'newer', notices: [noticeOf('settings-newer', { file })] };
  const values: Record<string, unknown> = {};
  const unknown: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const notices: Notice[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (!isSettingName(name)) unknown[name] = value;
    else if (isValid(name, value)) values[name] = value;
    else notices.push(noticeOf('setting-ignored', { name: SETTING_LABELS[name], file }));
  }
  return { values, unknown, state: 'usable', notices };
}

const isSettingName = (name: string): name is SettingName =>
  (SETTING_NAMES as readonly string[]).includes(name);

const ADDRESS_LISTS: ReadonlySet<SettingName> = new Set(['listen', 'announce', 'bootstrap']);

function isValid(name: SettingName, value: unknown): boolean {
  const parsed = SETTING_VALUES[name].safeParse(value);
  if (!parsed.success) return false;
  if (!ADDRESS_LISTS.has(name)) return true;
  try {
    readAddresses(parsed.data as string[]);
    return true;
  } catch {
    return false;
  }
}

function damaged(file: string, reason: string): StoredSettings {
  return { ...NOTHING, state: 'damaged', notices: [noticeOf('settings-unreadable', { file, reason })] };
}

// The message of a failed read repeats the path, which the sentence already has.
const reasonOf = (error: unknown): string =>
  error instanceof NotReadable
    ? error.code === 'EFBIG'
      ? 'it is larger than 1 MiB'
      : 'it is not a regular file'
    : (codeOf(error) ?? messageOf(error));

const noticeOf = (code: string, data: Readonly<Record<string, unknown>>): Notice => ({
  code,
  message: sentenceFor(code, data),
});

/**
 * Replaces the file. At any moment the complete old or the complete new one exists. A file that could not be read is kept as
 * `node-settings.json.damaged`.
 * @throws {KithError} `settings-newer`, `settings-unwritable`
 */
export async function writeStoredSettings(
  datadir: string,
  values: StoredValues,
  { unknown, state }: Pick<StoredSettings, 'unknown' | 'state'>,
): Promise<void> {
  const file = join(datadir, FILE);
  if (state === 'newer') throw new KithError('settings-newer', file, { data: { file } });
  const text = `${JSON.stringify({ version: VERSION, ...unknown, ...values }, null, 2)}\n`;
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length > MAX_BYTES) throw unwritable('it would be larger than 1 MiB');
  try {
    if (state === 'damaged') await rename(file, `${file}.damaged`);
    await replaceFile(file, bytes, { kind: 'node settings' });
  } catch (error) {
    throw unwritable(messageOf(error), error);
  }
}

function unwritable(reason: string, cause?: unknown): KithError {
  return new KithError('settings-unwritable', reason, { cause, data: { reason } });
}
