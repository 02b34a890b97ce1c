import { type BinaryString, toBinary, writeBinary } from '../codec/binary.ts';
import { toHex } from '../codec/hex.ts';
import type { Outpoint } from './outpoint.ts';

/**
 * An outpoint as a key of the ledger's maps: the binary string of txid 32 | index varuint. V8 hashes these 36 bytes
 * fast; hexadecimal would be twice as long and need a concatenation.
 */
export type CoinKey = BinaryString & { readonly __key: 'coin' };

const TXID_BYTES = 32;
const scratch = new Uint8Array(TXID_BYTES + 5);

export function coinKey(outpoint: Outpoint): CoinKey {
  scratch.set(outpoint.txid, 0);
  return withIndex(outpoint.index);
}

/** The key of an outpoint whose txid is a binary string. */
export function coinKeyOf(txid: BinaryString, index: number): CoinKey {
  writeBinary(txid, scratch, 0);
  return withIndex(index);
}

/** Writes the txid's bytes and returns the index. */
export function readCoinKey(key: CoinKey, txid: Uint8Array, at: number): number {
  for (let i = 0; i < TXID_BYTES; i++) txid[at + i] = key.charCodeAt(i);
  return indexOfCoinKey(key);
}

export function indexOfCoinKey(key: CoinKey): number {
  let index = 0;
  for (let i = TXID_BYTES; i < key.length; i++)
    index += (key.charCodeAt(i) & 0x7f) * 2 ** (7 * (i - TXID_BYTES));
  return index;
}

export function outpointOf(key: CoinKey): Outpoint {
  const txid = new Uint8Array(TXID_BYTES);
  return { index: readCoinKey(key, txid, 0), txid };
}

/** `<txid as hex>:<index>`, for texts and logs. */
export function showCoinKey(key: CoinKey): string {
  const { txid, index } = outpointOf(key);
  return `${toHex(txid)}:${index}`;
}

function withIndex(index: number): CoinKey {
  let at = TXID_BYTES;
  let rest = index;
  while (rest >= 0x80) {
    scratch[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  scratch[at++] = rest;
  return toBinary(scratch.subarray(0, at)) as CoinKey;
}
