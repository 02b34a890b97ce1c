import { expect, test } from 'vitest';
import { toMotes } from '../../../../shared/units.ts';
import { createBlock } from '../../../../main/core/primitives/block.ts';
import { createHeader } from '../../../../main/core/primitives/header.ts';
import { createTransaction, type Transaction } from '../../../../main/core/primitives/transaction.ts';
import { createKeyring } from '../../../../main/wallet/ledger/keyring.ts';
import type { WalletChanges } from '../../../../main/wallet/ledger/wallet-data.ts';
import { emptyMeta, WalletLedger } from '../../../../main/wallet/ledger/wallet-ledger.ts';

const genesis = { height: 0, id: 'aa'.repeat(32) };
const lockOf = (seed: number) => new Uint8Array(32).fill(seed);
const STRANGER = lockOf(200);

function payment(inputs: Transaction['inputs'], locks: readonly Uint8Array[]): Transaction {
  return createTransaction({
    version: 1,
    validFrom: 1,
    expires: 0,
    inputs,
    outputs: locks.map((lock) => ({ amount: toMotes(5), lockType: 0, lock })),
    witness: inputs.map(() => new Uint8Array(64)),
  });
}
const from = (tx: Transaction) => tx.outputs.map((_, index) => ({ txid: tx.txid, index }));

function blockOf(transactions: readonly Transaction[]) {
  const zero = new Uint8Array(32);
  const fields = { version: 1, prev: zero, merkle: zero, time: 1, bits: 0, height: 1, nonce: 0 };
  return createBlock(createHeader(fields), transactions);
}

/** Connects the block to new wallets of these locks. */
function connected(transactions: readonly Transaction[], locks: readonly Uint8Array[]) {
  const block = blockOf(transactions);
  return locks.map((lock) => {
    const state = { meta: emptyMeta([genesis], false), coins: [], unconfirmed: [], receipts: [] };
    const ledger = new WalletLedger(state, createKeyring(lock, new Uint8Array(0)));
    const mined: string[] = [];
    const nothing = () => {};
    const changes: WalletChanges = {
      putCoin: nothing,
      deleteCoin: nothing,
      putMined: ({ tx }) => void mined.push(tx.txidHex),
      deleteMined: nothing,
      putUnconfirmed: nothing,
      deleteUnconfirmed: nothing,
      putReceipts: nothing,
      size: 0,
    };
    ledger.connect(block, changes);
    return { total: ledger.total, mined };
  });
}

test('a coin that the block which creates it also spends is in the history, not in the balance', () => {
  const received = payment([], [lockOf(1)]);
  const spent = payment(from(received), [STRANGER]);
  expect(connected([received, spent], [lockOf(1)])).toEqual([
    { total: 0, mined: [received.txidHex, spent.txidHex] },
  ]);
});

test('three transactions of a block that spend each other, the last without change, leave no coin', () => {
  const first = payment([], [lockOf(1)]);
  const second = payment(from(first), [lockOf(1)]);
  const third = payment(from(second), [STRANGER]);
  expect(connected([first, second, third], [lockOf(1)])).toEqual([
    { total: 0, mined: [first.txidHex, second.txidHex, third.txidHex] },
  ]);
});

test('each of 20 wallets finds that a block spends the coin that it creates', () => {
  const locks = Array.from({ length: 20 }, (_, index) => lockOf(index + 1));
  const received = payment([], locks);
  const spent = payment(from(received), [STRANGER]);
  const expected = { total: 0, mined: [received.txidHex, spent.txidHex] };
  expect(connected([received, spent], locks)).toEqual(locks.map(() => expected));
});
