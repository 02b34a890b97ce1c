import { toHex } from '../../core/codec/hex.ts';
import type { Transaction } from '../../core/primitives/transaction.ts';
import { isViolation } from '../../core/violation.ts';
import type { Log } from '../../lib/log.ts';
import type { Queue } from '../../lib/queue.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { WalletChain, WalletClock, WalletMempool } from './ports.ts';
import type { UnminedRecord } from './records.ts';
import { DEAD_AFTER, parentsFirst, standings } from './standing.ts';
import type { WalletData } from './wallet-data.ts';
import type { WalletStore } from './wallet-store.ts';

/** Keeps what wallets know of unmined transactions in step with the mempool. */
export interface Pending {
  /** Takes note of what is in the mempool now. */
  readMempool(wallet: OpenWallet): Promise<void>;
  /** Gives payments back to the mempool that it should have and hasn't: after a start, a reorganisation, a full pool. */
  giveBack(wallet: OpenWallet): Promise<void>;
  /** Our own live payments, parents first: what the network announces again from time to time. */
  ownPending(): Transaction[];
  stop(): void;
}

export interface PendingDeps {
  readonly mempool: WalletMempool;
  readonly chain: Pick<WalletChain, 'tip'>;
  readonly data: Pick<WalletData, 'mined'>;
  readonly store: WalletStore;
  readonly lane: Queue;
  readonly clock: WalletClock;
  readonly log: Log;
  readonly wallets: () => Iterable<OpenWallet>;
  readonly moved: (wallet: OpenWallet) => void;
  /** See Follower. */
  readonly nearTip: (wallet: OpenWallet) => Promise<void>;
}

/** Others' unmined payments that a wallet remembers at most: anybody can send it any number. */
const MAX_FOREIGN = 5_000;

export function createPending(deps: PendingDeps): Pending {
  const { mempool, chain, store, lane, clock, log } = deps;
  let stopped = false;

  const change = async (wallet: OpenWallet, record: UnminedRecord, to: Partial<UnminedRecord> | null) => {
    await store.commit(wallet, (book, changes) => book.update(record, to, changes));
    deps.moved(wallet);
  };

  /** The mempool took it: nothing stands in its way. */
  const arrived = async (wallet: OpenWallet, tx: Transaction) => {
    const { book } = wallet;
    const record = book.unmined.get(tx.txidHex);
    if (record !== undefined) {
      if (record.replaced || record.conflict !== null)
        await change(wallet, record, { replaced: false, conflict: null });
      return;
    }
    // The wallet may be a step behind or ahead of the mempool.
    if (!book.concerns(tx) || (await deps.data.mined(wallet.id, tx.txidHex)) !== null) return;
    if (book.unmined.size >= MAX_FOREIGN && tx.inputs.length > 0 && !spendsOwn(wallet, tx)) return;
    await store.commit(wallet, (own, changes) => own.see(tx, clock.now(), changes));
    deps.moved(wallet);
  };

  const left = async (wallet: OpenWallet, txid: string, reason: Removal) => {
    const record = wallet.book.unmined.get(txid);
    if (record === undefined) return;
    if (reason === 'conflict' || reason === 'reorg') {
      if (record.conflict === null) await change(wallet, record, { conflict: chain.tip().height });
    } else if (reason === 'replaced' || reason === 'evicted') {
      const ours = record.inputs.length > 0;
      if (!ours && !record.wasMined) await change(wallet, record, null);
      else if (reason === 'replaced') await change(wallet, record, { replaced: true });
    }
  };

  const note = (wallet: OpenWallet, work: () => Promise<void>) =>
    lane.run(work).catch((error: unknown) => {
      if (!stopped) log.error('a wallet could not take note of the mempool', { name: wallet.name, error });
    });
  const offs = [
    mempool.events.on('added', ({ tx }) => {
      for (const wallet of deps.wallets()) {
        if (wallet.book.concerns(tx)) void note(wallet, () => arrived(wallet, tx));
      }
    }),
    mempool.events.on('removed', ({ txid, reason }) => {
      if (reason === 'mined' || reason === 'expired') return; // blocks and heights say that themselves
      for (const wallet of deps.wallets()) {
        // Behind the reorganisation that may be the cause, which would take the note back.
        if (wallet.book.unmined.has(txid))
          void deps.nearTip(wallet).then(() => note(wallet, () => left(wallet, txid, reason)));
      }
    }),
  ];

  const submit = async (wallet: OpenWallet, record: UnminedRecord) => {
    const result = await mempool.submit(record.tx);
    if (stopped || !isViolation(result) || result.code !== 'coin-missing' || record.conflict !== null) return;
    log.info('a payment can no longer be mined: one of its coins is gone', { txid: record.tx.txidHex });
    await lane.run(async () => {
      const now = wallet.book.unmined.get(record.tx.txidHex);
      if (now !== undefined && now.conflict === null)
        await change(wallet, now, { conflict: chain.tip().height });
    });
  };

  return {
    async readMempool(wallet) {
      for (const { tx } of mempool.entries())
        if (wallet.book.concerns(tx)) await lane.run(() => arrived(wallet, tx));
    },
    async giveBack(wallet) {
      for (const record of parentsFirst(wallet.book)) {
        if (stopped) return;
        if (isWorthTrying(wallet, record) && !mempool.has(record.tx.txidHex)) await submit(wallet, record);
      }
    },
    ownPending() {
      const payments: Transaction[] = [];
      for (const wallet of deps.wallets()) {
        const standing = standings(wallet.book);
        for (const { tx, inputs } of parentsFirst(wallet.book)) {
          if (inputs.length > 0 && standing.get(tx.txidHex) === 'live') payments.push(tx);
        }
      }
      return payments;
    },
    stop() {
      stopped = true;
      for (const off of offs) off();
    },
  };
}

type Removal = 'mined' | 'conflict' | 'expired' | 'evicted' | 'replaced' | 'reorg';

function spendsOwn({ book }: OpenWallet, tx: Transaction): boolean {
  return tx.inputs.some(({ txid, index }) => book.coins.has(`${toHex(txid)}:${index}` as never));
}

/** Ours, or once mined; and live, or stopped so recently by another that a reorganisation may free it again. */
function isWorthTrying({ book }: OpenWallet, record: UnminedRecord): boolean {
  if (record.inputs.length === 0 && !record.wasMined) return false;
  if (record.replaced) return false;
  const { expires } = record.tx;
  const { height } = book.asOf;
  if (expires !== 0 && height >= expires) return false;
  return record.conflict === null || height < record.conflict + DEAD_AFTER;
}
