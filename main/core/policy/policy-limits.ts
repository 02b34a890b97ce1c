/** The numbers of the relay policy (protocol.md §18). Each node may choose others without leaving the network. */

/** The least feerate, in motes per byte, that is relayed at all. */
export const MIN_FEERATE = 10;
/** What a replacement pays for each of its own bytes on top of all that it throws out; also how fast the floor climbs. */
export const REPLACEMENT_INCREMENT = 10;
/** Outputs below this cost more to spend than they hold. Motes. */
export const DUST = 10_000;
/** The only transaction version that has a meaning; others are valid, for soft forks to come, and not relayed. */
export const KNOWN_VERSION = 1;
/** Transactions that one replacement may throw out, descendants included. */
export const MAX_REPLACED = 100;
/** Unconfirmed transactions in one line, counting the transaction itself. */
export const MAX_ANCESTORS = 25;
export const MAX_DESCENDANTS = 25;
/** Blocks that a payment must still have before it, or one of its ancestors, expires. */
export const EXPIRY_MARGIN = 30;
/** What the pool may take up, in bytes of transactions with {@link ENTRY_OVERHEAD} for each. */
export const MAX_POOL_USAGE = 64_000_000;
/** What one transaction of the pool takes up besides its bytes: ids, keys and links. */
export const ENTRY_OVERHEAD = 1_000;
