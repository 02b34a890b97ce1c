import type { HistoryState } from '../../../shared/contract/vocabulary.ts';
import type { Propagation as PropagationView } from '../../../shared/contract/propagation.ts';
import type { HistoryEntry } from '../../../shared/contract/wallet.ts';
import { encodeAddress } from '../../core/primitives/address.ts';
import { LOCK_BURN } from '../../core/primitives/coin.ts';
import { outpointKey } from '../../core/primitives/outpoint.ts';
import { isCoinbase } from '../../core/primitives/transaction.ts';
import { isMature } from '../ledger/balance.ts';
import type { MinedRecord, UnconfirmedRecord, WalletRecord } from '../ledger/wallet-records.ts';
import type { Ledger } from '../ledger/wallet-ledger.ts';
import { type PaymentState, paymentStates } from '../ledger/payment-state.ts';
import type { MinedPosition, WalletData } from '../ledger/wallet-data.ts';

/**
 * How many connected peers requested a payment from this node or announced it to this node, and how many peers are
 * connected.
 */
export interface Propagation {
  readonly seenBy: number;
  readonly ofPeers: number;
  /** Whether any peer requested or announced it since the node sends it, also one that left. */
  readonly everSeen: boolean;
}

/** How the number of peers that have a payment grew. */
export type PaymentSpread = Omit<PropagationView, 'txid' | keyof Propagation>;

/** `measured`: the times say how it spread, because no peer had it before and one was connected when it was sent. */
export type SentSpread = PaymentSpread & { readonly measured: boolean };

export interface HistoryContext {
  readonly ledger: Ledger;
  readonly hrp: string;
  readonly maturity: number;
  readonly labels: ReadonlyMap<string, string>;
  /** Null for a payment that this node did not send since its start, such as one that came from a peer. */
  readonly propagationOf: (txid: string) => Propagation | null;
}

/** Number of confirmations from which on a payment is called confirmed. */
const CONFIRMED_AT = 6;

/**
 * A page of the history, newest first: unconfirmed transactions, then the blocks from the tip down. A transaction that
 * can no longer be mined is listed at the height where that happened. With `after` the page starts after that txid; an
 * unknown txid gives an empty page.
 */
export async function readHistory(
  context: HistoryContext,
  records: Pick<WalletData, 'mined' | 'newest'>,
  id: string,
  page: { readonly limit: number; readonly after?: string | undefined },
): Promise<HistoryEntry[]> {
  const states = paymentStates(context.ledger);
  const unconfirmed = [...context.ledger.unconfirmed.values()]
    .map((record) => ({ record, rank: rankOf(record, states.get(record.tx.txidHex) ?? 'live') }))
    .sort((a, b) => compare(b.rank, a.rank));
  const start = page.after === undefined ? HIGHEST_RANK : await rankOfTxid(page.after);
  if (start === null) return [];

  const rest = unconfirmed.filter(({ rank }) => compare(rank, start) < 0);
  const entries: HistoryEntry[] = [];
  const takeUnconfirmedAbove = (above: Rank) => {
    while (entries.length < page.limit && rest.length > 0 && compare(rest[0]!.rank, above) > 0) {
      const { record } = rest.shift()!;
      entries.push(unconfirmedEntry(context, record, states.get(record.tx.txidHex) ?? 'live'));
    }
  };
  for await (const record of records.newest(id, minedAfter(start))) {
    takeUnconfirmedAbove(minedRank(record));
    if (entries.length >= page.limit) break;
    entries.push(minedEntry(context, record));
  }
  takeUnconfirmedAbove(LOWEST_RANK);
  return entries;

  async function rankOfTxid(txid: string): Promise<Rank | null> {
    const found = unconfirmed.find(({ record }) => record.tx.txidHex === txid);
    if (found !== undefined) return found.rank;
    const record = await records.mined(id, txid);
    return record === null ? null : minedRank(record);
  }
}

/** Sort key of a record in the history: height, position or time, txid. */
type Rank = readonly [number, number, string];

const HIGHEST_RANK: Rank = [Infinity, Infinity, 'g'];
const LOWEST_RANK: Rank = [-1, 0, ''];

const minedRank = ({ height, position, tx }: MinedRecord): Rank => [height, position, tx.txidHex];

// Above every position in a block, so that a transaction that can no longer be mined is listed before the transactions
// of the block at that height.
const AFTER_BLOCK = 2 ** 33;

function rankOf(record: UnconfirmedRecord, state: PaymentState): Rank {
  const { tx, firstSeen, conflict } = record;
  if (state === 'live') return [Infinity, firstSeen, tx.txidHex];
  return [conflict ?? (tx.expires === 0 ? Infinity : tx.expires), AFTER_BLOCK + firstSeen, tx.txidHex];
}

/** The range of mined records that follow a rank in the history. */
function minedAfter([height, position]: Rank): { before?: MinedPosition } {
  if (!Number.isFinite(height)) return {};
  return {
    before: position >= AFTER_BLOCK ? { height: height + 1, position: 0 } : { height, position },
  };
}

function compare(a: Rank, b: Rank): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  if (a[1] !== b[1]) return a[1] < b[1] ? -1 : 1;
  return a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0;
}

function minedEntry(context: HistoryContext, record: MinedRecord): HistoryEntry {
  const tip = context.ledger.syncedTo.height;
  const confirmations = tip - record.height + 1;
  return {
    ...commonEntry(context, record),
    time: record.time,
    state: minedState(record, confirmations, tip, context.maturity),
    height: record.height,
    confirmations,
    seenBy: null,
    ofPeers: null,
    replacedBy: null,
  };
}

function minedState(record: MinedRecord, confirmations: number, tip: number, maturity: number): HistoryState {
  const coinbase = isCoinbase(record.tx);
  if (coinbase) {
    const coin = { amount: record.tx.outputs[0]!.amount, keyPath: record.outputs[0]!.keyPath };
    const mature = isMature({ ...coin, height: record.height, coinbase }, tip, maturity);
    return mature ? 'confirmed' : 'immature';
  }
  return confirmations >= CONFIRMED_AT ? 'confirmed' : 'mined';
}

function unconfirmedEntry(
  context: HistoryContext,
  record: UnconfirmedRecord,
  state: PaymentState,
): HistoryEntry {
  const ours = record.inputs.length > 0;
  const propagation = ours && state === 'live' ? context.propagationOf(record.tx.txidHex) : null;
  return {
    ...commonEntry(context, record),
    time: record.firstSeen,
    state: unconfirmedState(record, state, propagation),
    height: null,
    confirmations: 0,
    seenBy: propagation?.seenBy ?? null,
    ofPeers: propagation?.ofPeers ?? null,
    replacedBy:
      (state === 'replaced' ? replacementOf(record, context.ledger) : null) ??
      (state === 'replaced' || state === 'conflicted' ? record.replacedBy : null),
  };
}

/** The txid of the live payment of this wallet that spends a coin of a replaced one; null if there is none any more. */
function replacementOf(record: UnconfirmedRecord, ledger: Ledger): string | null {
  const states = paymentStates(ledger);
  const coins = new Set(record.tx.inputs.map(outpointKey));
  for (const [txid, { tx }] of ledger.unconfirmed)
    if (states.get(txid) === 'live' && tx.inputs.some((input) => coins.has(outpointKey(input)))) return txid;
  return null;
}

function unconfirmedState(
  { inputs, hadPeer }: UnconfirmedRecord,
  state: PaymentState,
  propagation: Propagation | null,
): HistoryState {
  if (state === 'replaced') return 'cancelled';
  if (state !== 'live') return state;
  if (inputs.length === 0) return 'pending';
  if (propagation === null) return 'sent';
  // With a peer connected it was sent, though the peer may not have requested it yet.
  // The node forgets at a stop which peers had a payment; the wallet does not.
  const wasSeen = propagation.everSeen || hadPeer;
  return propagation.ofPeers === 0 && !wasSeen ? 'queued' : 'sent';
}

type CommonEntry = Pick<
  HistoryEntry,
  'txid' | 'amount' | 'fee' | 'expires' | 'label' | 'kind' | 'addresses' | 'amounts'
>;

function commonEntry(context: HistoryContext, record: WalletRecord): CommonEntry {
  const { tx } = record;
  const received = record.outputs.reduce((sum, { index }) => sum + tx.outputs[index]!.amount, 0);
  const spent = record.inputs.reduce((sum, { coin }) => sum + coin.amount, 0);
  const paid = tx.outputs.reduce((sum, output) => sum + output.amount, 0);
  const allOurs = tx.inputs.length > 0 && record.inputs.length === tx.inputs.length;
  const kind = kindOf(record, allOurs, received - spent);
  const paidTo = receiversOf(context.hrp, record, kind);
  const addresses = [...paidTo.keys()];
  return {
    txid: tx.txidHex,
    amount: received - spent,
    fee: allOurs ? spent - paid : null,
    expires: tx.expires,
    label: labelOf(context.labels, tx.txidHex, addresses),
    kind,
    addresses,
    amounts: [...paidTo.values()],
  };
}

function kindOf(record: WalletRecord, allOurs: boolean, amount: number): HistoryEntry['kind'] {
  if (isCoinbase(record.tx)) return 'mined';
  if (allOurs && record.outputs.length === record.tx.outputs.length) return 'self';
  return amount < 0 || allOurs ? 'sent' : 'received';
}

/**
 * The addresses that a sent payment paid, for other payments the own addresses that received, and how much. Each address
 * once.
 */
function receiversOf(
  hrp: string,
  record: WalletRecord,
  kind: HistoryEntry['kind'],
): ReadonlyMap<string, number> {
  const own = new Set(record.outputs.map(({ index }) => index));
  const amounts = new Map<string, number>();
  for (const [index, output] of record.tx.outputs.entries()) {
    if (output.lockType === LOCK_BURN || own.has(index) === (kind === 'sent')) continue;
    const address = encodeAddress(hrp, output);
    amounts.set(address, (amounts.get(address) ?? 0) + output.amount);
  }
  return amounts;
}

function labelOf(labels: ReadonlyMap<string, string>, txid: string, addresses: readonly string[]): string {
  return (
    labels.get(txid) ??
    addresses.map((address) => labels.get(address)).find((text) => text !== undefined) ??
    ''
  );
}
