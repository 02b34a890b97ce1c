/** The numbers of the relay policy (protocol.md §18). A node with other numbers is still part of the network. */

/** Minimum fee rate for relay, in motes per byte. */
export const MIN_FEERATE = 10;
/**
 * Motes per byte of its own size that a replacement pays in addition to the fees that it replaces. Also the step by
 * which the minimum fee rate rises.
 */
export const REPLACEMENT_INCREMENT = 10;
/** Outputs below this value cost more to spend than they are worth. Motes. */
export const DUST = 10_000;
/** The only transaction version that is relayed. Other versions are valid and reserved for future soft forks. */
export const KNOWN_VERSION = 1;
/** Maximum number of transactions that a replacement evicts, descendants included. */
export const MAX_REPLACED = 100;
/** Maximum number of unconfirmed ancestors or descendants, including the transaction itself. */
export const MAX_ANCESTORS = 25;
export const MAX_DESCENDANTS = 25;
/** Minimum number of blocks before a payment or one of its ancestors expires. */
export const EXPIRY_MARGIN = 30;
/** Size cap of the mempool, in bytes of transactions plus {@link ENTRY_OVERHEAD} for each. */
export const MAX_POOL_USAGE = 64_000_000;
/** Memory per transaction of the mempool besides its bytes: ids, keys and links. */
export const ENTRY_OVERHEAD = 1_000;
