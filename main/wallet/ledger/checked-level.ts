import { KithError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { openRecord, sealPayload } from '../../storage/checksum.ts';
import { type Change, type KeyRange, openRenewableLevel } from '../../storage/renewable-level.ts';
import type { LevelRecord } from '../../storage/salvage.ts';

/** The wallet database with a checksum in every value, because LevelDB does not verify the values that it reads. */
export interface CheckedLevel {
  /** See RenewableLevel. */
  readonly renewedBecause: string | null;
  /** @throws {KithError} `wallet-data-damaged` when a checksum does not match. The other reads throw it too. */
  get(key: Uint8Array): Promise<Uint8Array | undefined>;
  /** The values of several keys, for the price of one wait. */
  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>;
  /** Entries with `gte` ≤ key < `lt`, ascending by key, or descending with `reverse`. */
  entries(range: KeyRange): AsyncIterable<LevelRecord>;
  /** The same entries, with null for a corrupt value. */
  readable(range: KeyRange): AsyncIterable<readonly [Uint8Array, Uint8Array | null]>;
  /**
   * Writes one atomic batch. With `sync` it resolves when the batch is on the disk.
   * @throws {KithError} `disk-full`, `wallet-data-damaged`
   */
  write(changes: readonly Change[], sync: boolean): Promise<void>;
  /**
   * See RenewableLevel. `build` receives the records whose checksum is valid. Its argument and its result have no
   * checksums.
   */
  renew(why: string, build: (kept: readonly LevelRecord[]) => readonly LevelRecord[]): Promise<void>;
  close(): Promise<void>;
}

const CORRUPTION_CODE = 'wallet-data-damaged';
const BUFFER_BYTES = 1 << 20;

/**
 * Opens the database in a folder. A corrupt database is renamed and created again with those of its readable
 * records that `keep` accepts. `onRefused` is called once, when the disk refuses a write (`disk-full`,
 * `disk-read-only`, `files-exhausted`). Nothing is written after that.
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
    codes: { damaged: CORRUPTION_CODE, unusable: 'wallet-data-unusable' },
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
    async getMany(keys) {
      const values = await level.getMany(keys);
      return values.map((value, i) => (value === undefined ? undefined : payloadOf(keys[i]!, value)));
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
  if (payload === null) throw new KithError(CORRUPTION_CODE, 'a record of the wallet database is corrupt');
  return payload;
}
