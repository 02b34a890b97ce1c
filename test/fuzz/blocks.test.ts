import { afterEach, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../main/core/params/built-in-networks.ts';
import {
  createTransaction,
  decodeTransaction,
  type Transaction,
} from '../../main/core/primitives/transaction.ts';
import { isViolation } from '../../main/core/violation.ts';
import type { Chain } from '../../main/chain/chain.ts';
import { createChainModel, hashOf } from '../support/chain/chain-model.ts';
import { createRandom, type Random } from '../support/random.ts';
import { mineOn, openTestChain, parentOf } from '../support/chain/test-chain.ts';
import { mutate } from './mutate.ts';
import { anyOutput, anyTransaction, anyU32 } from './samples.ts';

const SEED = Number(process.env['KITH_FUZZ_SEED'] ?? 20_261_122);
const ROUNDS = Number(process.env['KITH_FUZZ_RUNS'] ?? 400);

const open: Chain[] = [];
afterEach(async () => {
  for (const chain of open.splice(0)) await chain.close();
});

/** The transactions of a valid block with one thing wrong, or perhaps nothing. */
function spoil(transactions: readonly Transaction[], random: Random): readonly Transaction[] {
  const at = random.int(transactions.length);
  const tx = transactions[at]!;
  const put = (...instead: readonly Transaction[]) => transactions.toSpliced(at, 1, ...instead);
  switch (random.int(8)) {
    case 0: {
      const decoded = decodeTransaction(mutate(tx.bytes, random));
      return isViolation(decoded) ? transactions : put(decoded);
    }
    case 1:
      return put(tx, tx);
    case 2:
      return put();
    case 3:
      return transactions.toReversed();
    case 4:
      return [...transactions, anyTransaction(random)];
    case 5:
      return put(createTransaction({ ...tx, outputs: [...tx.outputs, anyOutput(random)] }));
    case 6:
      return put(createTransaction({ ...tx, expires: anyU32(random), validFrom: anyU32(random) }));
    default:
      return put(createTransaction({ ...tx, witness: tx.witness.map(() => random.bytes(random.int(100))) }));
  }
}

test('a block with mutated transactions and valid work is refused with a code or connected, and the UTXO set stays right', async () => {
  const random = createRandom(SEED);
  const chain = await openTestChain();
  open.push(chain);
  const model = createChainModel(REGTEST_NETWORK, random);
  const codes = new Set<string>();
  let tip = model.genesis;
  for (let round = 0; round < ROUNDS; round++) {
    const sound = model.grow(tip, 5);
    const [coinbase, ...rest] = spoil(sound.block.transactions, random);
    const spoiled = coinbase && mineOn(chain, parentOf(tip.block), { coinbase, transactions: rest });
    const result = spoiled && (await chain.submitBlock(spoiled.bytes));
    tip = sound;
    if (isViolation(result)) {
      codes.add(result.code);
      expect(await chain.submitBlock(sound.block.bytes)).toMatchObject({ status: 'connected' });
      continue;
    }
    // It was still valid, and came first: the sound one needs a child to take its place.
    await chain.submitBlock(sound.block.bytes);
    tip = model.grow(sound, 2);
    expect(await chain.submitBlock(tip.block.bytes)).toMatchObject({ status: 'connected' });
  }
  expect(chain.tip().id).toBe(tip.block.header.idHex);
  expect(await chain.setHash()).toBe(hashOf(tip.coins));
  // It has reached the deep rules, not only the first ones.
  for (const code of ['coin-missing', 'tx-signature', 'coinbase-amount', 'tx-witness-count'])
    expect(codes).toContain(code);
});
