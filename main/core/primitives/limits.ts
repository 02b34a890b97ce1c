/** Sizes and counts that every node agrees on (protocol.md §3). Bytes unless said otherwise. */
export const MAX_BLOCK_BYTES = 1_000_000;
export const MAX_BLOCK_OUTPUTS = 10_000;
export const MAX_TRANSACTION_BYTES = 100_000;
export const MAX_LOCK_BYTES = 64;
export const MAX_RECORD_BYTES = 256;
export const KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
export const HEADER_BYTES = 88;
