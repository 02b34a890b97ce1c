import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../../main/core/params/built-in-networks.ts';
import { createBlock } from '../../../../main/core/primitives/block.ts';
import { createTransaction, type Transaction } from '../../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../../main/core/violation.ts';
import { reconstruct } from '../../../../main/net/relay/reconstruction.ts';
import { createExtraTransactions } from '../../../../main/net/relay/extra-transactions.ts';
import { compactOf } from '../../../../main/net/protocol/compact-block.ts';
import {
  decodeGetParts,
  decodeParts,
  encodeGetParts,
  encodeParts,
} from '../../../../main/net/protocol/block-txn-messages.ts';
import { decodePushed, encodePushed } from '../../../../main/net/protocol/push-messages.ts';
import { shortIdKey, shortIdOf } from '../../../../main/net/protocol/short-ids.ts';
import { toMotes } from '../../../../shared/units.ts';

const { header } = REGTEST_NETWORK.genesis;
const NONCE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

function transaction(seed: number): Transaction {
  return createTransaction({
    version: 1,
    validFrom: seed,
    expires: 0,
    inputs: [{ txid: new Uint8Array(32).fill(seed), index: seed }],
    outputs: [{ amount: toMotes(1000 + seed), lockType: 0, lock: new Uint8Array(32) }],
    witness: [new Uint8Array(64).fill(seed)],
  });
}

const block = (count: number) =>
  createBlock(
    header,
    Array.from({ length: count }, (_, i) => transaction(i)),
  );
const known = (transactions: readonly Transaction[]) =>
  transactions.map((tx) => ({ wid: tx.widBinary, bytes: tx.bytes }));

describe('short ids', () => {
  // The first vectors of the authors' reference implementation: key 00 … 0f, input 00 01 … of growing length.
  test.each([
    [0, 0x726fdb47, 0xdd0e0e31],
    [1, 0x74f839c5, 0x93dc67fd],
    [8, 0x93f5f579, 0x9a932462],
    [15, 0xa129ca61, 0x49be45e5],
  ])('SipHash-2-4 of %i bytes is the published one', (length, high, low) => {
    const key = Uint8Array.from({ length: 16 }, (_, i) => i);
    const data = Uint8Array.from({ length }, (_, i) => i);
    expect(shortIdOf(key, data)).toBe(low + (high & 0xffff) * 2 ** 32);
  });

  test('depend on the nonce and fit into 48 bits', () => {
    const wid = transaction(1).wid;
    const id = shortIdOf(shortIdKey(header.id, NONCE), wid);
    expect(id).toBeLessThan(2 ** 48);
    expect(shortIdOf(shortIdKey(header.id, new Uint8Array(8)), wid)).not.toBe(id);
  });
});

describe('a compact block', () => {
  test('a compact block is decoded as it was encoded', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 7 }), (count, every) => {
        const made = block(count);
        const compact = compactOf(made, NONCE, (tx) => tx.validFrom % every === 0);
        const read = decodePushed(encodePushed(compact));
        if (isViolation(read)) throw new Error(read.code);
        expect(read).toMatchObject({ count, shortIds: compact.shortIds });
        expect(read.prefilled.map(({ index }) => index)).toEqual(compact.prefilled.map(({ index }) => index));
      }),
    );
  });

  test('of 2 500 payments takes 15 kB', () => {
    const compact = compactOf(block(2500), NONCE, () => false);
    expect(encodePushed(compact).length).toBeLessThan(15_500);
  });

  test('becomes the same block again from known transactions', () => {
    const made = block(40);
    const building = reconstruct(
      compactOf(made, NONCE, () => false),
      known([...made.transactions.slice(1), transaction(99)]),
    );
    expect(building.missing).toEqual([]);
    expect(building.bytes()).toEqual(made.bytes);
  });

  test('reports the missing transactions, and accepts them', () => {
    const made = block(10);
    const have = made.transactions.filter((_, i) => i !== 3 && i !== 7);
    const building = reconstruct(
      compactOf(made, NONCE, () => false),
      known(have),
    );
    expect(building.missing).toEqual([3, 7]);
    expect(building.fill([transaction(3).bytes])).toBe(false);
    expect(building.fill([transaction(3).bytes, transaction(7).bytes])).toBe(true);
    expect(building.bytes()).toEqual(made.bytes);
  });

  test.each([
    ['too many transactions', [0x91, 0x4e, 0]],
    ['more whole ones than there are', [1, 2, 0, 0, 0, 0]],
    ['a place behind the end', [2, 1, 5, 1, 0, 0, 0, 0, 0, 0, 0]],
    ['short ids missing', [5, 0, 1, 2, 3]],
    ['bytes left over', [1, 1, 0, 1, 0, 9]],
  ])('with %s is refused', (_what, rest) => {
    const data = Uint8Array.from([...header.bytes, ...NONCE, ...rest]);
    expect(isViolation(decodePushed(data))).toBe(true);
  });
});

test('missing transactions are requested by gaps and arrive in order', () => {
  const request = { id: header.id, indexes: [0, 3, 4, 900] };
  expect(decodeGetParts(encodeGetParts(request))).toEqual(request);
  const parts = [transaction(1).bytes, transaction(2).bytes];
  expect(decodeParts(encodeParts(parts))).toEqual(parts);
  expect(isViolation(decodeGetParts(encodeGetParts({ id: header.id, indexes: [] })))).toBe(true);
  expect(isViolation(decodeGetParts(encodeGetParts({ id: header.id, indexes: [20_000] })))).toBe(true);
});

test('extra transactions are bounded by number and bytes', () => {
  const spares = createExtraTransactions();
  for (let i = 0; i < 1000; i++)
    spares.add({ wid: String(i), bytes: new Uint8Array(i < 900 ? 100 : 10_000) });
  const left = [...spares];
  expect(left.length).toBeLessThanOrEqual(300);
  expect(left.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(500_000);
  expect(left.at(-1)?.wid).toBe('999');
});
