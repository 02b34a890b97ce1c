import type { TransactionOutputInfo } from '../../shared/contract/chain.ts';
import { group, plural } from './number.ts';

/** The types of locks (docs/protocol.md, section 5). */
const KEY = 0;
const POLICY = 1;
const BURN = 255;

/** What decides when and how the outputs of a transaction can be spent. */
export interface LockContext {
  /** The height of the block of a coinbase; null for other transactions. */
  readonly coinbaseHeight: number | null;
  /** Maturity of mining rewards in blocks. */
  readonly maturity: number;
  /** Whether the rule of policy locks is in force; null while that is not known. */
  readonly hasPolicyRule: boolean | null;
}

/** Who can spend an output, in sentences. */
export function lockWords(
  { lockType, lock }: Pick<TransactionOutputInfo, 'lockType' | 'lock'>,
  context: LockContext,
): string {
  if (lockType === BURN)
    return `Burned: it can never be spent. It carries ${plural(lock.length / 2, 'byte')} of data.`;
  const { coinbaseHeight, maturity } = context;
  const wait =
    coinbaseHeight === null
      ? ''
      : ` A mining reward can be spent from block ${group(coinbaseHeight + maturity)} on.`;
  return `${whoSpends(lockType, context.hasPolicyRule)}${wait}`;
}

function whoSpends(lockType: number, hasPolicyRule: boolean | null): string {
  if (lockType === KEY) return 'Locked to one key: a signature of its owner spends it.';
  if (lockType !== POLICY)
    return `Lock type ${lockType} has no rule yet, so any person could spend it in a block of their own.`;
  if (hasPolicyRule === false)
    return 'Locked to conditions whose rule is not active yet, so any person could spend it in a block of their own.';
  return 'Locked to conditions, such as several signatures or a block height. Only their hash is in the chain until it is spent.';
}

/** In which blocks a transaction can be, as a sentence; null if in any. */
export function validityWords({
  validFrom,
  expires,
}: {
  readonly validFrom: number;
  readonly expires: number;
}): string | null {
  if (validFrom === 0 && expires === 0) return null;
  if (expires === 0) return `from block ${group(validFrom)} on`;
  return validFrom === 0
    ? `up to block ${group(expires)}; then it expires`
    : `from block ${group(validFrom)} to block ${group(expires)}; then it expires`;
}
