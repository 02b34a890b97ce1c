/** Signed messages and payment proofs. */
import { oc } from '@orpc/contract';
import * as z from 'zod';
import {
  address,
  count,
  givenId,
  height,
  hex,
  id,
  label,
  password,
  total,
  unixSeconds,
  walletName,
} from './fields.ts';
import { PROOF_STATES } from './vocabulary.ts';

const message = z.string().max(10_000, 'the message is longer than 10\u202f000 characters');

/** Addition: what a valid proof says, and where this node finds its payment. */
export const proofVerdict = z.object({
  txid: id,
  receiver: z.string(),
  /** What the receiver gets in this payment. */
  amount: total,
  challenge: z.string(),
  /**
   * The addresses of the coins that were spent, whose keys have signed the proof. While `state` is `unknown`, only the
   * proof says that these are the coins.
   */
  senders: z.array(z.string()),
  state: z.enum(PROOF_STATES),
  block: id.nullable(),
  height: height.nullable(),
  /** The time of the block. */
  time: unixSeconds.nullable(),
  confirmations: count,
});

export const proofsContract = {
  /** Addition: signs a message with the key of one of the wallet's addresses; 64 bytes. */
  signMessage: oc
    .input(z.strictObject({ name: walletName, password, address, message }))
    .output(z.object({ signature: hex })),
  /** Addition: whether the owner of an address signed a message. */
  verifyMessage: oc
    .input(z.strictObject({ address, message, signature: z.string().max(256) }))
    .output(z.object({ valid: z.boolean() })),
  /**
   * Additions: a proof of a payment of this wallet to one of its receivers, for a person who named the challenge
   * (docs/formats/payment-proof.md). `receiver` may be left out if there is one only.
   */
  provePayment: oc
    .input(
      z.strictObject({
        name: walletName,
        password,
        txid: givenId,
        receiver: address.optional(),
        challenge: label.refine((text) => text !== '', 'the challenge is empty'),
      }),
    )
    .output(z.object({ proof: z.string() })),
  /** Checks the signatures of a proof, and looks for its payment in the chain and the mempool of this node. */
  verifyProof: oc.input(z.strictObject({ proof: z.string().max(600_000) })).output(proofVerdict),
};

export type ProofVerdict = z.infer<typeof proofVerdict>;
