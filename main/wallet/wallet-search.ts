import type { WalletSearch } from '../../shared/contract/wallet-search.ts';
import type { Height, UnixSeconds } from '../../shared/units.ts';
import { KithError } from '../lib/errors.ts';
import { CHAIN } from './keys/key-path.ts';
import type { WalletChain } from './ledger/ports.ts';
import type { SearchRecord } from './ledger/search-record.ts';
import type { OpenWallet } from './open/open-wallet.ts';
import { retryAfterCorruption } from './open/recovery.ts';
import { firstRead } from './open/wallet-list.ts';
import type { RunningWallets } from './running-wallets.ts';

/** Where a search of the chain begins. */
export interface SearchRange {
  readonly fromHeight?: Height | undefined;
  /** Blocks that are more than a day older than this time are left out. */
  readonly since?: UnixSeconds | undefined;
  /** Raises the gap limit; the wallet must be unlocked for that. */
  readonly gap?: number | undefined;
}

/** Searches of the chain for payments that a wallet lacks. */
export interface WalletSearches {
  /**
   * Searches the chain again, in the background. The wallet stays as it is until a payment is found that it lacks.
   * @throws {KithError} `wallet-locked`, `wallet-search-ahead`, `wallet-search-reading`
   */
  rescan(name: string, range: SearchRange): Promise<void>;
  /**
   * Ends a search.
   * @throws {KithError} `wallet-search-none`, `wallet-search-reading`
   */
  cancelRescan(name: string): Promise<void>;
  /** How far the wallet has searched the chain. Does not wait for it. */
  search(name: string): WalletSearch;
}

/** Seconds by which the time of a block may be before the time when it was mined. */
const TIME_MARGIN_SECONDS = 86_400;

export function createWalletSearches(
  chain: Pick<WalletChain, 'tip' | 'atHeight'>,
  running: RunningWallets,
): WalletSearches {
  const { components, change } = running;

  const extendGap = async (wallet: OpenWallet, gap: number) => {
    const secrets = components().sessions.derivationSecrets(wallet.id);
    if (secrets === null) throw new KithError('wallet-locked', undefined, { data: { name: wallet.name } });
    wallet.ledger.set({ gap });
    await wallet.extendKeys(secrets);
  };

  return {
    async rescan(name, { fromHeight, since, gap }) {
      const from = fromHeight ?? (since === undefined ? 0 : heightBefore(chain, since - TIME_MARGIN_SECONDS));
      const tip = chain.tip().height;
      if (from > tip) throw new KithError('wallet-search-ahead', undefined, { data: { height: from, tip } });
      await retryAfterCorruption(() =>
        change(name, async (wallet) => {
          await components().searches.begin(wallet, from, async () => {
            if (gap !== undefined && gap > wallet.ledger.gap) await extendGap(wallet, gap);
          });
        }),
      );
    },
    cancelRescan: (name) => change(name, (wallet) => components().searches.cancel(wallet)),
    search(name) {
      const wallet = running.get(name);
      const { searches, list, sessions } = components();
      const first = firstRead(list.scanStartFor(wallet.file.identity));
      const unlocked = sessions.isUnlocked(wallet.id);
      return searchView(wallet, searches.of(wallet), { first, tip: chain.tip().height, unlocked });
    },
  };
}

/** The height of a block whose predecessor is older than a time. Blocks above it are newer, by the rules of block times. */
export function heightBefore(chain: Pick<WalletChain, 'tip' | 'atHeight'>, time: UnixSeconds): Height {
  let [low, high] = [0, chain.tip().height];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((chain.atHeight(middle)?.time ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface SearchContext {
  /** The first block that this wallet reads when it starts over. */
  readonly first: Height;
  readonly tip: Height;
  readonly unlocked: boolean;
}

/** A search as the contract shows it. Pure. */
export function searchView(
  wallet: OpenWallet,
  record: SearchRecord | null,
  { first, tip, unlocked }: SearchContext,
): WalletSearch {
  const { restoring, shortSince } = wallet.ledger.meta();
  const synced = wallet.ledger.syncedTo.height;
  const isReading = restoring || record?.state === 'reading';
  const search = restoring && record?.kind !== 'rescan' ? null : record;
  const from = search?.from ?? first;
  const state = isReading ? 'reading' : (record?.state ?? 'done');
  // Blocks that a search did not compare may have payments that the wallet lacks; those that it read itself do not.
  const compared = search?.state === 'checking' || search?.state === 'cancelled' ? search.next - 1 : synced;
  // Without a record a wallet has read all blocks, unless it noted that it may have missed payments in them.
  const isUnknown = record === null && !restoring && shortSince !== null;
  const certainTo = Math.min(compared, synced, isUnknown ? shortSince : Infinity);
  const isCertain = certainTo >= from && !(isUnknown && shortSince === 0);
  // Blocks that were not read stay so after an unlock.
  const canUnlock = record?.unsearched == null || !(unlocked || wallet.kind === 'watch-only');
  const toHeight = state === 'done' ? synced : state === 'cancelled' ? certainTo : tip;
  return {
    kind: restoring || isUnknown ? 'restore' : (record?.kind ?? 'none'),
    state,
    fromHeight: from,
    toHeight: Math.max(from, toHeight),
    certainTo: isCertain ? certainTo : null,
    blocksRead: isCertain ? certainTo - from + 1 : 0,
    blocksTotal: Math.max(1, Math.max(from, toHeight) - from + 1),
    lackedFrom: search?.lackedFrom ?? null,
    unsearched: rangeView(record?.unsearched ?? null),
    incompleteSince: canUnlock ? shortSince : null,
    unreadBlocks: Math.max(0, tip - synced),
    receiveAddresses: wallet.keyring.count(CHAIN.receive),
    changeAddresses: wallet.keyring.count(CHAIN.change),
    gap: wallet.ledger.gap,
    startedAt: record?.startedAt ?? null,
    endedAt: record?.endedAt ?? null,
  };
}

const rangeView = (range: SearchRecord['unsearched']): WalletSearch['unsearched'] =>
  range === null ? null : { fromHeight: range.from, toHeight: range.to };
