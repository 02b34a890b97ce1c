/** Which peers of this node have a payment of a wallet. */
import { oc } from '@orpc/contract';
import * as z from 'zod';
import { count, givenId, id, unixSeconds, walletName } from './fields.ts';

/** Seconds, with fractions. */
const after = z.number().min(0);

/**
 * Addition: how many peers of this node have a payment, over time. Measured only at the peers of this node, and only
 * since it was started; other nodes cannot be seen.
 */
export const propagation = z.object({
  txid: id,
  /** Connected peers that have it, and connected peers that relay transactions. */
  seenBy: count,
  ofPeers: count,
  /** When this node began to send it. */
  startedAt: unixSeconds,
  /** Different peers that fetched it from this node first, or announced it first; also those that left since. */
  fetched: count,
  announced: count,
  /** Seconds until the first peer had it; null while none has it. */
  firstAfter: after.nullable(),
  /** Seconds until half of the peers that were connected then had it; null before. */
  halfAfter: after.nullable(),
  /** How many different peers had it after how many seconds; ascending, at most 32. */
  points: z.array(z.object({ after, peers: count })),
});

export const propagationContract = {
  /** Addition: fails with `wallet-payment-unsent` for a payment that this node did not send since its start. */
  propagation: oc.input(z.strictObject({ name: walletName, txid: givenId })).output(propagation),
};

export type Propagation = Readonly<z.infer<typeof propagation>>;
