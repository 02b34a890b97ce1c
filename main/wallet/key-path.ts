import { deriveSteps, type ExtendedKey, slip10Child, slip10Master, wipeKey } from './slip10.ts';

/** Purpose of BIP-44 and the coin type of Kith: `m/44'/7474'/account'/chain'/index'` (protocol.md §19). */
const PURPOSE = 44;
const COIN_TYPE = 7474;

/** The two chains of an account: addresses that are shown, and those that only the wallet itself pays to. */
export const CHAIN = { receive: 0, change: 1 } as const;
export type Chain = (typeof CHAIN)[keyof typeof CHAIN];
export const CHAINS: readonly Chain[] = [CHAIN.receive, CHAIN.change];

/** Where one key stands in an account. */
export interface KeyPlace {
  readonly chain: Chain;
  readonly index: number;
}

/** The node above all keys of one chain. Secret: every key of the chain follows from it. */
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
