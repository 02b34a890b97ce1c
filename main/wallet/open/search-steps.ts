import { type Block, decodeBlock } from '../../core/primitives/block.ts';
import { type OutpointKey, outpointKey } from '../../core/primitives/outpoint.ts';
import { isViolation } from '../../core/violation.ts';
import type { Height } from '../../../shared/units.ts';
import type { Clock } from '../../lib/clock.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { BlockRef, WalletChain } from '../ledger/ports.ts';
import type { BlockRange, SearchRecord } from '../ledger/search-record.ts';
import type { WalletData } from '../ledger/wallet-data.ts';
import type { OwnCoin } from '../ledger/wallet-records.ts';
import type { WalletStore } from './wallet-store.ts';

export interface SearchStepsDeps {
  readonly chain: WalletChain;
  readonly data: Pick<WalletData, 'minedIn'>;
  readonly store: Pick<WalletStore, 'commit'>;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/**
 * What a step found. `more`: it can continue. `wait`: it needs a block that is being downloaded, or a wallet that has
 * followed a reorganisation. `lacking`: the block at `next` has a payment that the wallet lacks. `end`: every block that
 * the wallet has read was compared.
 */
export type StepOutcome = 'more' | 'wait' | 'lacking' | 'end';

/** How long one wallet may use the queue, in milliseconds, before other tasks run. */
const SLICE_MS = 15;
/** The records of so many blocks are looked up together. */
const MAX_BLOCKS = 500;

/**
 * Compares blocks with the records of a wallet, and changes none. Every function must be called inside the queue.
 */
export function createSearchSteps({ chain, data, store, clock }: SearchStepsDeps) {
  const isActive = ({ height, id }: BlockRef) => chain.atHeight(height)?.id === id;

  const readBody = async (id: string): Promise<Block | null> => {
    const bytes = await chain.readBlock(id);
    const block = bytes === null ? null : decodeBlock(bytes);
    return block === null || isViolation(block) ? null : block;
  };

  const recorded = async (wallet: OpenWallet, from: Height, to: Height) => {
    const byHeight = new Map<Height, Set<string>>();
    for await (const { height, txidHex } of data.minedIn(wallet.id, from, to)) {
      const txids = byHeight.get(height) ?? new Set<string>();
      byHeight.set(height, txids.add(txidHex));
    }
    return byHeight;
  };

  /** Compares the block at a height. `absent`: it is not stored here and will not be. */
  const compare = async (
    wallet: OpenWallet,
    height: Height,
    known: ReadonlySet<string>,
  ): Promise<'same' | 'lacking' | 'absent' | 'wait'> => {
    const at = chain.atHeight(height);
    if (at === undefined) return 'wait';
    const block = await readBody(at.id);
    if (block === null) return chain.hasBody(at.id) || chain.isBodyRequested(at.id) ? 'wait' : 'absent';
    return differs(wallet, block, known) ? 'lacking' : 'same';
  };

  const step = async (
    wallet: OpenWallet,
    search: SearchRecord,
  ): Promise<{ readonly search: SearchRecord; readonly outcome: StepOutcome }> => {
    // While a reorganisation is followed, records and chain are of different branches.
    if (!isActive(wallet.ledger.syncedTo)) return { search, outcome: 'wait' };
    const start = clock.monotonic();
    const last = Math.min(wallet.ledger.syncedTo.height, search.next + MAX_BLOCKS - 1);
    const known = await recorded(wallet, search.next, last);
    let { next, unsearched } = search;
    let outcome: StepOutcome = 'more';
    while (outcome === 'more' && next <= last && clock.monotonic() - start < SLICE_MS) {
      const found = await compare(wallet, next, known.get(next) ?? NONE);
      if (found === 'wait' || found === 'lacking') outcome = found;
      else {
        if (found === 'absent') unsearched = widened(unsearched, next);
        next++;
      }
    }
    if (outcome === 'more' && next > wallet.ledger.syncedTo.height) outcome = 'end';
    return { search: { ...search, next, unsearched }, outcome };
  };

  /**
   * Looks up the coins of the wallet in the UTXO set, for blocks that are not stored here. True when they are in the
   * wallet; false when the wallet is behind the UTXO set, and the call must be repeated.
   */
  const lookUpCoins = async (wallet: OpenWallet): Promise<boolean> => {
    const found: [OutpointKey, OwnCoin][] = [];
    const at = await chain.scanCoins((coin, outpoint) => {
      const keyPath = wallet.keyring.find(coin);
      if (keyPath === undefined) return;
      const { amount, height, coinbase } = coin;
      found.push([outpointKey(outpoint), { amount, keyPath, height, coinbase }]);
    });
    if (at.id !== wallet.ledger.syncedTo.id) return false;
    if (found.every(([key]) => wallet.ledger.coins.has(key))) return true;
    const genesis = chain.atHeight(0)!;
    const from = [genesis, at].map(({ height, id }) => ({ height, id }));
    await store.commit(wallet, (ledger, changes) => ledger.resetToUtxoSet(found, from, changes), {
      sync: true,
    });
    return true;
  };

  return { step, lookUpCoins, isActive };
}

const NONE: ReadonlySet<string> = new Set();

/** Whether a block has a transaction of the wallet that its records lack at that height, or lacks one of the records. */
function differs({ ledger }: OpenWallet, block: Block, known: ReadonlySet<string>): boolean {
  let present = 0;
  for (const tx of block.transactions) {
    if (known.has(tx.txidHex)) present++;
    else if (ledger.concerns(tx)) return true;
  }
  return present < known.size;
}

/** Blocks that are not stored are one range: the pruned ones, or those below a snapshot. */
export function widened(range: BlockRange | null, height: Height): BlockRange {
  return range === null
    ? { from: height, to: height }
    : { from: Math.min(range.from, height), to: Math.max(range.to, height) };
}
