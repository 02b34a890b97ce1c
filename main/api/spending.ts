import type { Notice } from '../../shared/contract/fields.ts';
import { KithError } from '../lib/errors.ts';
import type { NodeFacade } from './facade.ts';
import { readStatus } from './status.ts';

/** Notices during which no payment is allowed. */
const BLOCKING_NOTICES = new Set(['snapshot-unproven', 'snapshot-mismatch']);
/** Warnings that the user must confirm again before a payment is sent. */
const WARNING_NOTICES = new Set(['network-split', 'chain-behind', 'chain-reorganised', 'tip-stale']);

/**
 * Refuses payments while the UTXO set is not trusted.
 * @throws {KithError} `snapshot-unproven`, `snapshot-mismatch`: the chain can be read, but nothing can be spent
 */
export function refuseUnsafeSpending(node: NodeFacade): void {
  const found = node.condition().notices.find(({ code }) => BLOCKING_NOTICES.has(code));
  if (found !== undefined) throw new KithError(found.code, found.message);
}

/**
 * The state of the node as warnings of a payment: its alarms, which the user must confirm again, and whether the payment
 * has to wait for a peer. `now` is in unix seconds.
 */
export function alarmsOf(node: NodeFacade, now: number): Notice[] {
  const { warnings, peers } = readStatus(node, now);
  const alarms = warnings
    .filter(({ code }) => WARNING_NOTICES.has(code))
    .map(({ code, message }) => ({ code: `alarm-${code}`, message: `${message} Send it anyway?` }));
  return peers > 0 ? alarms : [...alarms, QUEUED];
}

const QUEUED: Notice = {
  code: 'payment-queued',
  message: 'No peer is connected. The payment is queued, and sent when a peer connects.',
};
