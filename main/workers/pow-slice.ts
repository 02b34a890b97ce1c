import { HEADER_BYTES } from '../core/primitives/limits.ts';
import { powHash } from './pow.ts';
import type { WorkSlice } from './slice-task.ts';

export const DIGEST_BYTES = 32;

/** Hashes the headers at the start of the data into the digests after them. The parameter is the memory in KiB. */
export const hashHeaders: WorkSlice = (data, from, to, { count, parameter }) => {
  for (let i = from; i < to; i++) {
    const header = data.subarray(i * HEADER_BYTES, (i + 1) * HEADER_BYTES);
    data.set(powHash(header, parameter), count * HEADER_BYTES + i * DIGEST_BYTES);
  }
  return -1;
};
