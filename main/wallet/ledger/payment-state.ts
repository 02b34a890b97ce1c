import type { Height } from '../../../shared/units.ts';
import type { OutpointKey } from '../../core/primitives/outpoint.ts';
import { outpointKey } from '../../core/primitives/outpoint.ts';
import { toHex } from '../../core/codec/hex.ts';
import type { Ledger } from './wallet-ledger.ts';
import type { UnconfirmedRecord } from './wallet-records.ts';

/**
 * State of an unconfirmed transaction. `live`: the next block may contain it. `expired`: it was not mined in time and
 * its coins are free, but a reorganisation could still mine it. `dead`: it expired so long ago that no reorganisation
 * can mine it. `conflicted`: a mined transaction spends one of its coins. `replaced`: the mempool accepted another
 * transaction that spends one of them.
 */
export type PaymentState = 'live' | 'expired' | 'dead' | 'conflicted' | 'replaced';

/** Number of blocks after its expiry from which on no reorganisation can mine a payment (protocol.md §18). */
export const BLOCKS_UNTIL_DEAD = 100;

const cache = new WeakMap<
  Ledger,
  { revision: number; height: Height; result: ReadonlyMap<string, PaymentState> }
>();

/** The state of every unconfirmed transaction of a wallet. A child is live only if its parents are. */
export function paymentStates(ledger: Ledger): ReadonlyMap<string, PaymentState> {
  const { revision } = ledger;
  const { height } = ledger.syncedTo;
  const last = cache.get(ledger);
  if (last?.revision === revision && last.height === height) return last.result;
  const result = new Map<string, PaymentState>();
  for (const record of parentsFirst(ledger)) {
    const parentStates = parentsOf(record, ledger).map((parent) => result.get(parent.tx.txidHex));
    const parentState = parentStates.find((state) => state !== 'live');
    result.set(record.tx.txidHex, ownState(record, height) ?? parentState ?? 'live');
  }
  cache.set(ledger, { revision, height, result });
  return result;
}

/**
 * Unconfirmed records, parents before children. Iterative, because a chain of payments can be too long for recursion.
 */
export function parentsFirst(ledger: Ledger): Iterable<UnconfirmedRecord> {
  const ordered = new Set<UnconfirmedRecord>();
  for (const record of ledger.unconfirmed.values()) {
    const stack = [record];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const missingParents = ordered.has(top)
        ? []
        : parentsOf(top, ledger).filter((parent) => !ordered.has(parent));
      if (missingParents.length > 0) stack.push(...missingParents);
      else ordered.add(stack.pop()!);
    }
  }
  return ordered;
}

/** The unconfirmed records whose outputs this one spends. */
export function parentsOf(record: UnconfirmedRecord, ledger: Ledger): UnconfirmedRecord[] {
  return record.tx.inputs.flatMap(({ txid }) => ledger.unconfirmed.get(toHex(txid)) ?? []);
}

function ownState(record: UnconfirmedRecord, tip: Height): PaymentState | undefined {
  // Its own replacement conflicts with it once it is mined; the payment is still one that was replaced.
  if (record.replaced) return 'replaced';
  if (record.conflict !== null) return 'conflicted';
  const { expires } = record.tx;
  if (expires === 0 || tip < expires) return undefined;
  return tip < expires + BLOCKS_UNTIL_DEAD ? 'expired' : 'dead';
}

/** Whether a live payment of the wallet spends an output of this one. */
export function isSpentByLivePayment(record: UnconfirmedRecord, ledger: Ledger): boolean {
  const states = paymentStates(ledger);
  for (const [txid, each] of ledger.unconfirmed)
    if (states.get(txid) === 'live' && parentsOf(each, ledger).includes(record)) return true;
  return false;
}

/** The coins that live transactions spend, own coins or not. A new payment must not spend them. */
export function spentByLive(ledger: Ledger, states: ReadonlyMap<string, PaymentState>): Set<OutpointKey> {
  const spent = new Set<OutpointKey>();
  for (const [txid, record] of ledger.unconfirmed) {
    if (states.get(txid) !== 'live') continue;
    for (const input of record.tx.inputs) spent.add(outpointKey(input));
  }
  return spent;
}
