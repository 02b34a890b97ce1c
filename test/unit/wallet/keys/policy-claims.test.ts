import { describe, expect, test } from 'vitest';
import { encodePolicy, policyHash } from '../../../../main/core/ledger/policy-tree.ts';
import { checkPolicySpend } from '../../../../main/core/ledger/policy-lock.ts';
import { JobList } from '../../../../main/core/ledger/jobs.ts';
import {
  CLAIM_LIMITS,
  claimedBytes,
  claimedTree,
  claimSets,
  leavesOf,
} from '../../../../main/wallet/keys/policy-claims.ts';
import { claimsToSign, missingInputs } from '../../../../main/wallet/signing/payment-signatures.ts';
import type { PartialSignature, PaymentFile } from '../../../../main/wallet/signing/payment-file.ts';
import { after, all, either, hidden, key, secret, threshold } from '../../../support/chain/policy.ts';

const twoOfThree = threshold(2, key(1), key(2), key(3));
const inheritance = either(key(1), all(key(2), after(50)));

describe('the sets of claims', () => {
  test.each([
    ['one key', key(1), [0b1]],
    ['2 of 3', twoOfThree, [0b011, 0b101, 0b110]],
    ['savings', all(key(1), after(9)), [0b11]],
    ['inheritance', inheritance, [0b001, 0b110]],
    ['1 of 2 pairs', either(all(key(1), key(2)), all(key(3), key(4))), [0b0011, 0b1100]],
  ])('of %s', (_, tree, sets) => {
    expect(claimSets(tree)).toEqual(sets);
  });
  test('are not computed if they are too many', () => {
    const keys = Array.from({ length: 16 }, (_, seed) => key(seed));
    expect(claimSets(threshold(8, ...keys))).toBeNull();
    expect(claimSets(threshold(4, ...keys.slice(0, 7)))).toHaveLength(35);
    expect(35).toBeLessThanOrEqual(CLAIM_LIMITS.sets);
  });
});

describe('a signer', () => {
  const fileWith = (tree: ReturnType<typeof threshold>, signatures: PartialSignature[]) =>
    ({ inputs: [{ tree }], signatures }) as unknown as PaymentFile;
  const by = (leaf: number, ...sets: number[]): PartialSignature[] =>
    sets.map((claims) => ({ input: 0, claims, leaf, signature: new Uint8Array(64) }));
  test('follows the sets that others signed, not the people who signed others', () => {
    const claims = (leaf: number, ...signed: PartialSignature[]) =>
      claimsToSign(fileWith(twoOfThree, signed), 0, leaf);
    expect(claims(0)).toEqual([0b011, 0b101]);
    expect(claims(1, ...by(0, 0b011, 0b101))).toEqual([0b011]);
    expect(claims(1, ...by(0, 0b101))).toEqual([0b011, 0b110]);
    expect(claims(0, ...by(0, 0b101))).toEqual([0b011, 0b101]);
  });
  test('cannot be kept from completing the payment by one who signs a single set', () => {
    const tree = threshold(3, key(1), key(2), key(3), key(4), key(5));
    const signed = by(0, 0b10011);
    const missing = [1, 2, 3, 1].map((leaf) => {
      signed.push(...by(leaf, ...claimsToSign(fileWith(tree, signed), 0, leaf)));
      return missingInputs(fileWith(tree, signed));
    });
    expect(missing).toEqual([1, 1, 1, 0]);
  });
});

test.each([
  ['a hash', all(key(1), secret('x'))],
  ['a hidden node', either(key(1), hidden(key(2)))],
  ['a claim', either(key.claim(1), key(2))],
  ['17 leaves', all(all(...Array.from({ length: 16 }, (_, seed) => key(seed))), key(20))],
])('a tree with %s is not used', (_, tree) => {
  expect(leavesOf(tree)).toBeNull();
});

test.each([
  ['2 of 3', twoOfThree],
  ['savings', all(key(1), after(9))],
  ['inheritance', inheritance],
  ['a threshold in a branch', either(all(key(1), threshold(2, key(2), key(3), key(4))), after(30))],
])('every set of claims of %s satisfies consensus, and nothing else is revealed', (_, tree) => {
  const sets = claimSets(tree)!;
  expect(sets.length).toBeGreaterThan(0);
  for (const claims of sets) {
    const revealed = claimedTree(tree, claims);
    const witness = encodePolicy(revealed);
    expect(policyHash(revealed)).toEqual(policyHash(tree));
    expect(witness).toHaveLength(claimedBytes(tree, claims));
    const spend = {
      witness,
      lock: policyHash(tree),
      index: 0,
      height: 100,
      message: () => new Uint8Array(32),
    };
    expect(checkPolicySpend(spend as never, new JobList())).toBeNull();
  }
});
