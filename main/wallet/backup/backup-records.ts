import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import type { Log } from '../../lib/log.ts';
import { messageOf } from '../../lib/errors.ts';
import { createQueue } from '../../lib/queue.ts';
import { readRegularFile } from '../../lib/read-regular.ts';
import { KEY_BYTES } from '../../core/primitives/limits.ts';
import type { WalletFile } from '../files/wallet-file.ts';
import { replaceFile } from '../../lib/replace-file.ts';

/** The last verified backup of a wallet. */
export interface BackupRecord {
  /** When it was verified, in unix seconds. */
  readonly at: number;
  /** Where the backup file was saved, as far as it is known: a path, or the name of a downloaded file. */
  readonly place: string;
  /** Whether the password of the wallet was changed since: the backup still needs the old one. */
  readonly outdated: boolean;
}

/** Names the wallet that a record is about: a wallet with another key must not inherit the record of its name. */
export interface RecordOwner {
  readonly id: string;
  /** The public key of the first receiving address. */
  readonly firstKey: Uint8Array;
}

/** The wallet that a record of a verified backup is about. */
export function ownerOf({ identity, receive }: Pick<WalletFile, 'identity' | 'receive'>): RecordOwner {
  return { id: identity.id, firstKey: receive.subarray(0, KEY_BYTES) };
}

/**
 * Which wallets of this data directory have a verified backup. This is kept outside the wallet files on purpose: a
 * wallet file that was copied here, or replaced by an older one, says nothing about backups.
 */
export interface BackupRecords {
  get(owner: RecordOwner): BackupRecord | null;
  set(owner: RecordOwner, backup: BackupRecord): Promise<void>;
  /** The wallet was restored or got a set-up, and no backup of what it is now was verified. */
  forget(owner: RecordOwner): Promise<void>;
  /** The password of a wallet was changed. */
  markOutdated(owner: RecordOwner): Promise<void>;
}

/** Longest place that is stored, in UTF-16 code units. */
export const MAX_PLACE = 1_000;
const MAX_BYTES = 1_000_000;
const MAX_WAITING = 1000;
const VERSION = 1;

const schema = z.strictObject({
  version: z.literal(VERSION),
  wallets: z.array(
    z.strictObject({
      id: z.string().regex(/^[0-9a-f]{16}$/),
      firstKey: z.string().regex(/^[0-9a-f]{64}$/),
      at: z.int().min(0),
      place: z.string().max(MAX_PLACE),
      outdated: z.boolean(),
    }),
  ),
});

/** Opens the file with the records. A corrupt one counts as empty: then the wallets have to be backed up again. */
export async function openBackupRecords(path: string, log: Log): Promise<BackupRecords> {
  const records = new Map<string, BackupRecord>();
  for (const { id, firstKey, ...record } of await readRecords(path, log))
    records.set(`${id}${firstKey}`, record);
  const keyOf = ({ id, firstKey }: RecordOwner) => `${id}${Buffer.from(firstKey).toString('hex')}`;

  const queue = createQueue(MAX_WAITING);
  const write = async (changed: ReadonlyMap<string, BackupRecord>) => {
    const wallets = [...changed].map(([key, each]) => ({
      id: key.slice(0, 16),
      firstKey: key.slice(16),
      ...each,
    }));
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await replaceFile(path, Buffer.from(`${JSON.stringify({ version: VERSION, wallets }, null, 1)}\n`));
  };
  const put = async (owner: RecordOwner, record: BackupRecord) => {
    await write(new Map(records).set(keyOf(owner), record));
    records.set(keyOf(owner), record);
  };
  return {
    get: (owner) => records.get(keyOf(owner)) ?? null,
    set: (owner, record) =>
      queue.run(() => put(owner, { ...record, place: record.place.slice(0, MAX_PLACE) })),
    forget: (owner) =>
      queue.run(async () => {
        const changed = new Map(records);
        if (!changed.delete(keyOf(owner))) return;
        await write(changed);
        records.delete(keyOf(owner));
      }),
    markOutdated: (owner) =>
      queue.run(async () => {
        const known = records.get(keyOf(owner));
        if (known !== undefined && !known.outdated) await put(owner, { ...known, outdated: true });
      }),
  };
}

async function readRecords(path: string, log: Log) {
  try {
    const bytes = await readRegularFile(path, MAX_BYTES);
    return schema.parse(JSON.parse(bytes.toString('utf8'))).wallets;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT')
      log.warn('the list of verified backups cannot be read and starts empty', { error: messageOf(error) });
    return [];
  }
}
