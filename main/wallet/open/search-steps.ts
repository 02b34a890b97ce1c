import { type Block, decodeBlock } from '../../core/primitives/block.ts';
import { type OutpointKey, outpointKey } from '../../core/primitives/outpoint.ts';
import { isViolation } from '../../core/violation.ts';
import type { Height } from '../../../shared/units.ts';
import type { Clock } from '../../lib/clock.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { Ledger } from '../ledger/wallet-ledger.ts';
import type { KeySecrets } from '../secrets/key-secrets.ts';
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
  /** The secrets of a wallet that is unlocked or being restored. */
  readonly secretsOf: (wallet: OpenWallet) => KeySecrets | null;
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

interface Records {
  readonly ledger: Ledger;
  /** Of the ledger. With the same revision it has the same records. */
  readonly revision: number;
  readonly from: Height;
  readonly to: Height;
  readonly txids: ReadonlyMap<Height, ReadonlySet<string>>;
}

/**
 * Compares blocks with the records of a wallet, and changes none. Every function must be called inside the queue.
 */
export function createSearchSteps(deps: SearchStepsDeps) {
  const { chain, clock } = deps;
  const isActive = ({ height, id }: BlockRef) => chain.atHeight(height)?.id === id;
  const recorded = createRecordLookup(deps);

  const readBody = async (id: string): Promise<Block | null> => {
    const bytes = await chain.readBlock(id);
    const block = bytes === null ? null : decodeBlock(bytes);
    return block === null || isViolation(block) ? null : block;
  };

  /**
   * What to do about a payment that the wallet lacks. The wallet is rolled back only if it can read every later block
   * again, because it would lose the payments in those that it cannot read.
   */
  const unlessBlocksAreMissing = (height: Height): 'lacking' | 'absent' | 'wait' => {
    const served = chain.lowestServedHeight();
    if (served <= Math.max(1, height)) return 'lacking';
    const missing = chain.atHeight(served - 1);
    return missing === undefined || chain.isBodyRequested(missing.id) ? 'wait' : 'absent';
  };

  /** Compares the block at a height. `absent`: the wallet cannot read it, now or later. */
  const compare = async (
    wallet: OpenWallet,
    height: Height,
    known: ReadonlySet<string>,
  ): Promise<'same' | 'lacking' | 'absent' | 'wait'> => {
    const at = chain.atHeight(height);
    if (at === undefined) return 'wait';
    const block = await readBody(at.id);
    if (block === null) return chain.hasBody(at.id) || chain.isBodyRequested(at.id) ? 'wait' : 'absent';
    return differs(wallet, block, known) ? unlessBlocksAreMissing(height) : 'same';
  };

  const step = async (
    wallet: OpenWallet,
    search: SearchRecord,
  ): Promise<{ readonly search: SearchRecord; readonly outcome: StepOutcome }> => {
    const { syncedTo } = wallet.ledger;
    // While a reorganisation is followed, records and chain are of different branches.
    if (!isActive(syncedTo)) return { search, outcome: 'wait' };
    let { next, unsearched } = search;
    let outcome: StepOutcome = 'more';
    if (next <= syncedTo.height) {
      const { txids, to } = await recorded(wallet, next);
      // The records are not part of the slice: each step compares a block at least.
      const start = clock.monotonic();
      do {
        const found = await compare(wallet, next, txids.get(next) ?? NONE);
        if (found === 'wait' || found === 'lacking') outcome = found;
        else {
          if (found === 'absent') unsearched = widened(unsearched, next);
          next++;
        }
      } while (outcome === 'more' && next <= to && clock.monotonic() - start < SLICE_MS);
      // A reorganisation meanwhile: some of the blocks were of the other branch.
      if (!isActive(syncedTo)) return { search, outcome: 'wait' };
    }
    if (outcome === 'more' && next > syncedTo.height)
      outcome = chain.tip().id === syncedTo.id ? 'end' : 'wait';
    return { search: { ...search, next, unsearched }, outcome };
  };

  return { step, isActive, lookUpCoins: createCoinLookup(deps) };
}

/** The txids of the records of a wallet by height, from a height on. They are kept from one step to the next. */
function createRecordLookup({ data }: Pick<SearchStepsDeps, 'data'>) {
  const kept = new Map<string, Records>();
  return async (wallet: OpenWallet, from: Height): Promise<Records> => {
    const { ledger, id } = wallet;
    const last = kept.get(id);
    const isSame = last?.ledger === ledger && last.revision === ledger.revision;
    if (isSame && last.from <= from && from <= last.to) return last;
    const to = Math.min(ledger.syncedTo.height, from + MAX_BLOCKS - 1);
    const txids = new Map<Height, Set<string>>();
    for await (const { height, txidHex } of data.minedIn(id, from, to))
      txids.set(height, (txids.get(height) ?? new Set()).add(txidHex));
    const records = { ledger, revision: ledger.revision, from, to, txids };
    kept.set(id, records);
    return records;
  };
}

/**
 * Adds to the wallet the coins that the UTXO set has from the blocks which were not searched. Null when the wallet is
 * behind the UTXO set, and the call must be repeated. When further keys were derived, the search starts over with them.
 */
function createCoinLookup({ chain, store, secretsOf }: SearchStepsDeps) {
  const scan = async (wallet: OpenWallet, { from, to }: BlockRange) => {
    const found: [OutpointKey, OwnCoin][] = [];
    const at = await chain.scanCoins((coin, outpoint) => {
      const { amount, height, coinbase } = coin;
      const keyPath = height < from || height > to ? undefined : wallet.keyring.find(coin);
      if (keyPath !== undefined) found.push([outpointKey(outpoint), { amount, keyPath, height, coinbase }]);
    });
    return { at, missing: found.filter(([key]) => !wallet.ledger.coins.has(key)) };
  };

  /** Whether further keys were derived. A wallet that cannot derive them records that it may lack payments. */
  const extend = async (wallet: OpenWallet, { to }: BlockRange): Promise<boolean> => {
    const { ledger } = wallet;
    const secrets = secretsOf(wallet);
    if (secrets !== null && wallet.keysAhead() < ledger.gap) return wallet.extendKeys(secrets);
    if (wallet.keysAhead() < wallet.keysNeeded() && ledger.meta().shortSince === null)
      await store.commit(wallet, (of) => of.set({ shortSince: Math.min(to, of.syncedTo.height) }), {
        sync: true,
      });
    return false;
  };

  return async (
    wallet: OpenWallet,
    search: SearchRecord & { readonly unsearched: BlockRange },
  ): Promise<SearchRecord | null> => {
    if (chain.tip().id !== wallet.ledger.syncedTo.id) return null;
    const { at, missing } = await scan(wallet, search.unsearched);
    if (at.id !== wallet.ledger.syncedTo.id) return null;
    if (missing.length > 0)
      await store.commit(wallet, (ledger, changes) => ledger.addFoundCoins(missing, changes), { sync: true });
    const heights = missing.map(([, { height }]) => height);
    const lowest = heights.reduce((low, height) => Math.min(low, height), search.lackedFrom ?? Infinity);
    const result = { ...search, lackedFrom: lowest === Infinity ? null : lowest };
    return (await extend(wallet, search.unsearched))
      ? { ...result, next: search.from }
      : { ...result, coinsLookedUp: true };
  };
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

/** Blocks that a wallet cannot read are one range: the pruned ones, or those below a snapshot. */
export function widened(range: BlockRange | null, height: Height): BlockRange {
  return range === null
    ? { from: height, to: height }
    : { from: Math.min(range.from, height), to: Math.max(range.to, height) };
}
