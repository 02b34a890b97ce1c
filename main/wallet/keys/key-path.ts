import { deriveSteps, type ExtendedKey, slip10Child, slip10Master, wipeKey } from './slip10.ts';

/** Purpose of BIP-44 and the coin type of Kith: `m/44'/7474'/account'/chain'/index'` (protocol.md §19). */
const PURPOSE = 44;
const COIN_TYPE = 7474;

/** The two key chains of an account: receiving addresses, and change addresses, which only this wallet pays to. */
export const CHAIN = { receive: 0, change: 1 } as const;
export type Chain = (typeof CHAIN)[keyof typeof CHAIN];
export const CHAINS: readonly Chain[] = [CHAIN.receive, CHAIN.change];

/** Chain and index of one key of an account. */
export interface KeyPath {
  readonly chain: Chain;
  readonly index: number;
}

/** The parent node of all keys of one chain. Secret: every key of the chain can be derived from it. */
export function deriveChain(seed: Uint8Array, account: number, chain: Chain): ExtendedKey {
  const master = slip10Master(seed);
  const node = deriveSteps(master, [PURPOSE, COIN_TYPE, account, chain]);
  wipeKey(master);
  return node;
}

/** The 32-byte Ed25519 seed of one key of a chain. Secret; wipe it after use. */
export function deriveKeySeed(chain: ExtendedKey, index: number): Uint8Array {
  const child = slip10Child(chain, index);
  child.chainCode.fill(0);
  return child.key;
}
