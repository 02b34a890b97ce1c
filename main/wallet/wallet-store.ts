import { CHAIN } from './key-path.ts';
import { codeOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { type Book, type BookState, emptyMeta } from './wallet-ledger.ts';
import type { Mark } from './mark.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { OwnCoin, UnminedRecord } from './wallet-records.ts';
import type { WalletChanges, WalletData } from './wallet-data.ts';

/** Moves what wallets have between memory and disk, so that the two always agree. */
export interface WalletStore {
  /** What the database has of a wallet; where that is damaged, a wallet that begins again at the end of `from`. */
  load(id: string, from: () => readonly Mark[]): Promise<BookState>;
  /** One step of the book and its batch. When the disk fails, the wallet goes back to what the disk has. */
  commit<T>(
    wallet: OpenWallet,
    step: (book: Book, changes: WalletChanges) => T,
    options?: CommitOptions,
  ): Promise<T>;
}

export interface CommitOptions {
  /** Takes the step back in memory when it is not on the disk and nothing of the disk can be read. */
  readonly undo?: (book: Book) => void;
  /** Returns when the disk has it. */
  readonly sync?: boolean;
  /** Writes nothing when no record changed: where the wallet stands may be read again. */
  readonly lazy?: boolean;
}

export function createWalletStore(deps: { readonly data: WalletData; readonly log: Log }): WalletStore {
  const { data, log } = deps;

  const loadSound = async (id: string): Promise<BookState | null> => {
    const meta = await data.meta(id);
    if (meta === null) return null;
    const coins: (readonly [string & { readonly __key: 'outpoint' }, OwnCoin])[] = [];
    const unmined: UnminedRecord[] = [];
    for await (const coin of data.coins(id)) coins.push(coin);
    for await (const record of data.unmined(id)) unmined.push(record);
    const total = coins.reduce((sum, [, coin]) => sum + coin.amount, 0);
    const complete =
      coins.length === meta.coins &&
      total === meta.total &&
      unmined.length === meta.unmined &&
      (await data.countMined(id)) === meta.mined;
    return complete ? { meta, coins, unmined } : null;
  };

  /** Payments that no block has exist nowhere else: all that can be read are kept. */
  const beginAgain = async (id: string, from: readonly Mark[]): Promise<BookState> => {
    const unmined = await data.clear(id);
    const meta = { ...emptyMeta(from, true), unmined: unmined.length, highestUsed: highestOf(unmined) };
    const changes = data.changes(id);
    for (const record of unmined) changes.putUnmined(record);
    await data.write(changes, meta, true);
    return { meta, coins: [], unmined };
  };

  return {
    async load(id, from) {
      try {
        const state = await loadSound(id);
        if (state !== null) return state;
      } catch (error) {
        if (codeOf(error) !== 'wallet-data-damaged') throw error;
      }
      log.warn('what the database has of a wallet is missing or damaged; it is read from the chain again', {
        id,
      });
      return beginAgain(id, from());
    },
    async commit(wallet, step, { sync = false, lazy = false, undo } = {}) {
      const changes = data.changes(wallet.id);
      try {
        const result = step(wallet.book, changes);
        if (!lazy || changes.size > 0) await data.write(changes, wallet.book.meta(), sync);
        return result;
      } catch (error) {
        const state = await loadSound(wallet.id).catch(() => null);
        if (state !== null) wallet.reload(state);
        else undo?.(wallet.book);
        throw error;
      }
    },
  };
}

function highestOf(records: readonly UnminedRecord[]): [number, number] {
  const highest: [number, number] = [-1, -1];
  for (const { place } of records.flatMap(({ outputs }) => outputs)) {
    highest[place.chain] = Math.max(highest[place.chain], place.index);
  }
  return [highest[CHAIN.receive], highest[CHAIN.change]];
}
