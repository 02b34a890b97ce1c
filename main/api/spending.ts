import type { Notice } from '../../shared/contract/fields.ts';
import { KithError } from '../lib/errors.ts';
import type { NodeFacade } from './facade.ts';
import { readStatus } from './status.ts';

/** What forbids spending altogether, until it is over. */
const FORBIDS = new Set(['snapshot-unproven', 'snapshot-mismatch']);
/** What a person must think about once more before anything is sent. */
const ALARMS = new Set(['network-split', 'chain-behind', 'chain-reorganised', 'tip-stale']);

/** @throws {KithError} `snapshot-unproven`, `snapshot-mismatch`: the chain can be looked at, not spent on. */
export function refuseUnsafeSpending(node: NodeFacade): void {
  const found = node.condition().notices.find(({ code }) => FORBIDS.has(code));
  if (found !== undefined) throw new KithError(found.code, found.message);
}

/** The alarms that stand now, as warnings of a payment: sending asks once more while one does. `now` in unix seconds. */
export function alarmsOf(node: NodeFacade, now: number): Notice[] {
  return readStatus(node, now)
    .warnings.filter(({ code }) => ALARMS.has(code))
    .map(({ code, message }) => ({ code: `alarm-${code}`, message: `${message} Send it all the same?` }));
}
