import type { MinedOdds } from '../../../shared/contract/mempool.ts';
import type { PaymentOdds } from '../../../shared/contract/payment.ts';

/** The first payment, which a cancellation must overtake. */
export interface FirstPayment {
  /** The odds of its fee rate. */
  readonly mined: MinedOdds;
  /** How this node sent it: seconds until a first peer and until half of the peers had it. Null if it has not measured it. */
  readonly spread: { readonly firstAfter: number | null; readonly halfAfter: number | null } | null;
  /** Mean seconds between blocks. */
  readonly spacing: number;
}

export interface OddsParts {
  readonly feerate: number;
  readonly mined: MinedOdds;
  /** Of a cancellation. */
  readonly first?: FirstPayment | undefined;
}

/** The odds of a replacement or a bump, with what is deducted from those of a cancellation. */
export function paymentOdds({ feerate, mined, first }: OddsParts): PaymentOdds {
  if (first === undefined) return { ...mined, feerate, sentence: minedWords(mined) };
  const tooLate = lateShare(first);
  const chances = mined.chances.map(({ blocks, share }) => ({ blocks, share: share * (1 - (tooLate ?? 0)) }));
  const odds = { observed: mined.observed, chances };
  return { ...odds, feerate, tooLate, sentence: `${minedWords(odds)} ${lateWords(first, tooLate)}` };
}

/**
 * The share of the cases in which a block with the first payment is found before the cancellation reaches its miner. Blocks are
 * found at random times. The time until the miner has the cancellation is taken as random too, with the median that the first
 * payment needed to half of this node's peers. A block that is found before has the first payment as often as its fee rate is mined next.
 */
function lateShare({ mined, spread, spacing }: FirstPayment): number | null {
  if (spread === null) return null;
  if (spread.firstAfter === null) return 0;
  if (spread.halfAfter === null) return null;
  const mean = spread.halfAfter / Math.LN2;
  // A block is found within an exponentially distributed time of this mean.
  const before = mean / (mean + spacing);
  return before * (mined.chances[0]?.share ?? 1);
}

function minedWords({ observed, chances }: MinedOdds): string {
  if (chances.length === 0)
    return `There is not enough data yet to estimate the odds: this node has observed ${observed} of the 20 blocks with payments that it needs.`;
  const shares = chances.map(
    ({ blocks, share }) =>
      `${percent(share)} ${blocks === 1 ? 'in the next block' : `within ${blocks} blocks`}`,
  );
  return `Estimated chance to be mined: ${shares.join(', ')}, if the next blocks are like ${observed === 100 ? '' : `${observed} of `}the last 100.`;
}

function lateWords({ spread, spacing }: FirstPayment, tooLate: number | null): string {
  if (spread !== null && spread.firstAfter === null)
    return 'No peer has shown that it has the payment that you cancel.';
  if (spread === null || tooLate === null || spread.halfAfter === null)
    return 'A miner that does not have the cancellation yet can still include the first payment. How likely this is, is not known, and not deducted: this node has not measured how fast the first payment spread.';
  return `A miner that does not have the cancellation yet can still include the first payment: estimated ${percent(tooLate)}, because a block is found every ${spacing}\u00a0s on average, and half of the peers of this node had the first payment after ${seconds(spread.halfAfter)}. Nodes with the usual rule that have the cancellation no longer have the first payment, because the cancellation pays more.`;
}

/** Never 0 % or 100 %, which an estimate cannot say. */
function percent(share: number): string {
  if (share < 0.01) return 'less than 1\u00a0%';
  return share > 0.99 ? 'more than 99\u00a0%' : `about ${Math.round(share * 100)}\u00a0%`;
}

const seconds = (value: number): string =>
  value < 0.1 ? 'less than 0.1\u00a0s' : `${value < 10 ? value.toFixed(1) : Math.round(value)}\u00a0s`;
