import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../main/core/codec/hex.ts';
import { DOMAIN, hash, type Hash } from '../../../../main/core/crypto/hash.ts';
import { merkleRoot } from '../../../../main/core/crypto/merkle.ts';
import { blockMerkleRoot } from '../../../../main/core/primitives/block.ts';
import {
  createTransaction,
  decodeTransaction,
  type Transaction,
} from '../../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../../main/core/violation.ts';
import { createRandom } from '../../../support/random.ts';

const random = createRandom(5);
const leaves = (count: number): Hash[] => Array.from({ length: count }, () => random.bytes(32));
const node = (left: Hash, right: Hash) => hash(DOMAIN.merkleNode, left, right);

/** The definition: pairs from the left, an odd one moves up as it is. */
function slowRoot(level: readonly Hash[]): Hash {
  if (level.length === 1) return level[0]!;
  const next: Hash[] = [];
  for (let i = 0; i < level.length; i += 2)
    next.push(level[i + 1] ? node(level[i]!, level[i + 1]!) : level[i]!);
  return slowRoot(next);
}

const transaction = (byte: number): Transaction =>
  createTransaction({
    version: 1,
    validFrom: 0,
    expires: 0,
    inputs: [{ txid: new Uint8Array(32).fill(byte), index: 0 }],
    outputs: [{ amount: 1 as never, lockType: 0, lock: new Uint8Array(32) }],
    witness: [new Uint8Array(64).fill(byte)],
  });

describe('the root', () => {
  test('follows its definition for every number of leaves', () => {
    for (let count = 1; count <= 70; count++) {
      const list = leaves(count);
      expect(toHex(merkleRoot(list)), `${count} leaves`).toBe(toHex(slowRoot(list)));
    }
  });

  test('does not change its input', () => {
    const list = leaves(5);
    const before = list.map(toHex);
    merkleRoot(list);
    expect(list.map(toHex)).toEqual(before);
  });

  test('never is the one of the same list with its end repeated (CVE-2012-2459)', () => {
    for (let count = 1; count <= 33; count++) {
      const list = leaves(count);
      for (let tail = 1; tail <= count; tail++)
        expect(toHex(merkleRoot([...list, ...list.slice(-tail)]))).not.toBe(toHex(merkleRoot(list)));
    }
  });

  test('never is the one of a shorter list made of its own nodes (CVE-2017-12842)', () => {
    const list = [1, 2, 3, 4].map(transaction);
    const leaf = (tx: Transaction) => hash(DOMAIN.merkleLeaf, tx.txid, tx.wid);
    const pairs = [node(leaf(list[0]!), leaf(list[1]!)), node(leaf(list[2]!), leaf(list[3]!))];
    expect(toHex(blockMerkleRoot(list))).toBe(toHex(node(pairs[0]!, pairs[1]!)));
    // 64 bytes of two nodes read as a transaction: as a leaf they hash under another domain, and over two ids.
    const inner = Uint8Array.from([...pairs[0]!, ...pairs[1]!]);
    expect(isViolation(decodeTransaction(inner))).toBe(true);
    for (const domain of [DOMAIN.txid, DOMAIN.wid, DOMAIN.merkleLeaf])
      expect(toHex(hash(domain, inner))).not.toBe(toHex(blockMerkleRoot(list)));
  });

  test('commits to the witness, which the txid leaves out', () => {
    const signed = transaction(1);
    const stripped = createTransaction({ ...signed, witness: [new Uint8Array(0)] });
    expect(stripped.txidHex).toBe(signed.txidHex);
    expect(toHex(stripped.wid)).not.toBe(toHex(signed.wid));
    expect(toHex(blockMerkleRoot([stripped]))).not.toBe(toHex(blockMerkleRoot([signed])));
  });

  test('requires at least one leaf', () => expect(() => merkleRoot([])).toThrow(RangeError));
});

test('no two kinds of hash have the same domain', () => {
  const domains = Object.values(DOMAIN);
  expect(new Set(domains).size).toBe(domains.length);
  const data = random.bytes(64);
  expect(new Set(domains.map((domain) => toHex(hash(domain, data)))).size).toBe(domains.length);
});
