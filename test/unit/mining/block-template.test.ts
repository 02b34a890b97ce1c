import { describe, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { MAX_BLOCK_BYTES, MAX_BLOCK_OUTPUTS } from '../../../main/core/primitives/limits.ts';
import { createTransaction, type Transaction } from '../../../main/core/primitives/transaction.ts';
import type { TemplateLimits } from '../../../main/mempool/template-transactions.ts';
import { createBlockTemplate, type TemplateChain } from '../../../main/mining/block-template.ts';
import { type Motes, toMotes } from '../../../shared/units.ts';

const PAYOUT = { lockType: 0, lock: new Uint8Array(32) };

/** Every subsidy has ended by block 100. */
const chainOf = (subsidy: number, root: Uint8Array | null): TemplateChain => ({
  network: { params: { ...REGTEST_NETWORK.params, subsidy: toMotes(subsidy), halving: 1 } },
  tip: () => ({ id: '00'.repeat(32), height: 100 }),
  medianTime: () => 1,
  nextBits: () => REGTEST_NETWORK.params.startBits,
  nextVersion: () => 0x2000_0000,
  nextSnapshotRoot: async () => root,
});

/** A transaction of exactly this many bytes with that many outputs. */
function filler(number: number, bytes: number, outputs: number): Transaction {
  const build = (padding: number) =>
    createTransaction({
      version: 1,
      validFrom: 0,
      expires: 0,
      inputs: [{ txid: new Uint8Array(32).fill(number), index: number }],
      outputs: Array.from({ length: outputs }, () => ({
        amount: 1 as Motes,
        lockType: 9,
        lock: new Uint8Array(0),
      })),
      witness: [new Uint8Array(padding)],
    });
  let padding = bytes - build(0).bytes.length;
  while (build(padding).bytes.length > bytes) padding--;
  return build(padding);
}

/** Takes all the room that it is given. */
function fill({ maxBytes, maxOutputs }: TemplateLimits, fees: number) {
  const parts = 20;
  const transactions = Array.from({ length: parts }, (_, i) => {
    const share = (all: number) => Math.floor((all * (i + 1)) / parts) - Math.floor((all * i) / parts);
    return filler(i, share(maxBytes), share(maxOutputs));
  });
  const bytes = transactions.reduce((sum, tx) => sum + tx.bytes.length, 0);
  return { transactions, fees: toMotes(fees), bytes };
}

describe.each([
  ['while there is a subsidy', 2_000_000_000],
  ['when it has ended', 0],
])('a full block %s', (_, subsidy) => {
  test.each([
    ['', null],
    [' with a snapshot root', new Uint8Array(32)],
  ])('is within every limit%s', async (_name, root) => {
    const chain = chainOf(subsidy, root);
    const flat = { ...chain, network: { params: { ...chain.network.params, halving: 1_000_000 } } };
    const deps = {
      chain: subsidy > 0 ? flat : chain,
      mempool: { templateTransactions: (limits: TemplateLimits) => fill(limits, 5000) },
    };
    const block = await createBlockTemplate(deps, PAYOUT, 1000);
    expect(block.transactions[0]!.outputs).toHaveLength(1);
    expect(block.bytes.length).toBeLessThanOrEqual(MAX_BLOCK_BYTES);
    expect(block.bytes.length).toBeGreaterThan(MAX_BLOCK_BYTES - 50);
    expect(block.transactions.reduce((sum, tx) => sum + tx.outputs.length, 0)).toBe(MAX_BLOCK_OUTPUTS);
  });
});

test('without subsidy and fees there is no output', async () => {
  const deps = {
    chain: chainOf(1, null),
    mempool: { templateTransactions: () => ({ transactions: [], fees: 0 as Motes, bytes: 0 }) },
  };
  expect((await createBlockTemplate(deps, PAYOUT, 1000)).transactions[0]!.outputs).toEqual([]);
});
