import type { Height } from '../../shared/units.ts';
import type { ActiveRules } from '../core/ledger/spend.ts';
import type { Delta } from '../core/ledger/delta.ts';
import type { Network } from '../core/params/network.ts';
import type { Block } from '../core/primitives/block.ts';
import type { Coin } from '../core/primitives/coin.ts';
import type { Outpoint } from '../core/primitives/outpoint.ts';
import type { Events } from '../lib/events.ts';

/**
 * Events of the chain, one per step. When the first event of a group is emitted, lookups already show the state after
 * the whole group. `tip` follows when the steps are finished or pause.
 */
export interface ChainMoves {
  connected: { readonly block: Block; readonly delta: Pick<Delta, 'spent'> };
  disconnected: {
    /** Null when the body was lost: its payments cannot be re-added. */
    readonly block: Block | null;
    readonly entry: { readonly work: bigint; readonly height: Height };
    /** `spent`: the coins that the block had created. */
    readonly delta: Pick<Delta, 'spent'>;
  };
  tip: { readonly work: bigint };
}

/** What the mempool needs from the chain. */
export interface ChainView {
  readonly network: Pick<Network, 'id' | 'idHex' | 'params'>;
  tip(): { readonly id: string; readonly height: Height };
  /** The coin if it is unspent at the tip. */
  getCoin(outpoint: Outpoint): Coin | undefined;
  /** The active rules for the block after the tip. */
  nextRules(): ActiveRules;
  readonly events: Events<ChainMoves>;
}
