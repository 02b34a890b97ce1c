import type { Height } from '../../shared/units.ts';
import { toHex } from '../core/codec/hex.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import { isViolation, type Violation } from '../core/violation.ts';
import { sleep } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Queue } from '../lib/queue.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { WalletChain, WalletClock, WalletMempool } from './ports.ts';
import type { UnminedRecord } from './wallet-records.ts';
import { DEAD_AFTER, parentsFirst, standings } from './payment-state.ts';
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

const PATIENCE_MS = 5_000;
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
        // Behind the reorganisation that may be the cause: before it, the wallet may still take it for mined.
        void deps.nearTip(wallet).then(() => {
          if (wallet.book.unmined.has(txid)) return note(wallet, () => left(wallet, txid, reason));
        });
      }
    }),
  ];

  const submit = async (wallet: OpenWallet, { tx }: UnminedRecord) => {
    const result = await mempool.submit(tx);
    const verdict = isViolation(result) ? verdictOf(result, chain.tip().height) : null;
    if (stopped || verdict === null) return;
    await lane.run(async () => {
      const now = wallet.book.unmined.get(tx.txidHex);
      if (now !== undefined && now.conflict === null && !now.replaced) await change(wallet, now, verdict);
    });
  };

  return {
    async readMempool(wallet) {
      for (const { tx } of mempool.entries())
        if (wallet.book.concerns(tx)) await lane.run(() => arrived(wallet, tx));
    },
    async giveBack(wallet) {
      // The mempool brings undone payments back by itself, and without a word those that it had before.
      await Promise.race([mempool.idle(), sleep(PATIENCE_MS)]);
      for (const record of parentsFirst(wallet.book)) {
        if (stopped) return;
        const { tx, conflict, replaced } = record;
        if (!mempool.has(tx.txidHex)) {
          if (isWorthTrying(wallet, record)) await submit(wallet, record);
        } else if (conflict !== null || replaced) await note(wallet, () => arrived(wallet, tx));
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

/** What a refusal by the mempool says about a payment; null when it may be taken later. */
function verdictOf({ code }: Violation, tip: Height): Partial<UnminedRecord> | null {
  if (code === 'coin-missing') return { conflict: tip };
  // Another that spends the same coins waits there.
  return code === 'policy-conflict' || code.startsWith('policy-replacement') ? { replaced: true } : null;
}

function spendsOwn({ book }: OpenWallet, tx: Transaction): boolean {
  return tx.inputs.some(({ txid, index }) => book.coins.has(`${toHex(txid)}:${index}` as never));
}

/** Live, or stopped so recently by another that a reorganisation may free it again. */
function isWorthTrying({ book }: OpenWallet, record: UnminedRecord): boolean {
  // What we replaced ourselves must not come back by our own doing.
  if (record.replaced && record.inputs.length > 0) return false;
  const { expires } = record.tx;
  const { height } = book.asOf;
  if (expires !== 0 && height >= expires) return false;
  return record.conflict === null || height < record.conflict + DEAD_AFTER;
}
