import { cleanLabel, MAX_LABEL } from '../../../shared/labels.ts';
import { KithError } from '../../lib/errors.ts';
import type { WalletFile } from '../files/wallet-file.ts';

const MAX_LABELS = 10_000;

/**
 * The labels of a wallet after a change, each in the form that cleanLabel returns. An empty one is removed.
 * @throws {KithError} `wallet-label`, `wallet-labels-full`
 */
export function withLabels(
  labels: WalletFile['labels'],
  given: Iterable<readonly [subject: string, label: string]>,
): WalletFile['labels'] {
  const changed = new Map(labels);
  for (const [subject, text] of given) {
    const label = cleanLabel(text);
    if (label.length > MAX_LABEL) throw new KithError('wallet-label');
    if (label === '') changed.delete(subject);
    else changed.set(subject, label);
  }
  if (changed.size > MAX_LABELS)
    throw new KithError('wallet-labels-full', undefined, { data: { most: MAX_LABELS } });
  return changed;
}
