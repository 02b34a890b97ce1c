import type { TransactionInfo } from '../../shared/contract/chain.ts';
import { group, plural } from './number.ts';

/** A step of a transaction, in its order. */
export interface TransactionStep {
  readonly name: string;
  readonly state: 'done' | 'current' | 'waiting';
  /** Seconds since 1970; null if there is none. */
  readonly time: number | null;
  /** How the time is known; empty without a time. */
  readonly source: string;
  readonly text: string;
}

type Facts = Pick<TransactionInfo, 'firstSeen' | 'height' | 'confirmations' | 'expires'> & {
  readonly isCoinbase: boolean;
  /** The time in the header of its block; null while it is in none, or not known. */
  readonly blockTime: number | null;
};

/** First seen, mined, confirmed. `confirmedAt`: confirmations of the last step, which is the maturity of a reward. */
export function transactionSteps(facts: Facts, confirmedAt: number): TransactionStep[] {
  return [
    ...(facts.isCoinbase ? [] : [seenStep(facts)]),
    minedStep(facts),
    confirmedStep(facts, confirmedAt),
  ];
}

function seenStep({ firstSeen }: Facts): TransactionStep {
  const known = firstSeen !== null;
  return {
    name: 'First seen',
    state: 'done',
    time: firstSeen,
    source: known ? 'measured by this node' : '',
    text: known ? '' : 'This node keeps that time only until the transaction is in a block.',
  };
}

function minedStep({ height, blockTime, expires }: Facts): TransactionStep {
  if (height !== null)
    return {
      name: `In block ${group(height)}`,
      state: 'done',
      time: blockTime,
      source: 'claimed by its miner',
      text: '',
    };
  const text = expires > 0 ? `Expires after block ${group(expires)}.` : 'Does not expire.';
  return { name: 'In a block', state: 'current', time: null, source: '', text };
}

function confirmedStep({ height, confirmations, isCoinbase }: Facts, confirmedAt: number): TransactionStep {
  const name = isCoinbase ? 'Mature' : 'Confirmed';
  const state = confirmations >= confirmedAt ? 'done' : height === null ? 'waiting' : 'current';
  const text =
    state === 'done'
      ? `${plural(confirmations, 'confirmation')}.`
      : `${group(confirmations)} of ${plural(confirmedAt, 'confirmation')}.`;
  return { name, state, time: null, source: '', text };
}
