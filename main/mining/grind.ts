import { compareBytes } from '../core/codec/bytes.ts';
import { fromHex } from '../core/codec/hex.ts';
import { bitsToTarget } from '../core/consensus/compact.ts';
import type { PowHash } from '../core/ports.ts';
import { type Block, createBlock } from '../core/primitives/block.ts';
import { createHeader, NONCE_OFFSET } from '../core/primitives/header.ts';

/** A header that needs a nonce. Plain data, so that it can be posted to a worker. */
export interface MiningJob {
  readonly id: number;
  /** 88 bytes. */
  readonly header: Uint8Array;
  /** 32 bytes, big-endian. */
  readonly target: Uint8Array;
  readonly memoryKiB: number;
  /** The first and last nonce to try. */
  readonly first: number;
  readonly last: number;
}

export const MAX_NONCE = 0xffff_ffff;

/** The job for share number `part` when all nonces are divided into `parts` equal shares. */
export function createJob(id: number, block: Block, memoryKiB: number, part = 0, parts = 1): MiningJob {
  const target = fromHex(bitsToTarget(block.header.bits).toString(16).padStart(64, '0'))!;
  const span = Math.floor((MAX_NONCE + 1) / parts);
  const first = part * span;
  const last = part === parts - 1 ? MAX_NONCE : first + span - 1;
  return { id, header: new Uint8Array(block.header.bytes), target, memoryKiB, first, last };
}

/** Tries nonces one after the other. */
export interface Grinder {
  /** Tries nonces until one meets the target, and returns it. Returns null when `enough` returns true. */
  run(enough: (tried: number) => boolean): number | null;
  /** Whether all nonces of the job were tried. */
  readonly spent: boolean;
  /** Number of nonces tried so far. */
  readonly tried: number;
}

export function createGrinder(job: MiningJob, powHash: PowHash): Grinder {
  const header = new Uint8Array(job.header);
  const view = new DataView(header.buffer);
  let next = job.first;
  return {
    get spent() {
      return next > job.last;
    },
    get tried() {
      return next - job.first;
    },
    run(enough) {
      for (let tried = 0; next <= job.last && !enough(tried); tried++) {
        const nonce = next++;
        view.setUint32(NONCE_OFFSET, nonce, true);
        if (compareBytes(powHash(header, job.memoryKiB), job.target) <= 0) return nonce;
      }
      return null;
    },
  };
}

/** The block with this nonce in its header. */
export function withNonce(block: Block, nonce: number): Block {
  return createBlock(createHeader({ ...block.header, nonce }), block.transactions);
}
