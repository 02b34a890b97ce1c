import { LOCK_BURN } from '../../../../main/core/primitives/coin.ts';
import { type Block, createBlock } from '../../../../main/core/primitives/block.ts';
import { createHeader } from '../../../../main/core/primitives/header.ts';
import { MAX_BLOCK_BYTES, MAX_BLOCK_OUTPUTS } from '../../../../main/core/primitives/limits.ts';
import { createTransaction, type Transaction } from '../../../../main/core/primitives/transaction.ts';
import { REGTEST_NETWORK } from '../../../../main/core/params/built-in-networks.ts';
import { createGenesis } from '../../../../main/core/params/network.ts';
import { type Funds, OTHER, type RuleCase, type RuleWorld, SUBSIDY, type Twins } from './rules-world.ts';

const burn = (size: number) => ({ amount: 1, lock: { lockType: LOCK_BURN, lock: new Uint8Array(size) } });

/** A payment that burns a mote in each of many outputs; 105 bytes and 10 + `size` for each. */
const burning = async (world: RuleWorld, count: number, size: number): Promise<Transaction> =>
  world.spend([await world.coin()], { outputs: Array.from({ length: count }, () => burn(size)) });

/** The same header with other transactions: its true body must still be accepted. */
async function mutated(world: RuleWorld, change: (block: Block) => readonly Transaction[]): Promise<Twins> {
  const transactions = [world.spend([await world.coin()]), world.spend([await world.coin()])];
  const block = await world.mine({ transactions });
  return { broken: createBlock(block.header, change(block)).bytes, sound: block.bytes };
}

export const BLOCK_CASES = {
  'block-too-large': [
    {
      what: 'one byte over a million',
      async twins(world) {
        // A lock type without a meaning yet is free to spend, with any witness.
        const free = async (): Promise<Funds> => world.locked({ lockType: 9, lock: new Uint8Array(0) });
        const wide = ({ outpoint, coin }: Funds, size: number): Transaction =>
          createTransaction({
            version: 1,
            validFrom: 0,
            expires: 0,
            inputs: [outpoint],
            outputs: [{ amount: coin.amount, ...OTHER.lock }],
            witness: [new Uint8Array(size)],
          });
        const nearly: Transaction[] = [];
        for (let i = 0; i < 10; i++) nearly.push(wide(await free(), 99_000));
        const rest = await free();
        const base = (await world.mine({ transactions: [...nearly, wide(rest, 1000)] })).bytes.length;
        const exact = MAX_BLOCK_BYTES - base + 1000;
        return world.twins((broken) => ({ transactions: [...nearly, wide(rest, exact + (broken ? 1 : 0))] }));
      },
    },
  ],
  'block-empty': [
    {
      what: 'no transaction at all',
      async twins(world) {
        const block = await world.mine();
        return { broken: createBlock(block.header, []).bytes, sound: block.bytes };
      },
    },
  ],
  'block-outputs': [
    {
      what: 'one output over 10 000',
      async twins(world) {
        const most: Transaction[] = [];
        for (let i = 0; i < 9; i++) most.push(await burning(world, 1000, 1));
        const rest = await world.coin();
        return world.twins((broken) => ({
          transactions: [
            ...most,
            world.spend([rest], {
              outputs: Array.from({ length: MAX_BLOCK_OUTPUTS - 9001 + (broken ? 1 : 0) }, () => burn(1)),
            }),
          ],
        }));
      },
    },
  ],
  'block-merkle': [
    {
      what: 'a witness changed on the way, which the txid does not show',
      twins: (world) =>
        mutated(world, ({ transactions: [coinbase, a, b] }) => [
          coinbase!,
          createTransaction({ ...a!, witness: [new Uint8Array(64)] }),
          b!,
        ]),
    },
    {
      what: 'two transactions in the other order',
      twins: (world) => mutated(world, ({ transactions: [coinbase, a, b] }) => [coinbase!, b!, a!]),
    },
    {
      what: 'the last of an odd number twice (CVE-2012-2459)',
      twins: (world) => mutated(world, ({ transactions }) => [...transactions, transactions.at(-1)!]),
    },
    {
      what: 'the last transaction left out',
      twins: (world) => mutated(world, ({ transactions }) => transactions.slice(0, -1)),
    },
    {
      what: 'the records of the coinbase changed on the way',
      twins: (world) =>
        mutated(world, ({ transactions: [coinbase, ...rest] }) => [
          createTransaction({ ...coinbase!, witness: [Uint8Array.of(1, 1, 2)] }),
          ...rest,
        ]),
    },
  ],
  'block-orphan': [
    {
      what: 'a parent that nobody knows',
      twins: (world) =>
        world.twins((broken) => (broken ? { header: { prev: new Uint8Array(32).fill(1) } } : {})),
    },
  ],
  'block-invalid': [
    {
      what: 'a block that is known to break a rule, again',
      async twins(world) {
        const { outputs, ...coinbase } = (await world.mine()).transactions[0]!;
        const amount = (SUBSIDY + 1) as never;
        const greedy = createTransaction({
          ...coinbase,
          outputs: [{ ...outputs[0]!, ...OTHER.lock, amount }],
        });
        const { broken, sound } = await world.twins((bad) => (bad ? { coinbase: greedy } : {}));
        await world.submit(broken);
        return { broken, sound };
      },
    },
  ],
  'block-genesis': [
    {
      what: 'the first block of another network',
      async twins(world) {
        const other = createGenesis({ name: 'elsewhere', time: 1, nonce: 0 }, REGTEST_NETWORK.params);
        return { broken: other.bytes, sound: (await world.mine()).bytes };
      },
    },
    {
      what: 'our own first block with another nonce',
      async twins(world) {
        const { header, transactions } = world.chain.network.genesis;
        const other = createBlock(createHeader({ ...header, nonce: header.nonce + 1 }), transactions);
        return { broken: other.bytes, sound: (await world.mine()).bytes };
      },
    },
  ],
} as const satisfies Record<string, readonly RuleCase[]>;
