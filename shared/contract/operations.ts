import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { count, id, nothing, notice, total, unixSeconds } from './fields.ts';
import { OPERATION_KINDS, OPERATION_STATES } from './vocabulary.ts';

/**
 * Addition: a request that takes a while or cannot be undone. The client that sent it may be gone before it ends (a
 * reloaded page, a closed terminal), so every client gets the result. Fields of other kinds are null.
 */
export const operation = z.object({
  /** Counts from 1 at the start of the node. */
  number: count,
  kind: z.enum(OPERATION_KINDS),
  state: z.enum(OPERATION_STATES),
  startedAt: unixSeconds,
  endedAt: unixSeconds.nullable(),
  /** Whether this connection sent the request: then it gets the result as its answer. */
  own: z.boolean(),
  wallet: z.string().nullable(),
  /** Of a payment: the sum of all receivers in motes, and the first receiver. */
  amount: total.nullable(),
  receivers: count.nullable(),
  receiver: z.string().nullable(),
  txid: id.nullable(),
  /** The peer of a connection. */
  address: z.string().nullable(),
  /** Why it failed. */
  fault: notice.nullable(),
});

export const operationsContract = {
  /** Addition: running operations, and those that ended in the last 15 minutes (50 at most), newest first. */
  list: oc.input(nothing).output(z.array(operation)),
  /** Addition: the same at once, and then whenever it changed, at most 4 times a second. */
  watch: oc.input(nothing).output(eventIterator(z.array(operation))),
};

export type Operation = z.infer<typeof operation>;
