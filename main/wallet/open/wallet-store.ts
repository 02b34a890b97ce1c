import { CHAIN } from '../keys/key-path.ts';
import { codeOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { type Ledger, type LedgerState, emptyMeta } from '../ledger/wallet-ledger.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { WalletMeta } from '../ledger/wallet-meta.ts';
import { countKeyReceipts, type KeyReceipt } from '../ledger/key-receipts.ts';
import type { OwnCoin, UnconfirmedRecord } from '../ledger/wallet-records.ts';
import type { WalletChanges, WalletData } from '../ledger/wallet-data.ts';
import type { BlockRef } from '../ledger/ports.ts';

/** Keeps the ledgers of the wallets equal in memory and on disk. */
export interface WalletStore {
  /** Reads the state of a wallet. If it is missing or corrupt, the wallet starts over at the end of `from`. */
  load(id: string, from: () => readonly BlockRef[]): Promise<LedgerState>;
  /** Lets a wallet start over at the end of `from`. Keeps its unconfirmed payments. */
  startOver(id: string, from: readonly BlockRef[]): Promise<LedgerState>;
  /** Runs one step of the ledger and writes its batch. When the disk fails, the wallet returns to the state on disk. */
  commit<T>(
    wallet: OpenWallet,
    step: (ledger: Ledger, changes: WalletChanges) => T,
    options?: CommitOptions,
  ): Promise<T>;
}

export interface CommitOptions {
  /** Undoes the step in memory. Used when it was not written and the disk cannot be read either. */
  readonly undo?: (ledger: Ledger) => void;
  /** Whether to resolve only when the batch is on the disk. */
  readonly sync?: boolean;
  /** Whether to write nothing when no record changed. After a crash the same blocks are read again. */
  readonly lazy?: boolean;
}

export function createWalletStore(deps: { readonly data: WalletData; readonly log: Log }): WalletStore {
  const { data, log } = deps;

  /** They only repeat what the mined records say: those that cannot be read are counted again. */
  const readReceipts = async (id: string, meta: WalletMeta): Promise<KeyReceipt[]> => {
    const receipts: KeyReceipt[] = [];
    try {
      for await (const receipt of data.receipts(id)) receipts.push(receipt);
      return receipts;
    } catch (error) {
      if (codeOf(error) !== 'wallet-data-damaged') throw error;
      log.warn('what the keys of a wallet have received cannot be read and is counted again', { error });
    }
    const counted = await countKeyReceipts(data.newest(id, {}));
    const changes = data.changes(id);
    for (const receipt of counted) changes.putReceipts(receipt);
    await data.write(changes, meta, true);
    return counted;
  };

  const loadSound = async (id: string): Promise<LedgerState | null> => {
    const meta = await data.meta(id);
    if (meta === null) return null;
    const coins: (readonly [string & { readonly __key: 'outpoint' }, OwnCoin])[] = [];
    const unconfirmed: UnconfirmedRecord[] = [];
    const receipts = await readReceipts(id, meta);
    for await (const coin of data.coins(id)) coins.push(coin);
    for await (const record of data.unconfirmed(id)) unconfirmed.push(record);
    const total = coins.reduce((sum, [, coin]) => sum + coin.amount, 0);
    const complete =
      coins.length === meta.coins &&
      total === meta.total &&
      unconfirmed.length === meta.unconfirmed &&
      (await data.countMined(id)) === meta.mined;
    return complete ? { meta, coins, unconfirmed, receipts } : null;
  };

  /** Unconfirmed payments are stored nowhere else, so all readable ones are kept. */
  const startOver = async (id: string, from: readonly BlockRef[]): Promise<LedgerState> => {
    const unconfirmed = await data.clear(id);
    const meta = {
      ...emptyMeta(from, true),
      unconfirmed: unconfirmed.length,
      highestUsed: highestOf(unconfirmed),
    };
    const changes = data.changes(id);
    for (const record of unconfirmed) changes.putUnconfirmed(record);
    await data.write(changes, meta, true);
    return { meta, coins: [], unconfirmed, receipts: [] };
  };

  return {
    async load(id, from) {
      try {
        const state = await loadSound(id);
        if (state !== null) return state;
      } catch (error) {
        if (codeOf(error) !== 'wallet-data-damaged') throw error;
      }
      log.warn('the database records of a wallet are missing or corrupt; the wallet scans the chain again', {
        id,
      });
      return startOver(id, from());
    },
    startOver,
    async commit(wallet, step, { sync = false, lazy = false, undo } = {}) {
      const changes = data.changes(wallet.id);
      try {
        const result = step(wallet.ledger, changes);
        if (!lazy || changes.size > 0) await data.write(changes, wallet.ledger.meta(), sync);
        return result;
      } catch (error) {
        const state = await loadSound(wallet.id).catch(() => null);
        if (state !== null) wallet.reload(state);
        else undo?.(wallet.ledger);
        throw error;
      }
    },
  };
}

function highestOf(records: readonly UnconfirmedRecord[]): [number, number] {
  const highest: [number, number] = [-1, -1];
  for (const { keyPath } of records.flatMap(({ outputs }) => outputs)) {
    highest[keyPath.chain] = Math.max(highest[keyPath.chain], keyPath.index);
  }
  return [highest[CHAIN.receive], highest[CHAIN.change]];
}
