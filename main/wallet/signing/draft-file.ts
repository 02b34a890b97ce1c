import { cleanLabel } from '../../../shared/labels.ts';
import { createTransaction } from '../../core/primitives/transaction.ts';
import type { Draft } from '../payments/drafts.ts';
import { CHAIN, type KeyPath } from '../keys/key-path.ts';
import type { OpenWallet } from '../open/open-wallet.ts';
import type { PaymentFile } from './payment-file.ts';
import type { WalletNetwork } from '../ledger/ports.ts';

/** A draft as a payment file without signatures. */
export function paymentFileOf(
  network: Pick<WalletNetwork, 'id'>,
  { keyring }: Pick<OpenWallet, 'keyring'>,
  draft: Pick<Draft, 'unsigned' | 'inputs' | 'label'>,
): PaymentFile {
  // In a list of addresses the position is not the place of the key in any account.
  const hint = (path: KeyPath) => (keyring.count(CHAIN.change) > 0 ? path : null);
  const tx = createTransaction({ ...draft.unsigned, witness: [] });
  return {
    network: network.id,
    tx,
    inputs: draft.inputs.map(({ coin: { amount, keyPath } }) => ({
      amount,
      ...keyring.lock(keyPath),
      tree: keyring.tree(keyPath),
      keyPath: hint(keyPath),
    })),
    change: tx.outputs.map((output) => {
      const path = keyring.find(output);
      return path?.chain === CHAIN.change ? hint(path) : null;
    }),
    note: cleanLabel(draft.label),
    signatures: [],
  };
}
