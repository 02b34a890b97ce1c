import { expect, test } from 'vitest';
import { toMotes } from '../../../../shared/units.ts';
import type { Block } from '../../../../main/core/primitives/block.ts';
import { createTransaction, type Transaction } from '../../../../main/core/primitives/transaction.ts';
import { createKeyring } from '../../../../main/wallet/ledger/keyring.ts';
import { createMatcher } from '../../../../main/wallet/ledger/matcher.ts';
import { createRandom, type Random } from '../../../support/random.ts';

const KEYS = 40;

/** Pays one to three locks and spends none to two outpoints, of which some are the wallet's. */
function someTransaction(
  random: Random,
  own: { readonly locks: Uint8Array; readonly txids: readonly Uint8Array[] },
): Transaction {
  const lock = () =>
    random.int(6) === 0 ? own.locks.subarray(32 * random.int(KEYS)).subarray(0, 32) : random.bytes(32);
  const txid = () => (random.int(6) === 0 ? own.txids[random.int(own.txids.length)]! : random.bytes(32));
  return createTransaction({
    version: 1,
    validFrom: 1,
    expires: 0,
    inputs: Array.from({ length: random.int(3) }, (_, index) => ({ txid: txid(), index })),
    outputs: Array.from({ length: 1 + random.int(3) }, () => ({
      amount: toMotes(5),
      lockType: 0,
      lock: lock(),
    })),
    witness: [],
  });
}

test('the candidates of a block are exactly the transactions with a known lock or a watched txid', () => {
  const random = createRandom(19);
  const own = { locks: random.bytes(KEYS * 32), txids: Array.from({ length: 10 }, () => random.bytes(32)) };
  const keyring = createKeyring(own.locks, new Uint8Array(0));
  const matcher = createMatcher({ keyring, coins: new Map(), unconfirmed: new Map() });
  for (const txid of own.txids) matcher.watch(txid);
  let found = 0;
  for (let round = 0; round < 200; round++) {
    const transactions = Array.from({ length: random.int(12) }, () => someTransaction(random, own));
    const expected = transactions.flatMap((tx, position) =>
      matcher.outputs(tx).length > 0 || tx.inputs.some(matcher.mayConcern) ? [position] : [],
    );
    expect([...matcher.candidates({ transactions } as unknown as Block)]).toEqual(expected);
    found += expected.length;
  }
  expect(found).toBeGreaterThan(100);
});

test('a block that was looked at before has further candidates when the wallet has further keys', () => {
  const random = createRandom(20);
  const locks = random.bytes(64);
  const before = createKeyring(locks.subarray(0, 32), new Uint8Array(0));
  const matcher = createMatcher({ keyring: before, coins: new Map(), unconfirmed: new Map() });
  const tx = createTransaction({
    version: 1,
    validFrom: 1,
    expires: 0,
    inputs: [],
    outputs: [{ amount: toMotes(5), lockType: 0, lock: locks.subarray(32) }],
    witness: [],
  });
  const block = { transactions: [tx] } as unknown as Block;
  expect([...matcher.candidates(block)]).toEqual([]);
  matcher.setKeyring(createKeyring(locks, new Uint8Array(0)));
  expect([...matcher.candidates(block)]).toEqual([0]);
});
