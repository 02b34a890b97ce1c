import type { Height } from '../../../shared/units.ts';
import type { Clock } from '../../lib/clock.ts';
import { KithError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { Queue } from '../../lib/queue.ts';
import type { Follower } from './chain-follower.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { BlockRange, SearchRecord } from '../ledger/search-record.ts';
import type { WalletData } from '../ledger/wallet-data.ts';
import { createSearchSteps, type SearchStepsDeps, widened } from './search-steps.ts';

/**
 * Searches of the chain for payments that a wallet lacks. A search compares the stored blocks with the records of the
 * wallet, which stay as they are. At the first block that has a payment which the wallet lacks, the wallet is rolled
 * back to the block before, and reads the chain from there.
 */
export interface ChainSearches {
  /** Reads the stored searches, and continues those that a stop interrupted. */
  start(): Promise<void>;
  /** A wallet was opened after the start: reads its stored search. Must be called inside the queue. */
  opened(wallet: OpenWallet): Promise<void>;
  /** A wallet was deleted. */
  removed(wallet: OpenWallet): void;
  /**
   * Searches from a height on, in place of an earlier search. `prepare` runs before, unless the search is refused. Must
   * be called inside the queue.
   * @throws {KithError} `wallet-search-reading`, and what `prepare` throws
   */
  begin(wallet: OpenWallet, from: Height, prepare: () => Promise<void>): Promise<void>;
  /**
   * Ends a search. What it found stays in the wallet. Must be called inside the queue.
   * @throws {KithError} `wallet-search-none`, `wallet-search-reading`
   */
  cancel(wallet: OpenWallet): Promise<void>;
  /** The last search of a wallet; null for none. */
  of(wallet: OpenWallet): SearchRecord | null;
  /** The wallet has read the chain to its tip. `restored`: for the first time. Must be called inside the queue. */
  reached(wallet: OpenWallet, restored: boolean): Promise<void>;
  /** Blocks are not stored here, and the wallet took its coins from the UTXO set. Must be called inside the queue. */
  passed(wallet: OpenWallet, blocks: BlockRange): Promise<void>;
  /**
   * The wallet reads the blocks above its height with more keys than before, or because it could not read them. Must be
   * called inside the queue, after the rewind.
   */
  rereads(wallet: OpenWallet): Promise<void>;
  /** The database was created again; every wallet reads the chain anyway. */
  forget(): void;
  /** Continues searches that wait for a block. */
  wake(): void;
  stop(): Promise<void>;
}

export interface ChainSearchesDeps extends SearchStepsDeps {
  readonly data: Pick<WalletData, 'minedIn' | 'search' | 'putSearch'>;
  readonly queue: Queue;
  readonly clock: Pick<Clock, 'monotonic' | 'now' | 'soon'>;
  readonly log: Log;
  readonly wallets: () => Iterable<OpenWallet>;
  readonly moved: (wallet: OpenWallet) => void;
  readonly follower: () => Pick<Follower, 'rewind' | 'wake'>;
  /** The first block that a wallet reads after its records were lost. */
  readonly firstHeight: (wallet: OpenWallet) => Height;
}

/** The height of a running search is stored at this interval, in milliseconds, and compared again after a crash. */
const PERSIST_INTERVAL_MS = 2_000;
const FRESH = { lackedFrom: null, unsearched: null, coinsLookedUp: false, endedAt: null } as const;

export function createChainSearches(deps: ChainSearchesDeps): ChainSearches {
  const { chain, data, clock, store } = deps;
  const searches = createSearchStore(deps);
  const { of, put, finish } = searches;
  const loop = createSearchLoop(deps, searches);
  const off = chain.events.on('tip', loop.wake);
  const newRestore = (wallet: OpenWallet): SearchRecord => {
    const from = deps.firstHeight(wallet);
    return { ...FRESH, kind: 'restore', state: 'reading', from, next: from, startedAt: clock.now() };
  };

  return {
    of,
    wake: loop.wake,
    forget: searches.forget,
    opened: searches.load,
    removed: searches.remove,
    async start() {
      for (const wallet of deps.wallets()) await searches.load(wallet);
      loop.wake();
    },
    async begin(wallet, from, prepare) {
      refuseWhileReading(of(wallet));
      await prepare();
      // A search that is continued after a crash must look for as many keys.
      await store.commit(wallet, () => undefined, { sync: true });
      const startedAt = clock.now();
      await put(wallet, { ...FRESH, kind: 'rescan', state: 'checking', from, next: from, startedAt });
      loop.wake();
    },
    async cancel(wallet) {
      const search = of(wallet);
      refuseWhileReading(search);
      if (search?.state !== 'checking')
        throw new KithError('wallet-search-none', undefined, { data: { name: wallet.name } });
      await put(wallet, { ...search, state: 'cancelled', endedAt: clock.now() });
    },
    async reached(wallet, restored) {
      const search = of(wallet);
      const next = wallet.ledger.syncedTo.height + 1;
      if (search?.state === 'reading' && search.unsearched !== null && !search.coinsLookedUp) {
        await put(wallet, { ...search, next, state: 'checking' });
        loop.wake();
      } else if (search?.state === 'reading') await finish(wallet, { ...search, next });
      else if (search?.state === 'checking') loop.wake();
      else if (restored) await finish(wallet, { ...newRestore(wallet), next });
    },
    async passed(wallet, blocks) {
      const search = of(wallet);
      const unsearched = widened(widened(search?.unsearched ?? null, blocks.from), blocks.to);
      // A search that runs looks up the coins at its end, with the keys that it has then.
      if (search?.state === 'checking') await put(wallet, { ...search, unsearched, coinsLookedUp: false });
      else {
        const current = search?.state === 'reading' ? search : newRestore(wallet);
        await put(wallet, { ...current, unsearched, coinsLookedUp: true });
      }
    },
    async rereads(wallet) {
      const search = of(wallet);
      // The blocks that a cancelled search did not compare are not all read now.
      if (search === null || search.state === 'checking' || search.state === 'cancelled') return;
      const { unsearched } = search;
      const readsAll = unsearched === null || wallet.ledger.syncedTo.height < unsearched.from;
      // The coins from unsearched blocks are looked up again, because the wallet may have more keys now.
      const rest = { unsearched: readsAll ? null : unsearched, coinsLookedUp: false, endedAt: null };
      await put(wallet, { ...search, ...rest, state: 'reading' });
    },
    async stop() {
      off();
      await loop.stop();
      for (const wallet of deps.wallets()) {
        const search = of(wallet);
        // The blocks since the last stored height are compared again if it cannot be stored now.
        if (search?.state === 'checking') await data.putSearch(wallet.id, search).catch(() => undefined);
      }
    },
  };
}

/** A wallet that reads blocks has not the balance of the tip, and another search would forget that. */
function refuseWhileReading(search: SearchRecord | null): void {
  if (search?.state !== 'reading') return;
  const data = search.lackedFrom === null ? {} : { height: search.lackedFrom };
  throw new KithError('wallet-search-reading', undefined, { data });
}

/** The searches in memory and in the database. */
function createSearchStore({ data, clock, log, moved }: ChainSearchesDeps) {
  const searches = new Map<string, SearchRecord>();
  const persisted = new Map<string, number>();

  const put = async (wallet: OpenWallet, search: SearchRecord, isDue = true) => {
    const age = clock.monotonic() - (persisted.get(wallet.id) ?? -Infinity);
    // Written first: after a failed write the search is as it was, in memory and on the disk.
    if (isDue || age >= PERSIST_INTERVAL_MS) {
      await data.putSearch(wallet.id, search);
      persisted.set(wallet.id, clock.monotonic());
    }
    searches.set(wallet.id, search);
    moved(wallet);
  };
  return {
    put,
    of: ({ id }: OpenWallet): SearchRecord | null => searches.get(id) ?? null,
    forget: () => searches.clear(),
    remove({ id }: OpenWallet) {
      searches.delete(id);
      persisted.delete(id);
    },
    async load({ id }: OpenWallet) {
      if (searches.has(id)) return;
      // A corrupt record costs one search; the payments are in other records.
      const stored = await data.search(id).catch(() => null);
      if (stored !== null) searches.set(id, stored);
    },
    async finish(wallet: OpenWallet, search: SearchRecord) {
      await put(wallet, { ...search, state: 'done', endedAt: clock.now() });
      const { from, next } = search;
      log.info('a wallet has searched the chain', { name: wallet.name, from, to: next - 1 });
    },
  };
}

/** Runs the steps of all searches, a slice of each in turn. */
function createSearchLoop(deps: ChainSearchesDeps, store: ReturnType<typeof createSearchStore>) {
  const { queue, clock, log } = deps;
  const { of, put, finish } = store;
  const steps = createSearchSteps(deps);
  /** Wallets whose search cannot continue before the next block. */
  const waiting = new Set<string>();
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;

  /** Must be called inside the queue. */
  const advance = async (wallet: OpenWallet): Promise<void> => {
    const before = of(wallet);
    if (stopped || before?.state !== 'checking') return;
    const { search, outcome } = await steps.step(wallet, before);
    if (outcome === 'lacking') return readFrom(wallet, search);
    if (outcome === 'end') return end(wallet, search);
    if (outcome === 'wait') waiting.add(wallet.id);
    await put(wallet, search, false);
  };

  /** Rolls a wallet back to the block before `next`, which has a payment that it lacks. */
  const readFrom = async (wallet: OpenWallet, search: SearchRecord): Promise<void> => {
    const lackedFrom = Math.min(search.lackedFrom ?? Infinity, search.next);
    // Stored before the rewind: after a crash in between, the search still says what it found.
    await put(wallet, { ...search, lackedFrom });
    // After a reorganisation meanwhile the rewind would take a block of the new branch, and the wallet would keep what
    // it has of the old one.
    if (!steps.isActive(wallet.ledger.syncedTo)) {
      waiting.add(wallet.id);
      await put(wallet, search);
      return;
    }
    await deps.follower().rewind(wallet, search.next - 1);
    await put(wallet, { ...search, state: 'reading', lackedFrom });
    deps.follower().wake();
  };

  /** Every block was compared. Looks up the coins from those that could not be. */
  const end = async (wallet: OpenWallet, search: SearchRecord): Promise<void> => {
    const { unsearched, coinsLookedUp } = search;
    if (unsearched === null || coinsLookedUp) return finish(wallet, search);
    const after = await steps.lookUpCoins(wallet, { ...search, unsearched });
    if (after === null) waiting.add(wallet.id);
    if (after?.coinsLookedUp === true) return finish(wallet, after);
    await put(wallet, after ?? search);
  };

  const isActive = (wallet: OpenWallet) => of(wallet)?.state === 'checking' && !waiting.has(wallet.id);
  const run = async () => {
    for (;;) {
      again = false;
      const active = [...deps.wallets()].filter(isActive);
      if (active.length === 0 || stopped) return;
      for (const wallet of active) {
        await queue
          .run(() => advance(wallet))
          .catch((error: unknown) => {
            waiting.add(wallet.id);
            const { name } = wallet;
            log.error('a search of the chain failed; it continues at the next block', { name, error });
          });
      }
      await clock.soon();
    }
  };

  const wake = () => {
    waiting.clear();
    again = true;
    if (stopped) return;
    running ??= run().finally(() => {
      running = null;
      // It was called between the last look for active wallets and here.
      if (again) wake();
    });
  };
  return {
    wake,
    async stop() {
      stopped = true;
      await running;
    },
  };
}
