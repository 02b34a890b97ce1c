import { expect, test } from 'vitest';
import { toMotes } from '../../../../shared/units.ts';
import { createTransaction } from '../../../../main/core/primitives/transaction.ts';
import { createKeyReceipts } from '../../../../main/wallet/ledger/key-receipts.ts';
import { decodeReceipts, encodeReceipts } from '../../../../main/wallet/ledger/wallet-records.ts';

const keyPath = { chain: 0, index: 0 } as const;
const LARGE = Number.MAX_SAFE_INTEGER - 1;
const record = {
  tx: createTransaction({
    version: 1,
    validFrom: 1,
    expires: 0,
    inputs: [],
    outputs: [{ amount: toMotes(9), lockType: 0, lock: new Uint8Array(32) }],
    witness: [],
  }),
  firstSeen: 1,
  inputs: [],
  outputs: [{ index: 0, keyPath }],
  height: 1,
  position: 0,
  time: 1,
};

test('a sum of more than 2^53 motes to one key is stored as the highest number', () => {
  const receipts = createKeyReceipts([[keyPath, { payments: 1, received: LARGE }]]);
  const [[, next]] = receipts.change(record, 1) as [ReturnType<typeof receipts.change>[number]];
  expect(decodeReceipts(encodeReceipts(next))).toEqual({ payments: 2, received: Number.MAX_SAFE_INTEGER });
});

test('a disconnected payment to a key whose receipts are missing leaves none', () => {
  const receipts = createKeyReceipts([]);
  expect(receipts.change(record, -1)).toEqual([[keyPath, { payments: 0, received: 0 }]]);
  expect(receipts.of(keyPath)).toEqual({ payments: 0, received: 0 });
});

test('receipts that lack some payments never fall below zero', () => {
  const receipts = createKeyReceipts([[keyPath, { payments: 2, received: 5 }]]);
  expect(receipts.change(record, -1)).toEqual([[keyPath, { payments: 1, received: 0 }]]);
});
