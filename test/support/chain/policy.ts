import sodium from 'sodium-native';
import { plainSha256 } from '../../../main/core/crypto/hash.ts';
import { policySighash } from '../../../main/core/ledger/policy-lock.ts';
import { encodePolicy, policyHash, type PolicyNode } from '../../../main/core/ledger/policy-tree.ts';
import type { Coin, Lock } from '../../../main/core/primitives/coin.ts';
import type { Outpoint } from '../../../main/core/primitives/outpoint.ts';
import { createTransaction, sighash, type Transaction } from '../../../main/core/primitives/transaction.ts';
import type { Motes } from '../../../shared/units.ts';
import { testKey } from './test-chain.ts';

const UNSIGNED = new Uint8Array(64);

/** The parts of a tree, each shown (`key(1)`) or claimed (`key.claim(1)`); keys are those of testKey. */
export const key = Object.assign(
  (seed: number): PolicyNode => ({ kind: 'key', key: testKey(seed).lock.lock, signature: null }),
  {
    claim: (seed: number): PolicyNode => ({ kind: 'key', key: testKey(seed).lock.lock, signature: UNSIGNED }),
  },
);
export const after = Object.assign(
  (height: number): PolicyNode => ({ kind: 'after', height, claimed: false }),
  {
    claim: (height: number): PolicyNode => ({ kind: 'after', height, claimed: true }),
  },
);
/** The hash of a text, which claiming reveals. */
export const secret = Object.assign(
  (text: string): PolicyNode => ({ kind: 'hash', hash: digest(text), preimage: null }),
  {
    claim: (text: string): PolicyNode => ({ kind: 'hash', hash: digest(text), preimage: Buffer.from(text) }),
  },
);
export const hidden = (node: PolicyNode): PolicyNode => ({ kind: 'hidden', hash: policyHash(node) });
export const threshold = (m: number, ...children: readonly PolicyNode[]): PolicyNode => ({
  kind: 'threshold',
  m,
  children,
});
export const all = (...children: readonly PolicyNode[]): PolicyNode =>
  threshold(children.length, ...children);
export const either = (...children: readonly PolicyNode[]): PolicyNode => threshold(1, ...children);

function digest(text: string): Uint8Array {
  return plainSha256(Buffer.from(text));
}

/** The lock of a coin that only satisfying this tree can spend. */
export const lockOf = (tree: PolicyNode): Lock => ({ lockType: 1, lock: policyHash(tree) });

/** A coin and the claims that shall spend it; a number signs for a coin of type 0 with that testKey. */
export interface PolicyInput {
  readonly outpoint: Outpoint;
  readonly coin: Coin;
  readonly by: PolicyNode | number;
}

export interface PolicyOutput {
  readonly amount: number;
  readonly lock: Lock;
}

/** A transaction whose claimed keys are signed for. */
export function unlock(
  networkId: Uint8Array,
  inputs: readonly PolicyInput[],
  outputs: readonly PolicyOutput[],
  validity: { validFrom?: number; expires?: number } = {},
): Transaction {
  const fields = {
    version: 1,
    validFrom: 0,
    expires: 0,
    ...validity,
    inputs: inputs.map(({ outpoint }) => outpoint),
    outputs: outputs.map(({ amount, lock }) => ({ amount: amount as Motes, ...lock })),
  };
  const message = sighash(
    networkId,
    createTransaction({ ...fields, witness: [] }),
    inputs.map(({ coin }) => coin),
  );
  const witness = inputs.map(({ by }, index) =>
    typeof by === 'number'
      ? signWith(testKey(by).secret, message)
      : encodePolicy(signTree(by, policySighash(message, index, by))),
  );
  return createTransaction({ ...fields, witness });
}

/** The tree with a signature for each key that is claimed. */
export function signTree(node: PolicyNode, message: Uint8Array): PolicyNode {
  if (node.kind === 'threshold')
    return { ...node, children: node.children.map((child) => signTree(child, message)) };
  if (node.kind !== 'key' || node.signature === null) return node;
  return { ...node, signature: signWith(secretOf(node.key), message) };
}

function secretOf(publicKey: Uint8Array): Buffer {
  for (let seed = 0; seed < 256; seed++) {
    const { lock, secret } = testKey(seed);
    if (Buffer.compare(lock.lock, publicKey) === 0) return secret;
  }
  throw new Error('nobody has the key');
}

function signWith(secret: Buffer, message: Uint8Array): Uint8Array {
  const signature = Buffer.alloc(64);
  sodium.crypto_sign_detached(signature, Buffer.from(message), secret);
  return new Uint8Array(signature);
}
