import { ORPCError } from '@orpc/client';
import { toMotes, type Motes } from '../../../shared/units.ts';

/** What the wallet says when a payment with its fee needs more than there is. */
const SHORT = 'wallet-funds';
const TRIES = 4;

/**
 * The most that can be sent: everything less the fee, which only the wallet knows. It is asked to prepare the payment,
 * and each time that it is short of something the amount gives way by just that.
 */
export async function allButFee(
  spendable: number,
  prepare: (amount: Motes) => Promise<unknown>,
): Promise<Motes> {
  let amount = toMotes(spendable);
  for (let i = 0; i < TRIES; i += 1) {
    try {
      await prepare(amount);
      return amount;
    } catch (error) {
      const missing = shortBy(error);
      if (missing === null || missing <= 0 || missing >= amount) throw error;
      amount = toMotes(amount - missing);
    }
  }
  return amount;
}

function shortBy(error: unknown): number | null {
  if (!(error instanceof ORPCError) || error.code !== SHORT) return null;
  const { needed, available } = (error.data ?? {}) as { needed?: unknown; available?: unknown };
  return typeof needed === 'number' && typeof available === 'number' ? needed - available : null;
}
