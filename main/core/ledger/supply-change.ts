import type { Block } from '../primitives/block.ts';
import { LOCK_BURN } from '../primitives/coin.ts';
import type { Delta } from './delta.ts';

/** The change of the UTXO set's totals by a block. */
export interface SupplyChange {
  /** Motes newly issued, and motes destroyed: burnt outputs, and fees that the miner did not claim. */
  readonly issued: number;
  readonly burned: number;
}

/**
 * Computed only from the block and its delta, so that disconnecting a block reverts exactly what connecting it added.
 */
export function supplyChangeOf(block: Block, delta: Delta): SupplyChange {
  let change = 0;
  for (const coin of delta.created.values()) change += coin.amount;
  for (const coin of delta.spent.values()) change -= coin.amount;
  let burnt = 0;
  for (const tx of block.transactions) {
    for (const output of tx.outputs) if (output.lockType === LOCK_BURN) burnt += output.amount;
  }
  // claimed by the coinbase - fees = change + burnt
  const surplus = change + burnt;
  return {
    issued: Math.max(0, surplus),
    burned: burnt + Math.max(0, -surplus),
  };
}
