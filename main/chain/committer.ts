import type { Delta } from '../core/ledger/delta.ts';
import type { SupplyChange } from '../core/ledger/supply-change.ts';
import type { Block } from '../core/primitives/block.ts';
import type { Coin } from '../core/primitives/coin.ts';
import type { CoinKey } from '../core/primitives/coin-key.ts';
import type { ChainDb } from '../storage/chain-db.ts';
import { coinSumAfter } from '../storage/coin-sum.ts';
import type { CoinChanges } from '../storage/coin-writer.ts';
import type { BlockUndo } from '../storage/unsynced-undo.ts';
import type { ChainState } from '../storage/state-record.ts';
import type { OwnedEntry } from './header-entry.ts';
import type { HeaderIndex } from './header-index.ts';

/** One step of the chain, checked and ready to be written. */
export type Step = ConnectedStep | DisconnectedStep;

export interface ConnectedStep {
  readonly kind: 'connected';
  readonly entry: OwnedEntry;
  readonly block: Block;
  /** The change of the UTXO set and of the totals. */
  readonly delta: Delta;
  readonly supplyChange: SupplyChange;
  /** See undo-record.ts. */
  readonly undo: Uint8Array;
}

export interface DisconnectedStep {
  readonly kind: 'disconnected';
  readonly entry: OwnedEntry;
  /** Null when the body was lost: the undo record suffices to disconnect a block. */
  readonly block: Block | null;
  /** The inverse of the change that connecting the block made to the UTXO set. */
  readonly delta: Delta;
  /** The change that connecting the block made to the totals. */
  readonly supplyChange: SupplyChange;
}

/** The state after these steps. The totals are computed from the changes alone. */
export function stateAfter(state: ChainState, steps: readonly Step[], index: HeaderIndex): ChainState {
  let { coins, issued, burned, coinSum } = state;
  for (const { kind, delta, supplyChange } of steps) {
    const sign = kind === 'connected' ? 1 : -1;
    coins += delta.created.size - delta.spent.size;
    issued += sign * supplyChange.issued;
    burned += sign * supplyChange.burned;
    coinSum = coinSumAfter(coinSum, { created: delta.created.keys(), spent: delta.spent.keys() });
  }
  const last = steps[steps.length - 1]!;
  const tip = last.kind === 'connected' ? last.entry : last.entry.prev!;
  const commit = state.commit + 1;
  return {
    tip: index.idBytes(tip),
    height: tip.height,
    commit,
    coins,
    total: issued - burned,
    issued,
    burned,
    coinSum,
  };
}

/** The net coin changes of all steps. Omits a coin that one step creates and a later step spends. */
function netCoins(steps: readonly Step[]): CoinChanges {
  if (steps.length === 1) return changesOf(steps[0]!.delta);
  const net = new Map<CoinKey, Coin | null>();
  for (const { delta } of steps) {
    for (const key of delta.spent.keys())
      if (net.get(key)) net.delete(key);
      else net.set(key, null);
    delta.created.forEach((coin, key) => net.set(key, coin));
  }
  return net;
}

function changesOf({ created, spent }: Delta): CoinChanges {
  return {
    forEach(visit) {
      created.forEach(visit);
      spent.forEach((_, key) => visit(null, key));
    },
  };
}

/** Writes the steps as one atomic batch and returns the resulting state. */
export async function commitSteps(
  db: ChainDb,
  state: ChainState,
  steps: readonly Step[],
  index: HeaderIndex,
): Promise<ChainState> {
  const next = stateAfter(state, steps, index);
  const headers = steps.map(({ entry }) => index.recordOf(entry));
  const undo: BlockUndo[] = [];
  const disconnected: Omit<BlockUndo, 'record'>[] = [];
  for (const step of steps) {
    const block = { height: step.entry.height, id: index.idBytes(step.entry) };
    if (step.kind === 'connected') undo.push({ ...block, record: step.undo });
    else disconnected.push(block);
  }
  await db.commit({ coins: netCoins(steps), headers, state: next, undo, disconnected });
  return next;
}

/** Maximum number of changes in a batch, since building a batch blocks the event loop. */
const MAX_CHANGES = 4000;

/** How many of the first steps fit into one batch; at least one. */
export function countStepsInBatch(steps: readonly Step[]): number {
  let changes = 0;
  const over = steps.findIndex(
    ({ delta }) => (changes += delta.created.size + delta.spent.size) > MAX_CHANGES,
  );
  return over < 0 ? steps.length : Math.max(1, over);
}
