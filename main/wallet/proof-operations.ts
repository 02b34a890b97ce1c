import type { Role } from '../../shared/contract/vocabulary.ts';
import { cleanLabel, MAX_LABEL } from '../../shared/labels.ts';
import type { BinaryString } from '../core/codec/binary.ts';
import { equalBytes } from '../core/codec/bytes.ts';
import { encodeAddress } from '../core/primitives/address.ts';
import type { Lock } from '../core/primitives/coin.ts';
import type { Clock } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import type { OpenWallet } from './open/open-wallet.ts';
import {
  checkProof,
  decodeProof,
  encodeProof,
  paidTo,
  type ProvenInput,
  proofStatement,
} from './signing/payment-proof.ts';
import type { WalletNetwork } from './ledger/ports.ts';
import { readAddress } from './payments/receivers.ts';
import { checkSingleKeys, messageHash } from './signing/signed-message.ts';
import { paidOutputs } from './payments/spendable-coins.ts';
import type { MinedRecord, UnconfirmedRecord } from './ledger/wallet-records.ts';
import type { WalletComponents } from './wiring.ts';

export interface PaymentToProve {
  readonly name: string;
  readonly password: string;
  readonly txid: string;
  /** May be left out if the payment has a single receiver. */
  readonly receiver?: string | undefined;
  readonly challenge: string;
  readonly by?: Role;
}

/**
 * A proof whose signatures are valid. It proves nothing until the payment with this wid, not only this txid, is found in
 * the chain or the mempool: any person can sign the payment of another one again, with other coins.
 */
export interface CheckedProof {
  readonly txid: string;
  readonly wid: BinaryString;
  readonly receiver: string;
  readonly amount: number;
  readonly challenge: string;
  /** The addresses of the coins that the proof says were spent, each once. */
  readonly senders: string[];
  /** Where the proof says that the payment is. */
  readonly block: { readonly id: string; readonly height: number } | null;
}

/** Payment proofs: made with the keys of a wallet, checked by any node. */
export interface ProofOperations {
  /** @throws {KithError} `proof-…`, `wallet-setup-proof`, `wallet-password`, `wallet-unknown` */
  provePayment(request: PaymentToProve): Promise<{ readonly proof: string }>;
  /** @throws {KithError} `proof-…`, `address-…` */
  checkProof(text: string): Promise<CheckedProof>;
}

export interface ProofOperationsDeps {
  readonly network: WalletNetwork;
  readonly clock: Pick<Clock, 'soon'>;
  readonly components: () => Pick<WalletComponents, 'list' | 'access' | 'data' | 'chain' | 'queue'>;
}

/** Number of signatures before the event loop runs, as in send-payment.ts. */
const SIGNATURES_PER_TURN = 10;

export function createProofOperations({ network, clock, components }: ProofOperationsDeps): ProofOperations {
  return {
    async provePayment({ name, password, txid, receiver: wanted, challenge: typed, by = 'terminal' }) {
      const { list, access, data, chain, queue } = components();
      const wallet = list.get(name);
      checkSingleKeys(wallet);
      const record =
        wallet.ledger.unconfirmed.get(txid) ?? (await queue.run(() => data.mined(wallet.id, txid)));
      if (record === null) throw new KithError('proof-payment-unknown', undefined, { data: { name } });
      const spent = spentCoins(wallet, record);
      const challenge = cleanLabel(typed);
      if (challenge === '' || challenge.length > MAX_LABEL) throw new KithError('proof-challenge');
      const receiver = receiverOf(network.hrp, record, wanted);
      const message = messageHash(
        network.id,
        proofStatement(network.hrp, { tx: record.tx, receiver, challenge }),
      );
      const keys = await access.keys(wallet, password, by);
      const inputs: ProvenInput[] = [];
      try {
        for (const { coin, output } of spent) {
          if (inputs.length % SIGNATURES_PER_TURN === SIGNATURES_PER_TURN - 1) await clock.soon();
          inputs.push({ spent: output, signature: keys.sign(coin.keyPath, message) });
        }
      } finally {
        keys.wipe();
      }
      const at = 'height' in record ? chain.atHeight(record.height) : undefined;
      const block = at === undefined ? null : { id: at.id, height: at.height };
      return { proof: encodeProof(network, { tx: record.tx, receiver, challenge, block, inputs }) };
    },
    async checkProof(text) {
      const proof = decodeProof(network, text);
      await checkProof(network, proof, clock);
      const { tx, receiver, challenge, block, inputs } = proof;
      return {
        txid: tx.txidHex,
        wid: tx.widBinary,
        receiver: encodeAddress(network.hrp, receiver),
        amount: paidTo(tx, receiver),
        challenge,
        senders: [...new Set(inputs.map(({ spent }) => encodeAddress(network.hrp, spent)))],
        block,
      };
    },
  };
}

type Payment = MinedRecord | UnconfirmedRecord;

function receiverOf(hrp: string, record: Payment, wanted: string | undefined): Lock {
  const paid = paidOutputs(record);
  if (wanted === undefined) {
    const [only, ...others] = paid;
    if (only === undefined || others.length > 0) throw new KithError('proof-receiver');
    return only;
  }
  const lock = readAddress(hrp, wanted);
  if (!paid.some((output) => output.lockType === lock.lockType && equalBytes(output.lock, lock.lock)))
    throw new KithError('proof-receiver');
  return lock;
}

/** The coins that the payment spent, all of which must be of this wallet. */
function spentCoins({ keyring }: OpenWallet, { tx, inputs }: Payment) {
  if (inputs.length === 0 || inputs.length !== tx.inputs.length) throw new KithError('proof-not-own');
  return [...inputs]
    .sort((a, b) => a.index - b.index)
    .map(({ coin }) => ({ coin, output: { ...keyring.lock(coin.keyPath), amount: coin.amount } }));
}
