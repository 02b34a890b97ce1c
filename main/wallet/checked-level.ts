import { KithError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { openRecord, sealPayload } from '../storage/checksum.ts';
import { type Change, type KeyRange, openRenewableLevel } from '../storage/renewable-level.ts';
import type { LevelRecord } from '../storage/salvage.ts';

/** The wallet database, with a checksum of ours in every value: LevelDB itself never checks what it reads back. */
export interface CheckedLevel {
  /** See RenewableLevel. */
  readonly renewedBecause: string | null;
  /** @throws {KithError} `wallet-data-damaged`, as every read here does when bytes aren't those that were written. */
  get(key: Uint8Array): Promise<Uint8Array | undefined>;
  /** Entries with `gte` ≤ key < `lt`, in order of key, or the other way round. */
  entries(range: KeyRange): AsyncIterable<LevelRecord>;
  /** The same, with null for a damaged value. */
  readable(range: KeyRange): AsyncIterable<readonly [Uint8Array, Uint8Array | null]>;
  /** All of it or nothing. `sync` returns when the disk has it. @throws {KithError} `disk-full`, `wallet-data-damaged` */
  write(changes: readonly Change[], sync: boolean): Promise<void>;
  /** See RenewableLevel; `build` is given the values that are whole, and gives values without their checksums. */
  renew(why: string, build: (kept: readonly LevelRecord[]) => readonly LevelRecord[]): Promise<void>;
  close(): Promise<void>;
}

const DAMAGED = 'wallet-data-damaged';
const BUFFER_BYTES = 1 << 20;

/**
 * Opens the folder; what is damaged there is set aside, and of its records those that `keep` accepts are kept as far as
 * they can be read. `onRefused` is called once when the disk refuses a write (`disk-full`, `disk-read-only`, `files-exhausted`); nothing is
 * written after that.
 * @throws {KithError} `wallet-data-unusable`, `disk-full`
 */
export async function openCheckedLevel(
  folder: string,
  log: Log,
  keep: (key: Uint8Array) => boolean,
  onRefused?: (error: KithError) => void,
): Promise<CheckedLevel> {
  const level = await openRenewableLevel({
    folder,
    log,
    what: 'wallet database',
    kind: 'wallet data',
    codes: { damaged: DAMAGED, unusable: 'wallet-data-unusable' },
    keep,
    onRefused,
    bufferBytes: BUFFER_BYTES,
  });
  return {
    get renewedBecause() {
      return level.renewedBecause;
    },
    async get(key) {
      const value = await level.get(key);
      return value === undefined ? undefined : payloadOf(key, value);
    },
    async *entries(range) {
      for await (const [key, value] of level.entries(range)) yield [key, payloadOf(key, value)] as const;
    },
    async *readable(range) {
      for await (const [key, value] of level.entries(range)) yield [key, openRecord(key, value)] as const;
    },
    write: (changes, sync) =>
      level.write(
        changes.map(([key, value]) => [key, value === null ? null : sealPayload(key, value)] as const),
        sync,
      ),
    renew: (why, build) =>
      level.renew(why, (kept) =>
        build(kept.flatMap(whole)).map(([key, value]) => [key, sealPayload(key, value)]),
      ),
    close: level.close,
  };
}

function whole([key, value]: LevelRecord): LevelRecord[] {
  const payload = openRecord(key, value);
  return payload === null ? [] : [[key, payload]];
}

function payloadOf(key: Uint8Array, value: Uint8Array): Uint8Array {
  const payload = openRecord(key, value);
  if (payload === null) throw new KithError(DAMAGED, 'a record of the wallet database is damaged');
  return payload;
}
