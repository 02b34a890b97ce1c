import { secretBytes } from '../../core/codec/bytes.ts';
import type { Log } from '../../lib/log.ts';
import { libsodium } from '../../workers/sodium.ts';

/**
 * Memory for secrets that stay: it is not written to swap and is in no core dump, where the system permits that. No two
 * blocks share bytes.
 */
export interface LockedMemory {
  /**
   * A block of at most {@link BLOCK_BYTES} zeros. If none is left, the block is ordinary memory. The first block that is not
   * locked, and the first that is ordinary memory, are reported to the log.
   */
  take(length: number, log: Pick<Log, 'warn'>): SecretBlock;
  /** Whether the system has locked the memory. If not, it may be swapped. */
  readonly locked: boolean;
  /** The number of blocks that are left. */
  readonly free: number;
}

export interface SecretBlock {
  readonly bytes: Uint8Array;
  /** Overwrites the bytes and gives the block back. The bytes must not be used afterwards. Later calls do nothing. */
  release(): void;
}

/** Two chain nodes of 64 bytes and a MAC key of 32. */
export const BLOCK_BYTES = 160;
/**
 * Bytes that are locked. Some systems let a user lock 64 KiB only, for all programs together with this one's other
 * libraries. Enough for 200 unlocked wallets.
 */
const LOCKED_BYTES = 32_768;

const NOT_LOCKED =
  'the system does not let Kith lock memory: keys of unlocked wallets may be written to swap';
const NONE_FREE = 'all locked memory is in use: keys of further unlocked wallets may be written to swap';

let ofProcess: LockedMemory | null = null;

/** The locked memory of this process, which all its wallets share. */
export function keyMemory(): LockedMemory {
  return (ofProcess ??= createLockedMemory());
}

/**
 * The memory is that of a WebAssembly.Memory, because it begins at a page boundary and never moves. `sodium_malloc` would do
 * the same, but Electron refuses its buffers (main/workers/sodium.ts); an ordinary ArrayBuffer begins in the middle of a
 * page, where the system accepts no request to keep it out of core dumps.
 */
export function createLockedMemory(lock = lockPages): LockedMemory {
  const region = new Uint8Array(new WebAssembly.Memory({ initial: 1, maximum: 1 }).buffer, 0, LOCKED_BYTES);
  const locked = lock(region);
  const free = Array.from({ length: Math.floor(LOCKED_BYTES / BLOCK_BYTES) }, (_, at) => at * BLOCK_BYTES);
  const reported = new Set<string>();
  const report = (log: Pick<Log, 'warn'>, problem: string) => {
    if (!reported.has(problem)) log.warn(problem);
    reported.add(problem);
  };
  return {
    locked,
    get free() {
      return free.length;
    },
    take(length, log) {
      if (length > BLOCK_BYTES) throw new RangeError(`a block has ${BLOCK_BYTES} bytes`);
      const at = free.pop();
      if (!locked) report(log, NOT_LOCKED);
      else if (at === undefined) report(log, NONE_FREE);
      const bytes = at === undefined ? secretBytes(length) : region.subarray(at, at + length);
      let taken = true;
      return {
        bytes,
        release() {
          // The block may belong to another wallet by now.
          if (!taken) return;
          taken = false;
          libsodium.sodium_memzero(bytes);
          if (at !== undefined) free.push(at);
        },
      };
    },
  };
}

/** mlock and, on Linux, madvise(MADV_DONTDUMP). False where the system refuses, as with a limit of 0 bytes. */
function lockPages(region: Uint8Array): boolean {
  try {
    libsodium.sodium_mlock(region);
    return true;
  } catch {
    return false;
  }
}
