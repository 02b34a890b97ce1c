import { type Clock, waitAtMost } from '../../lib/clock.ts';
import type { Height } from '../../../shared/units.ts';
import { toHex } from '../../core/codec/hex.ts';
import type { Transaction } from '../../core/primitives/transaction.ts';
import { isViolation, type Violation } from '../../core/violation.ts';
import type { Log } from '../../lib/log.ts';
import type { Queue } from '../../lib/queue.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { WalletChain, WalletMempool } from '../ledger/ports.ts';
import type { UnconfirmedRecord } from '../ledger/wallet-records.ts';
import { BLOCKS_UNTIL_DEAD, parentsFirst, paymentStates } from '../ledger/payment-state.ts';
import type { WalletData } from '../ledger/wallet-data.ts';
import type { WalletStore } from './wallet-store.ts';

/** Updates the unconfirmed transactions of the wallets when the mempool changes. */
export interface Pending {
  /** Records the transactions of the wallet that are in the mempool now. */
  readMempool(wallet: OpenWallet): Promise<void>;
  /** Submits live payments that are not in the mempool: after a start, a reorganisation or an eviction. */
  resubmit(wallet: OpenWallet): Promise<void>;
  /** Live payments of the wallets, parents first. The network announces them again at intervals. */
  ownPending(): Transaction[];
  /** A peer has a payment. Stored, because the node forgets at a stop which peers had it. */
  seen(txid: string): void;
  stop(): void;
}

export interface PendingDeps {
  readonly mempool: WalletMempool;
  readonly chain: Pick<WalletChain, 'tip'>;
  readonly data: Pick<WalletData, 'mined'>;
  readonly store: WalletStore;
  readonly queue: Queue;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly log: Log;
  readonly wallets: () => Iterable<OpenWallet>;
  readonly moved: (wallet: OpenWallet) => void;
  /** See Follower. */
  readonly nearTip: (wallet: OpenWallet) => Promise<void>;
}

/**
 * How long a resubmission waits, in milliseconds, until the mempool has re-added the transactions of disconnected
 * blocks.
 */
const MEMPOOL_WAIT_MS = 5_000;
/**
 * A wallet with this many unconfirmed transactions, its own included, records no more payments from other wallets,
 * because an attacker can send any number.
 */
const MAX_UNCONFIRMED = 5_000;

export function createPending(deps: PendingDeps): Pending {
  const { mempool, chain, queue, clock, log } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;

  const { change, onAdded, onRemoved, onSeen } = createRecordChanges(deps);

  const enqueue = (wallet: OpenWallet, work: () => Promise<void>) =>
    queue.run(work).catch((error: unknown) => {
      if (!signal.aborted) log.error('a wallet could not follow the mempool', { name: wallet.name, error });
    });
  const offs = [
    mempool.events.on('added', ({ tx, origin }) => {
      for (const wallet of deps.wallets()) {
        if (wallet.ledger.concerns(tx)) void enqueue(wallet, () => onAdded(wallet, tx, origin));
      }
    }),
    mempool.events.on('removed', ({ txid, reason }) => {
      if (reason === 'mined' || reason === 'expired') return; // the chain follower handles both when it connects the block
      for (const wallet of deps.wallets()) {
        // A reorganisation may be the cause. The wallet must follow it first: until then it may count the payment as
        // mined.
        void deps.nearTip(wallet).then(() => {
          if (wallet.ledger.unconfirmed.has(txid))
            return enqueue(wallet, () => onRemoved(wallet, txid, reason));
        });
      }
    }),
  ];

  const submit = async (wallet: OpenWallet, { tx }: UnconfirmedRecord) => {
    const result = await mempool.submit(tx);
    const recordChange = isViolation(result) ? recordChangeAfter(result, chain.tip().height) : null;
    if (signal.aborted || recordChange === null) return;
    await queue.run(async () => {
      const now = wallet.ledger.unconfirmed.get(tx.txidHex);
      if (now !== undefined && now.conflict === null && !now.replaced)
        await change(wallet, now, recordChange);
    });
  };

  return {
    async readMempool(wallet) {
      for (const { tx } of mempool.entries())
        if (wallet.ledger.concerns(tx)) await queue.run(() => onAdded(wallet, tx, 'file'));
    },
    async resubmit(wallet) {
      // The mempool re-adds transactions of disconnected blocks itself, and emits no event for those that it had
      // before.
      await waitAtMost(clock, MEMPOOL_WAIT_MS, mempool.idle(), signal);
      for (const record of parentsFirst(wallet.ledger)) {
        if (signal.aborted) return;
        const { tx, conflict, replaced } = record;
        if (!mempool.has(tx.txidHex)) {
          if (shouldResubmit(wallet, record)) await submit(wallet, record);
        } else if (conflict !== null || replaced) await enqueue(wallet, () => onAdded(wallet, tx, 'file'));
      }
    },
    ownPending() {
      const payments: Transaction[] = [];
      for (const wallet of deps.wallets()) {
        const states = paymentStates(wallet.ledger);
        for (const { tx, inputs } of parentsFirst(wallet.ledger)) {
          if (inputs.length > 0 && states.get(tx.txidHex) === 'live') payments.push(tx);
        }
      }
      return payments;
    },
    seen(txid) {
      for (const wallet of deps.wallets())
        if (isUnseen(wallet, txid)) void enqueue(wallet, () => onSeen(wallet, txid));
    },
    stop() {
      stopping.abort();
      for (const off of offs) off();
    },
  };
}

/** Applies changes of the mempool to the unconfirmed records of a wallet. Must be called inside the queue. */
function createRecordChanges({ chain, data, store, clock, wallets, moved }: PendingDeps) {
  const change = async (
    wallet: OpenWallet,
    record: UnconfirmedRecord,
    to: Partial<UnconfirmedRecord> | null,
  ) => {
    await store.commit(wallet, (ledger, changes) => ledger.update(record, to, changes));
    moved(wallet);
  };

  /** The mempool accepted a transaction: it is neither conflicted nor replaced. */
  const onAdded = async (wallet: OpenWallet, tx: Transaction, origin: Origin) => {
    const { ledger } = wallet;
    const record = ledger.unconfirmed.get(tx.txidHex);
    if (record !== undefined) {
      if (origin === 'peer') await onSeen(wallet, tx.txidHex);
      if (record.replaced || record.conflict !== null)
        await change(wallet, ledger.unconfirmed.get(tx.txidHex)!, {
          replaced: false,
          conflict: null,
          replacedBy: null,
        });
      return;
    }
    // The wallet may be one step behind the mempool or ahead of it.
    if (!ledger.concerns(tx) || (await data.mined(wallet.id, tx.txidHex)) !== null) return;
    if (ledger.unconfirmed.size >= MAX_UNCONFIRMED && tx.inputs.length > 0 && !spendsOwnCoin(wallet, tx))
      return;
    const hadPeer = origin === 'file' ? isFromPeer(wallets(), tx.txidHex) : origin !== 'local';
    await store.commit(wallet, (own, changes) => own.addUnconfirmed(tx, clock.now(), hadPeer, changes));
    moved(wallet);
  };

  const onRemoved = async (wallet: OpenWallet, txid: string, reason: Removal) => {
    const record = wallet.ledger.unconfirmed.get(txid);
    if (record === undefined) return;
    if (reason === 'conflict' || reason === 'reorg') {
      if (record.conflict === null) await change(wallet, record, { conflict: chain.tip().height });
    } else if (reason === 'replaced' || reason === 'evicted') {
      const ours = record.inputs.length > 0;
      if (!ours && !record.wasMined) await change(wallet, record, null);
      else if (reason === 'replaced') await change(wallet, record, { replaced: true });
    }
  };

  const onSeen = async (wallet: OpenWallet, txid: string) => {
    if (isUnseen(wallet, txid)) await change(wallet, wallet.ledger.unconfirmed.get(txid)!, { hadPeer: true });
  };

  return { change, onAdded, onRemoved, onSeen };
}

const isUnseen = ({ ledger }: OpenWallet, txid: string): boolean =>
  ledger.unconfirmed.get(txid)?.hadPeer === false;

/**
 * Whether a transaction of the mempool came from a peer, as far as the records show it. A payment of a wallet here is
 * recorded before the mempool has it.
 */
function isFromPeer(wallets: Iterable<OpenWallet>, txid: string): boolean {
  const records = [...wallets].flatMap(({ ledger }) => ledger.unconfirmed.get(txid) ?? []);
  return records.length === 0 || records.some(({ hadPeer }) => hadPeer);
}

type Origin = 'peer' | 'local' | 'file' | 'block';
type Removal = 'mined' | 'conflict' | 'expired' | 'evicted' | 'replaced' | 'reorg';

/** What a refusal by the mempool changes in a record. Null when the payment may be accepted later. */
function recordChangeAfter({ code }: Violation, tip: Height): Partial<UnconfirmedRecord> | null {
  if (code === 'coin-missing') return { conflict: tip };
  // The mempool contains another transaction that spends the same coins.
  return code === 'policy-conflict' || code.startsWith('policy-replacement') ? { replaced: true } : null;
}

function spendsOwnCoin({ ledger }: OpenWallet, tx: Transaction): boolean {
  return tx.inputs.some(({ txid, index }) => ledger.coins.has(`${toHex(txid)}:${index}` as never));
}

/** Whether to submit a payment: it is live, or its conflict is so recent that a reorganisation may undo it. */
function shouldResubmit({ ledger }: OpenWallet, record: UnconfirmedRecord): boolean {
  // A payment that the user replaced must not be submitted again.
  if (record.replaced && record.inputs.length > 0) return false;
  const { expires } = record.tx;
  const { height } = ledger.syncedTo;
  if (expires !== 0 && height >= expires) return false;
  return record.conflict === null || height < record.conflict + BLOCKS_UNTIL_DEAD;
}
