import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../../main/core/codec/hex.ts';
import { REGTEST_NETWORK } from '../../main/core/params/built-in-networks.ts';
import {
  createTransaction,
  sighash,
  type TransactionFields,
} from '../../main/core/primitives/transaction.ts';
import { createRandom, type Random } from '../support/random.ts';
import { anyOutput, anyTransaction } from './samples.ts';

const SEED = Number(process.env['KITH_FUZZ_SEED'] ?? 20_261_122);
const seeds = fc.integer({ min: 0, max: 0xffff_ffff });
const check = (property: (random: Random) => void) =>
  fc.assert(
    fc.property(seeds, (seed) => property(createRandom(seed))),
    { seed: SEED, numRuns: 300 },
  );

test('the witness changes neither the txid nor the signature hash', () =>
  check((random) => {
    const tx = anyTransaction(random);
    const other = createTransaction({ ...tx, witness: [random.bytes(random.int(90)), random.bytes(3)] });
    const spent = tx.inputs.map(() => anyOutput(random));
    expect(other.txidHex).toBe(tx.txidHex);
    expect(toHex(other.wid)).not.toBe(toHex(tx.wid));
    expect(toHex(sighash(REGTEST_NETWORK.id, other, spent))).toBe(
      toHex(sighash(REGTEST_NETWORK.id, tx, spent)),
    );
  }));

/** Every way to change the body a little. */
const CHANGES: Record<string, (tx: TransactionFields, random: Random) => Partial<TransactionFields>> = {
  version: ({ version }) => ({ version: (version ^ 1) >>> 0 }),
  validFrom: ({ validFrom }) => ({ validFrom: (validFrom ^ 1) >>> 0 }),
  expires: ({ expires }) => ({ expires: (expires ^ 1) >>> 0 }),
  'the inputs': ({ inputs }, random) => ({ inputs: [...inputs, { txid: random.bytes(32), index: 0 }] }),
  'the outputs': ({ outputs }, random) => ({ outputs: [...outputs, anyOutput(random)] }),
  'the index of an input': ({ inputs }) => ({
    inputs: inputs.map((input) => ({ ...input, index: (input.index ^ 1) >>> 0 })),
  }),
  'the amount of an output': ({ outputs }) => ({
    outputs: outputs.map((o) => ({ ...o, amount: (o.amount - 1) as never })),
  }),
  'the lock type of an output': ({ outputs }) => ({
    outputs: outputs.map((o) => ({ ...o, lockType: o.lockType ^ 1 })),
  }),
  'the lock of an output': ({ outputs }) => ({
    outputs: outputs.map((o) => ({ ...o, lock: Uint8Array.of(...o.lock, 0) })),
  }),
};

test.each(Object.entries(CHANGES))('changing %s changes the txid and the signature hash', (_, change) =>
  check((random) => {
    const tx = anyTransaction(random);
    if (tx.inputs.length === 0 || tx.outputs.length === 0) return;
    const other = createTransaction({ ...tx, ...change(tx, random) });
    const spent = tx.inputs.map(() => anyOutput(random));
    expect(other.txidHex).not.toBe(tx.txidHex);
    expect(toHex(sighash(REGTEST_NETWORK.id, other, spent))).not.toBe(
      toHex(sighash(REGTEST_NETWORK.id, tx, spent)),
    );
  }),
);

test('the signature hash commits to the network and to every spent coin', () =>
  check((random) => {
    const tx = anyTransaction(random);
    const spent = [anyOutput(random), anyOutput(random)];
    const of = (network: Uint8Array, coins: typeof spent) => toHex(sighash(network, tx, coins));
    const [a, b] = spent as [(typeof spent)[0], (typeof spent)[0]];
    const { id } = REGTEST_NETWORK;
    const variants = [
      of(id, spent),
      of(random.bytes(32), spent),
      of(id, [b, a]),
      of(id, [a]),
      of(id, [{ ...a, amount: (a.amount - 1) as never }, b]),
      of(id, [{ ...a, lockType: a.lockType ^ 1 }, b]),
      of(id, [{ ...a, lock: Uint8Array.of(...a.lock, 0) }, b]),
    ];
    expect(new Set(variants).size).toBe(variants.length);
  }));
