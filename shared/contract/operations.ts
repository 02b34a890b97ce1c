import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { count, id, nothing, notice, total, unixSeconds } from './fields.ts';
import { OPERATION_KINDS, OPERATION_STATES } from './vocabulary.ts';

/**
 * Addition: a request that can take longer than a second or cannot be undone. The client that sent it may be gone
 * before it ends (a reloaded page, a closed terminal), so every client gets the result. Fields that do not belong to
 * this kind are null.
 */
export const operation = z.object({
  /** Counts from 1 at the start of the node. */
  number: count,
  kind: z.enum(OPERATION_KINDS),
  state: z.enum(OPERATION_STATES),
  startedAt: unixSeconds,
  endedAt: unixSeconds.nullable(),
  /** Whether this connection sent the request. Then it also gets the result as the response. */
  own: z.boolean(),
  wallet: z.string().nullable(),
  /** For a payment: the sum for all receivers in motes, and the first receiver. */
  amount: total.nullable(),
  receivers: count.nullable(),
  receiver: z.string().nullable(),
  txid: id.nullable(),
  /** For connecting to a peer: its address. */
  address: z.string().nullable(),
  /** Why it failed. */
  fault: notice.nullable(),
});

export const operationsContract = {
  /** Addition: running operations, and those that ended in the last 15 minutes (50 at most), newest first. */
  list: oc.input(nothing).output(z.array(operation)),
  /** Addition: the list of operations immediately, and later after changes, at most 4 times per second. */
  watch: oc.input(nothing).output(eventIterator(z.array(operation))),
};

export type Operation = z.infer<typeof operation>;
