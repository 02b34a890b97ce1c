import { bytesToBigInt } from '../../core/codec/bytes.ts';
import type { PowHash } from '../../core/ports.ts';
import { NONCE_OFFSET } from '../../core/primitives/header.ts';

/** What a grinder works on; plain data, so that it can be sent to a worker. */
export interface GrindJob {
  /** 88 bytes; the nonce in it is where to begin. */
  readonly header: Uint8Array;
  readonly target: bigint;
  readonly memoryKiB: number;
}

export interface GrindResult {
  readonly hashes: number;
  /** A nonce whose hash meets the target, or null when time or nonces ran out. */
  readonly nonce: number | null;
  /** Where to go on; null when all nonces were tried. */
  readonly next: number | null;
}

const NONCES = 2 ** 32;

/** Tries nonces from `from` in steps of `step` for about `ms` milliseconds, at least one. Blocks meanwhile. */
export function grind(job: GrindJob, powHash: PowHash, from: number, step: number, ms: number): GrindResult {
  const header = Uint8Array.from(job.header);
  const view = new DataView(header.buffer);
  const end = performance.now() + ms;
  let hashes = 0;
  for (let nonce = from; nonce < NONCES; nonce += step) {
    view.setUint32(NONCE_OFFSET, nonce, true);
    hashes++;
    if (bytesToBigInt(powHash(header, job.memoryKiB)) <= job.target)
      return { hashes, nonce, next: nonce + step };
    if (performance.now() >= end) return { hashes, nonce: null, next: nonce + step };
  }
  return { hashes, nonce: null, next: null };
}
