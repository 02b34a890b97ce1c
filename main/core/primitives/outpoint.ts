import { toHex } from '../codec/hex.ts';
import type { Hash } from '../crypto/hash.ts';

/** Names one output of one transaction. */
export interface Outpoint {
  readonly txid: Hash;
  readonly index: number;
}

/** `<txid as hex>:<index>`: an outpoint as a map key. */
export type OutpointKey = string & { readonly __key: 'outpoint' };

export function outpointKey(outpoint: Outpoint): OutpointKey {
  return outpointKeyOf(toHex(outpoint.txid), outpoint.index);
}

/** The key of an outpoint whose txid is hexadecimal. */
export function outpointKeyOf(txidHex: string, index: number): OutpointKey {
  return `${txidHex}:${index}` as OutpointKey;
}
