import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toMotes } from '../../../../shared/units.ts';
import { plainSha256 } from '../../../../main/core/crypto/hash.ts';
import { policyHash, type PolicyNode } from '../../../../main/core/ledger/policy-tree.ts';
import { checkPolicySpend } from '../../../../main/core/ledger/policy-lock.ts';
import { JobList } from '../../../../main/core/ledger/jobs.ts';
import { createTransaction, sighash } from '../../../../main/core/primitives/transaction.ts';
import {
  decodePaymentFile,
  encodePaymentFile,
  isPaymentFileProblem,
  MAX_PAYMENT_FILE_BYTES,
  type PaymentFile,
  type PaymentInput,
  type PartialSignature,
} from '../../../../main/wallet/signing/payment-file.ts';
import {
  areSignaturesValid,
  claimsToSign,
  completedPayment,
  isSamePayment,
  keyOfLeaf,
  leavesWithKey,
  messagesOf,
  missingInputs,
  withSignaturesOf,
} from '../../../../main/wallet/signing/payment-signatures.ts';
import { systemClock } from '../../../../main/lib/clock.ts';
import { verifyWithLibsodium } from '../../../../main/workers/signature.ts';
import { after, all, either, key, lockOf, threshold } from '../../../support/chain/policy.ts';
import { testKey } from '../../../support/chain/test-chain.ts';
import { createFastSigner } from '../../../support/chain/fast-sign.ts';

const network = new Uint8Array(32).fill(9);
const keyInput = (seed: number, amount = 5000): PaymentInput => ({
  amount: toMotes(amount),
  ...testKey(seed).lock,
  tree: null,
  keyPath: { chain: 0, index: seed },
});
const treeInput = (tree: PolicyNode, amount = 7000): PaymentInput => ({
  amount: toMotes(amount),
  ...lockOf(tree),
  tree,
  keyPath: { chain: 1, index: 300 },
});
const twoOfThree = threshold(2, key(1), key(2), key(3));

function paymentOf(inputs: readonly PaymentInput[], note = 'rent for May'): PaymentFile {
  const tx = createTransaction({
    version: 1,
    validFrom: 7,
    expires: 107,
    inputs: inputs.map((_, index) => ({ txid: new Uint8Array(32).fill(1), index })),
    outputs: [
      { amount: toMotes(3000), ...testKey(8).lock },
      { amount: toMotes(1000), ...testKey(9).lock },
    ],
    witness: [],
  });
  return { network, tx, inputs, change: [null, { chain: 1, index: 4 }], note, signatures: [] };
}

/** What the owner of a test key adds. */
function signaturesBy(file: PaymentFile, seed: number): PartialSignature[] {
  const signer = createFastSigner(testKeySeed(seed));
  const messageOf = messagesOf(file);
  return file.inputs.flatMap((_, input) =>
    leavesWithKey(file, input, testKey(seed).lock.lock).flatMap((leaf) =>
      claimsToSign(file, input, leaf).map((claims) => ({
        input,
        claims,
        leaf,
        signature: signer.sign(messageOf(input, claims)),
      })),
    ),
  );
}
const signedBy = (file: PaymentFile, seed: number) => withSignaturesOf(file, signaturesBy(file, seed));
const testKeySeed = (seed: number) => Uint8Array.from(testKey(seed).secret.subarray(0, 32));

function decoded(bytes: Uint8Array): PaymentFile {
  const file = decodePaymentFile(bytes);
  if (isPaymentFileProblem(file)) throw new Error(file);
  return file;
}

/** The bytes with a checksum that fits: what an attacker who knows the format can write. */
function resealed(bytes: Uint8Array, change: (body: Buffer) => Buffer | undefined): Uint8Array {
  const body = Buffer.from(bytes.subarray(0, -32));
  const changed = change(body) ?? body;
  return Buffer.concat([changed, plainSha256(changed)]);
}

const inheritance = either(key(4), all(key(5), after(90)));
const mixed = paymentOf([keyInput(1), treeInput(twoOfThree), treeInput(inheritance)]);

describe('the file', () => {
  test('is read as it was written, with its signatures, to the byte', () => {
    const file = signedBy(signedBy(mixed, 1), 4);
    const bytes = encodePaymentFile(file);
    const read = decoded(bytes);
    expect(encodePaymentFile(read)).toEqual(bytes);
    expect(read.inputs).toEqual(file.inputs);
    expect(read.change).toEqual(file.change);
    expect(read.note).toBe('rent for May');
    expect(read.signatures).toEqual(file.signatures);
    expect(read.signatures.map(({ input, claims, leaf }) => [input, claims, leaf])).toEqual([
      [0, 1, 0],
      [1, 0b011, 0],
      [1, 0b101, 0],
      [2, 0b001, 0],
    ]);
    expect(read.tx.txidHex).toBe(file.tx.txidHex);
  });

  test('an ordinary payment is short enough for four QR codes', () => {
    expect(encodePaymentFile(paymentOf([keyInput(1), keyInput(2)])).length).toBeLessThanOrEqual(640);
  });

  test('with any bit changed is refused', () => {
    const bytes = encodePaymentFile(signedBy(mixed, 1));
    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      const changed = Uint8Array.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(decodePaymentFile(changed)).toBe('payment-file-malformed');
    }
  });

  test('cut at any place is refused, also with a checksum that fits', () => {
    const bytes = encodePaymentFile(signedBy(mixed, 1));
    for (let length = 0; length < bytes.length - 32; length++) {
      expect(decodePaymentFile(bytes.subarray(0, length))).toBe('payment-file-malformed');
      expect(decodePaymentFile(resealed(bytes, (body) => body.subarray(0, length)))).toBe(
        'payment-file-malformed',
      );
    }
  });

  test('is never read in a form that it is not written in, whatever an attacker changes', () => {
    const bytes = encodePaymentFile(signedBy(mixed, 1));
    let read = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 33), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 3,
        }),
        (changes) => {
          const forged = resealed(bytes, (body) => {
            for (const [at, value] of changes) body[at] = value;
            return undefined;
          });
          const file = decodePaymentFile(forged);
          if (isPaymentFileProblem(file)) return;
          read++;
          expect(Buffer.compare(encodePaymentFile(file), forged)).toBe(0);
        },
      ),
      { numRuns: 2000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  test.each<[string, PaymentFile]>([
    ['no input', { ...mixed, tx: createTransaction({ ...mixed.tx, inputs: [] }), inputs: [] }],
    ['no output', { ...mixed, tx: createTransaction({ ...mixed.tx, outputs: [] }), change: [] }],
    ['the same coin twice', twice(mixed)],
    ['outputs above its inputs', paymentOf([keyInput(1, 3999)])],
    ['a coin of nothing', paymentOf([keyInput(1, 5000), { ...keyInput(2), amount: toMotes(0) }])],
    ['an unknown lock type', paymentOf([{ ...keyInput(1), lockType: 2 }])],
    ['a tree of another lock', paymentOf([{ ...treeInput(twoOfThree), lock: policyHash(inheritance) }])],
    ['a tree at a key lock', paymentOf([{ ...keyInput(1), tree: twoOfThree }])],
    ['a policy lock without a tree', paymentOf([{ ...treeInput(twoOfThree), tree: null }])],
    ['a note that looks like another', paymentOf([keyInput(1)], 'pay\u202emore')],
    ['a long note', paymentOf([keyInput(1)], 'x'.repeat(201))],
    ['a witness', { ...mixed, tx: createTransaction({ ...mixed.tx, witness: [new Uint8Array(64)] }) }],
    ['a signature of a claim that is not enough', withSignature({ input: 1, claims: 0b001, leaf: 0 })],
    ['a signature of a claim of too much', withSignature({ input: 1, claims: 0b111, leaf: 0 })],
    ['a signature of a leaf that is not claimed', withSignature({ input: 1, claims: 0b011, leaf: 2 })],
    ['a signature of a leaf that is a height', withSignature({ input: 2, claims: 0b110, leaf: 2 })],
    ['a signature of an input that there is not', withSignature({ input: 3, claims: 1, leaf: 0 })],
    ['a second claim of a key lock', withSignature({ input: 0, claims: 2, leaf: 1 })],
    [
      'the same signature twice',
      { ...mixed, signatures: [...signaturesBy(mixed, 1), ...signaturesBy(mixed, 1)] },
    ],
    ['signatures in another order', { ...mixed, signatures: signaturesBy(mixed, 1).toReversed() }],
  ])('with %s is refused', (_, file) => {
    expect(decodePaymentFile(encodePaymentFile(file))).toBe('payment-file-malformed');
  });

  test('of a newer format says so; a size above the limit is refused before it is read', () => {
    const bytes = encodePaymentFile(mixed);
    expect(
      decodePaymentFile(
        resealed(bytes, (body) => {
          body[7] = 2;
          return undefined;
        }),
      ),
    ).toBe('payment-file-newer');
    expect(decodePaymentFile(new Uint8Array(MAX_PAYMENT_FILE_BYTES + 1))).toBe('payment-file-malformed');
  });
});

describe('signatures', () => {
  test('of a key lock complete it', () => {
    const file = paymentOf([keyInput(1), keyInput(2)]);
    const half = signedBy(file, 1);
    expect([missingInputs(file), missingInputs(half)]).toEqual([2, 1]);
    expect(completedPayment(half)).toBeNull();
    const tx = completedPayment(signedBy(half, 2))!;
    expect(tx.txidHex).toBe(file.tx.txidHex);
    const message = sighash(network, tx, file.inputs);
    expect(
      tx.witness.map((signature, i) => verifyWithLibsodium(testKey(i + 1).lock.lock, signature, message)),
    ).toEqual([true, true]);
  });

  test.each([
    [[1, 2], 0b011],
    [[3, 1], 0b101],
    [[2, 3], 0b110],
  ])('of 2 of 3 in the order %j complete it; the second signs one set', async (order, claims) => {
    const file = paymentOf([treeInput(twoOfThree)]);
    const once = signedBy(file, order[0]!);
    expect(once.signatures).toHaveLength(2);
    expect(completedPayment(once)).toBeNull();
    const done = signedBy(once, order[1]!);
    expect(done.signatures).toHaveLength(3);
    expect(await areSignaturesValid(done, systemClock)).toBe(true);
    expect(completedClaims(done)).toBe(claims);
    expectConsensusAccepts(done);
  });

  test('of people who signed at the same time are merged, in any order, to the same bytes', () => {
    const five = threshold(3, key(1), key(2), key(3), key(4), key(5));
    const file = paymentOf([treeInput(five)]);
    const parts = [1, 3, 4].map((seed) => signaturesBy(file, seed));
    expect(parts.map((part) => part.length)).toEqual([6, 6, 6]);
    const orders = [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
    ];
    const merged = orders.map((order) => order.reduce((sum, at) => withSignaturesOf(sum, parts[at]!), file));
    const [bytes, ...others] = merged.map(encodePaymentFile);
    for (const other of others) expect(other).toEqual(bytes);
    expectConsensusAccepts(decoded(bytes!));
  });

  test('of more people than are needed leave a valid payment', () => {
    const file = paymentOf([treeInput(twoOfThree)]);
    const merged = [1, 2, 3].reduce((sum, seed) => withSignaturesOf(sum, signaturesBy(file, seed)), file);
    expectConsensusAccepts(merged);
  });

  test('of the owner or of the heir complete an inheritance', () => {
    const file = paymentOf([treeInput(inheritance)]);
    for (const seed of [4, 5]) expectConsensusAccepts(signedBy(file, seed));
  });

  test('do not fit another amount, receiver, coin or network', async () => {
    const signed = signedBy(paymentOf([keyInput(1), keyInput(2)]), 1);
    const cheaper = { ...signed, inputs: [{ ...keyInput(1), amount: toMotes(9000) }, keyInput(2)] };
    const outputs = [{ amount: toMotes(3000), ...testKey(7).lock }, signed.tx.outputs[1]!];
    const elsewhere = { ...signed, tx: createTransaction({ ...signed.tx, outputs }) };
    const other = { ...signed, network: new Uint8Array(32).fill(8) };
    const valid = [signed, cheaper, elsewhere, other].map((file) => areSignaturesValid(file, systemClock));
    expect(await Promise.all(valid)).toEqual([true, false, false, false]);
    expect([signed, cheaper, elsewhere, other].map((file) => isSamePayment(signed, file))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

function completedClaims(file: PaymentFile): number {
  const tx = completedPayment(file)!;
  // Bits of the leaves that the witness claims: tag 01 at a key, 08 at a hidden node.
  const witness = tx.witness[0]!;
  let [at, claims] = [3, 0];
  for (let leaf = 0; leaf < witness[2]!; leaf++) {
    if (witness[at] === 1) claims |= 1 << leaf;
    at += witness[at] === 1 ? 97 : 33;
  }
  return claims;
}

function expectConsensusAccepts(file: PaymentFile): void {
  const tx = completedPayment(file);
  expect(tx).not.toBeNull();
  const message = sighash(file.network, tx!, file.inputs);
  const jobs = new JobList();
  file.inputs.forEach(({ lock }, index) => {
    const spend = { witness: tx!.witness[index]!, lock, index, height: 100, message: () => message };
    expect(checkPolicySpend(spend, jobs)).toBeNull();
  });
  const { count, data } = jobs.batch();
  expect(count).toBeGreaterThan(0);
  for (let i = 0; i < count; i++) {
    const job = data.subarray(i * 128, (i + 1) * 128);
    expect(verifyWithLibsodium(job.subarray(0, 32), job.subarray(32, 96), job.subarray(96))).toBe(true);
  }
}

function twice(file: PaymentFile): PaymentFile {
  const [input] = file.tx.inputs;
  return { ...file, tx: createTransaction({ ...file.tx, inputs: [input!, input!, file.tx.inputs[2]!] }) };
}

function withSignature(facts: Omit<PartialSignature, 'signature'>): PaymentFile {
  return { ...mixed, signatures: [{ ...facts, signature: new Uint8Array(64).fill(1) }] };
}

test('the key of a leaf is found in both directions', () => {
  expect(keyOfLeaf(mixed, 2, 1)).toEqual(testKey(5).lock.lock);
  expect(leavesWithKey(mixed, 2, testKey(5).lock.lock)).toEqual([1]);
  expect(leavesWithKey(mixed, 2, testKey(6).lock.lock)).toEqual([]);
  expect(leavesWithKey(mixed, 0, testKey(1).lock.lock)).toEqual([0]);
});
