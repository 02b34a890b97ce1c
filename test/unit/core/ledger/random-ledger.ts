import { expect } from 'vitest';
import { subsidyAt } from '../../../../main/core/consensus/params.ts';
import { connectBlock } from '../../../../main/core/ledger/connect.ts';
import { type Delta, undo } from '../../../../main/core/ledger/delta.ts';
import { supplyChangeOf } from '../../../../main/core/ledger/supply-change.ts';
import { decodeUndo, deltaOf, encodeUndo } from '../../../../main/core/ledger/undo-record.ts';
import { decodeUndo1 } from '../../../../main/core/ledger/undo-record-1.ts';
import { encodeUndo1 } from '../../../support/chain/undo-record-1.ts';
import { REGTEST_NETWORK } from '../../../../main/core/params/built-in-networks.ts';
import { type Block, createBlock } from '../../../../main/core/primitives/block.ts';
import type { Coin } from '../../../../main/core/primitives/coin.ts';
import { type CoinKey, outpointOf } from '../../../../main/core/primitives/coin-key.ts';
import { createHeader } from '../../../../main/core/primitives/header.ts';
import type { Outpoint } from '../../../../main/core/primitives/outpoint.ts';
import { createTransaction, type Transaction } from '../../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../../main/core/violation.ts';
import type { Motes } from '../../../../shared/units.ts';
import type { Random } from '../../../support/random.ts';

const { params, id: networkId } = REGTEST_NETWORK;
const LOCKS = [2, 2, 2, 9, 254, 255] as const;

interface Connected {
  readonly block: Block;
  readonly delta: Delta;
}

/** The UTXO set as a plain map that blocks of random payments come to and go from. */
export class RandomLedger {
  readonly #random: Random;
  readonly #coins = new Map<CoinKey, Coin>();
  /** All keys of the set in any order, to draw from. */
  readonly #keys: CoinKey[] = [];
  readonly #chain: Connected[] = [];
  #issued = 0;
  #burned = 0;
  #total = 0;
  payments = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Connects a random block, or disconnects up to three, as a reorganisation does. */
  step(): void {
    if (this.#random.int(8) > 0) return this.#connect();
    for (let depth = this.#random.int(4); depth > 0 && this.#chain.length > 0; depth--) this.#disconnect();
  }

  /** Counts every coin anew and holds the count against what the supply changes said. */
  audit(): void {
    let total = 0;
    for (const { amount } of this.#coins.values()) total += amount;
    expect(total).toBe(this.#total);
    expect(total).toBe(this.#issued - this.#burned);
    expect(this.#issued).toBeLessThanOrEqual(this.#chain.length * params.subsidy);
    expect(this.#coins.size).toBe(this.#keys.length);
  }

  #connect(): void {
    const height = this.#chain.length + 1;
    const { transactions, fees } = this.#payments(height);
    const claim = this.#random.int(3) > 0 ? subsidyAt(height, params) + fees : this.#random.int(fees + 1);
    const coinbase = this.#transaction(height, [], claim > 0 ? this.#cut(claim) : []);
    const block = blockOf(height, [coinbase, ...transactions]);
    const context = { networkId, params, height, rules: { policyLock: true } };
    const coin = (key: CoinKey) => this.#coins.get(key);
    const delta = connectBlock(block, { ...context, coin }, { add: () => undefined });
    if (isViolation(delta)) throw new Error(`refused: ${JSON.stringify(delta)}`);
    // What the block and its undo record say is the whole change.
    const supplyChange = supplyChangeOf(block, delta);
    const record = decodeUndo(encodeUndo(delta, supplyChange))!;
    expect({ ...record, created: new Set(record.created) }).toEqual({
      created: new Set(delta.created.keys()),
      spent: delta.spent,
      ...supplyChange,
    });
    expect(deltaOf(block, record)).toEqual(delta);
    const old = decodeUndo1(block, encodeUndo1(delta))!;
    expect({ ...old, created: new Set(old.created) }).toEqual({
      ...record,
      created: new Set(record.created),
    });
    this.#apply(delta);
    this.#move(block, delta, 1);
    this.#chain.push({ block, delta });
  }

  #disconnect(): void {
    const { block, delta } = this.#chain.pop()!;
    this.#apply(undo(delta));
    this.#move(block, delta, -1);
  }

  #payments(height: number): { transactions: Transaction[]; fees: number } {
    const transactions: Transaction[] = [];
    const taken = new Set<CoinKey>();
    // Outputs of this block that a later payment in it may spend.
    const fresh: { outpoint: Outpoint; amount: number }[] = [];
    let fees = 0;
    for (let i = this.#random.int(12); i > 0; i--) {
      const inputs =
        fresh.length > 0 && this.#random.int(3) === 0 ? fresh.splice(0, 1) : this.#draw(height, taken);
      const value = inputs.reduce((sum, { amount }) => sum + amount, 0);
      if (inputs.length === 0) continue;
      const fee = this.#random.int(Math.min(value, 10_000));
      const tx = this.#transaction(
        this.#random.int(height + 1),
        inputs.map(({ outpoint }) => outpoint),
        this.#cut(value - fee),
      );
      tx.outputs.forEach(({ amount, lockType }, index) => {
        if (lockType !== 255) fresh.push({ outpoint: { txid: tx.txid, index }, amount });
      });
      fees += fee;
      transactions.push(tx);
      this.payments++;
    }
    return { transactions, fees };
  }

  #draw(height: number, taken: Set<CoinKey>): { outpoint: Outpoint; amount: number }[] {
    const drawn: { outpoint: Outpoint; amount: number }[] = [];
    for (let tries = this.#random.int(4); tries > 0 && this.#keys.length > 0; tries--) {
      const key = this.#keys[this.#random.int(this.#keys.length)]!;
      const coin = this.#coins.get(key)!;
      if (taken.has(key) || (coin.coinbase && height - coin.height < params.maturity)) continue;
      taken.add(key);
      drawn.push({ outpoint: outpointOf(key), amount: coin.amount });
    }
    return drawn;
  }

  #cut(amount: number): { amount: number; lockType: number }[] {
    const outputs: { amount: number; lockType: number }[] = [];
    for (let left = amount; left > 0;) {
      const part = outputs.length === 3 || this.#random.int(2) === 0 ? left : 1 + this.#random.int(left);
      outputs.push({ amount: part, lockType: LOCKS[this.#random.int(LOCKS.length)]! });
      left -= part;
    }
    return outputs;
  }

  #transaction(
    validFrom: number,
    inputs: readonly Outpoint[],
    outputs: readonly { amount: number; lockType: number }[],
  ): Transaction {
    return createTransaction({
      version: 1,
      validFrom,
      expires: 0,
      inputs,
      outputs: outputs.map(({ amount, lockType }) => ({
        amount: amount as Motes,
        lockType,
        lock: this.#random.bytes(4),
      })),
      witness: inputs.length === 0 ? [this.#random.bytes(8)] : inputs.map(() => new Uint8Array(0)),
    });
  }

  #apply({ created, spent }: Delta): void {
    for (const key of spent.keys()) {
      if (!this.#coins.delete(key)) throw new Error('spent what was not there');
      const at = this.#keys.indexOf(key);
      this.#keys[at] = this.#keys.at(-1)!;
      this.#keys.pop();
    }
    for (const [key, coin] of created) {
      if (this.#coins.has(key)) throw new Error('created what was there');
      this.#coins.set(key, coin);
      this.#keys.push(key);
    }
  }

  #move(block: Block, delta: Delta, sign: 1 | -1): void {
    const { issued, burned } = supplyChangeOf(block, delta);
    this.#issued += sign * issued;
    this.#burned += sign * burned;
    this.#total += sign * (issued - burned);
  }
}

function blockOf(height: number, transactions: readonly Transaction[]): Block {
  const zero = new Uint8Array(32);
  const header = createHeader({
    version: 0,
    prev: zero,
    merkle: zero,
    time: height,
    bits: 0,
    height,
    nonce: 0,
  });
  return createBlock(header, transactions);
}

/** Runs until there were so many payments, counting all coins now and then. */
export function runLedger(ledger: RandomLedger, payments: number): void {
  for (let step = 0; ledger.payments < payments; step++) {
    ledger.step();
    if (step % 100 === 0) ledger.audit();
  }
  ledger.audit();
}
