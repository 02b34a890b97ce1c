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
  /** Searches from a height on, in place of an earlier search. Must be called inside the queue. */
  begin(wallet: OpenWallet, from: Height): Promise<void>;
  /**
   * Ends a search. The wallet is as it was before. Must be called inside the queue.
   * @throws {KithError} `wallet-search-none`, `wallet-search-reading`
   */
  cancel(wallet: OpenWallet): Promise<void>;
  /** The last search of a wallet; null for none. */
  of(wallet: OpenWallet): SearchRecord | null;
  /** The wallet has read the chain to its tip. `restored`: for the first time. Must be called inside the queue. */
  reached(wallet: OpenWallet, restored: boolean): Promise<void>;
  /** Blocks are not stored here, and the wallet took its coins from the UTXO set. Must be called inside the queue. */
  passed(wallet: OpenWallet, blocks: BlockRange): Promise<void>;
  /** The wallet reads blocks now that it could not read before. Must be called inside the queue, after the rewind. */
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
  const { chain, data, queue, clock, log, moved } = deps;
  const steps = createSearchSteps(deps);
  const searches = new Map<string, SearchRecord>();
  const persisted = new Map<string, number>();
  /** Wallets whose search cannot continue before the next block. */
  const waiting = new Set<string>();
  let running: Promise<void> | null = null;
  let stopped = false;

  const put = async (wallet: OpenWallet, search: SearchRecord, isDue = true) => {
    searches.set(wallet.id, search);
    moved(wallet);
    if (!isDue && clock.monotonic() - (persisted.get(wallet.id) ?? -Infinity) < PERSIST_INTERVAL_MS) return;
    persisted.set(wallet.id, clock.monotonic());
    await data.putSearch(wallet.id, search);
  };

  const finish = async (wallet: OpenWallet, search: SearchRecord) => {
    await put(wallet, { ...search, state: 'done', endedAt: clock.now() });
    log.info('a wallet has searched the chain', {
      name: wallet.name,
      from: search.from,
      to: search.next - 1,
    });
  };

  /** One step of a running search. True when it can continue immediately. */
  const advance = async (wallet: OpenWallet): Promise<boolean> => {
    const before = searches.get(wallet.id);
    if (stopped || before?.state !== 'checking') return false;
    const { search, outcome } = await steps.step(wallet, before);
    if (outcome === 'lacking') {
      // Stored after the rewind: the search then continues, or ends, below blocks that are read anyway.
      await deps.follower().rewind(wallet, search.next - 1);
      await put(wallet, { ...search, state: 'reading', lackedFrom: search.next });
      deps.follower().wake();
      return false;
    }
    if (outcome === 'end') {
      const needsCoins = search.unsearched !== null && !search.coinsLookedUp;
      if (!needsCoins || (await steps.lookUpCoins(wallet))) {
        await finish(wallet, { ...search, coinsLookedUp: search.unsearched !== null });
        return false;
      }
    }
    if (outcome !== 'more') waiting.add(wallet.id);
    await put(wallet, search, false);
    return outcome === 'more';
  };

  const run = async () => {
    let active: OpenWallet[];
    do {
      active = [...deps.wallets()].filter(
        ({ id }) => searches.get(id)?.state === 'checking' && !waiting.has(id),
      );
      for (const wallet of active) {
        await queue
          .run(() => advance(wallet))
          .catch((error: unknown) => {
            waiting.add(wallet.id);
            log.error('a search of the chain failed; it continues at the next block', {
              name: wallet.name,
              error,
            });
          });
      }
      if (active.length > 0) await clock.soon();
    } while (active.length > 0 && !stopped);
  };

  const wake = () => {
    waiting.clear();
    if (stopped || running !== null) return;
    running = run().finally(() => {
      running = null;
    });
  };
  const off = chain.events.on('tip', wake);

  return {
    wake,
    of: ({ id }) => searches.get(id) ?? null,
    async start() {
      for (const wallet of deps.wallets()) {
        // A corrupt record costs one search; its payments are in other records.
        const stored = await data.search(wallet.id).catch(() => null);
        if (stored !== null) searches.set(wallet.id, stored);
      }
      wake();
    },
    async begin(wallet, from) {
      await put(wallet, {
        ...FRESH,
        kind: 'rescan',
        state: 'checking',
        from,
        next: from,
        startedAt: clock.now(),
      });
      wake();
    },
    async cancel(wallet) {
      const search = searches.get(wallet.id);
      if (search?.state === 'reading')
        throw new KithError('wallet-search-reading', undefined, { data: { height: search.lackedFrom } });
      if (search?.state !== 'checking')
        throw new KithError('wallet-search-none', undefined, { data: { name: wallet.name } });
      await put(wallet, { ...search, state: 'cancelled', endedAt: clock.now() });
    },
    async reached(wallet, restored) {
      const search = searches.get(wallet.id);
      const next = wallet.ledger.syncedTo.height + 1;
      if (search?.state === 'reading' && search.unsearched !== null && !search.coinsLookedUp) {
        await put(wallet, { ...search, next, state: 'checking' });
        wake();
      } else if (search?.state === 'reading') await finish(wallet, { ...search, next });
      else if (restored && search?.state !== 'checking')
        await finish(wallet, { ...newRestore(wallet), next });
    },
    async passed(wallet, blocks) {
      const search = searches.get(wallet.id);
      const current = search?.state === 'reading' ? search : newRestore(wallet);
      const unsearched = widened(widened(current.unsearched, blocks.from), blocks.to);
      await put(wallet, { ...current, unsearched, coinsLookedUp: true });
    },
    async rereads(wallet) {
      const search = searches.get(wallet.id);
      if (search === undefined || search.state === 'checking') return;
      const { unsearched, coinsLookedUp, endedAt } = FRESH;
      await put(wallet, { ...search, state: 'reading', unsearched, coinsLookedUp, endedAt });
    },
    forget: () => searches.clear(),
    async stop() {
      stopped = true;
      off();
      await running;
      for (const wallet of deps.wallets()) {
        const search = searches.get(wallet.id);
        // The height of the last step is read again at the next start if it cannot be stored now.
        if (search?.state === 'checking') await data.putSearch(wallet.id, search).catch(() => undefined);
      }
    },
  };

  function newRestore(wallet: OpenWallet): SearchRecord {
    const from = deps.firstHeight(wallet);
    return { ...FRESH, kind: 'restore', state: 'reading', from, next: from, startedAt: clock.now() };
  }
}
