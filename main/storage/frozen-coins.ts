import { CorruptError } from './corrupt-error.ts';
import { openRecord } from './checksum.ts';
import { PREFIX } from './keys.ts';
import { entries, type Level } from './level-access.ts';

/** A consistent view of all coins, in the order of a snapshot. It is lost when the process ends. */
export interface FrozenCoins {
  /**
   * The coins in batches of up to a thousand: the key in the database, and the payload that encodeCoin writes.
   * @throws {CorruptError}
   */
  batches(): AsyncGenerator<readonly RawCoin[]>;
  release(): Promise<void>;
}

export interface RawCoin {
  /** txid 32 | index u32 BE. */
  readonly outpoint: Uint8Array;
  readonly coin: Uint8Array;
}

/** Freezes the current coins of a database. */
export function freezeCoins(level: Level): FrozenCoins {
  const snapshot = level.snapshot();
  return {
    async *batches() {
      for await (const some of entries(level, PREFIX.coin, snapshot)) {
        yield some.map(([at, value]) => {
          const coin = openRecord(at, value);
          if (!coin || at.length !== 37) throw new CorruptError('a coin');
          return { outpoint: at.subarray(1), coin };
        });
      }
    },
    release: () => snapshot.close(),
  };
}
