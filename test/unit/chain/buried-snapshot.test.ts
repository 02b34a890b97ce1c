/** Protocol 5: records under seven epochs of work are taken as they stand, and only `kith verify --deep` looks at them. */
import { afterEach, beforeAll, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { coinKey } from '../../../main/core/primitives/coin-key.ts';
import { RECORD_TAG } from '../../../main/core/primitives/records.ts';
import type { Chain, ChainDeps } from '../../../main/chain/chain.ts';
import { verifyChain } from '../../../main/chain/verify-chain.ts';
import { createChainModel, type ModelBlock } from '../../support/chain/chain-model.ts';
import { createRandom } from '../../support/random.ts';
import {
  coinbaseOf,
  mineOn,
  newDirectory,
  openTestChain,
  parentOf,
  testChainDeps,
} from '../../support/chain/test-chain.ts';

/** Names the coins of block 20, and names them wrong. */
const LIAR = 25;
const BURIED = 7 * REGTEST_NETWORK.params.epoch;
const line: ModelBlock[] = [];

beforeAll(() => {
  const model = createChainModel(REGTEST_NETWORK, createRandom(3));
  line.push(model.genesis);
  while (line.length < LIAR) line.push(model.grow(line.at(-1)!, 0));
  const parent = line.at(-1)!;
  const records = [{ tag: RECORD_TAG.snapshotRoot, bytes: new Uint8Array(32).fill(1) }];
  const block = mineOn({ network: REGTEST_NETWORK }, parentOf(parent.block), { records });
  const { outpoint, coin } = coinbaseOf(block);
  const coins = new Map(parent.coins).set(coinKey(outpoint), coin);
  line.push({ ...parent, block, parent, height: LIAR, coins, issued: parent.issued + coin.amount });
  while (line.length <= LIAR + BURIED) line.push(model.grow(line.at(-1)!, 0));
});

const open: Chain[] = [];
afterEach(async () => {
  for (const chain of open.splice(0)) await chain.close();
});

/** A node that hears of so many headers first, and then gets every block. */
async function sync(headers: number, options: Partial<ChainDeps> = {}): Promise<Chain> {
  const chain = await openTestChain(options);
  open.push(chain);
  await chain.acceptHeaders(line.slice(1, headers + 1).map(({ block }) => block.header));
  for (const { block } of line.slice(1)) await chain.submitBlock(block.bytes);
  await chain.idle();
  return chain;
}

test('a wrong root below seven epochs of work is accepted, and the deep check finds it', async () => {
  const directory = newDirectory();
  const chain = await sync(LIAR + BURIED, { directory });
  expect(chain.tip().height).toBe(LIAR + BURIED);
  const deps = testChainDeps({ directory });
  const check = async (deep: boolean) => (await verifyChain(chain, deps, deep, () => undefined)).problems;
  expect(await check(false)).toEqual([]);
  expect(await check(true)).toEqual([`block ${LIAR} breaks the rule snapshot-wrong`]);
});

test.each([
  ['one block less of work', LIAR + BURIED - 1, {}],
  ['no headers in advance', 0, {}],
  ['a node that takes nothing as it stands', LIAR + BURIED, { checkBuriedSnapshots: true }],
])('%s: it is refused', async (_, headers, options) => {
  const chain = await sync(headers, options);
  expect(chain.tip().height).toBe(LIAR - 1);
  expect(chain.entry(line[LIAR]!.block.header.idHex)!.status).toBe('invalid');
});
