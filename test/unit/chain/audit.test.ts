import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Block } from '../../../main/core/primitives/block.ts';
import { coinKey } from '../../../main/core/primitives/coin-key.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import { sealRecord } from '../../../main/storage/checksum.ts';
import { encodeCoin } from '../../../main/storage/coin-record.ts';
import { key } from '../../../main/storage/keys.ts';
import type { Motes } from '../../../shared/units.ts';
import {
  coinbaseOf,
  extend,
  mineOn,
  newDirectory,
  openTestChain,
  pay,
  testKey,
  tipOf,
} from '../../support/chain/test-chain.ts';

type Level = ClassicLevel<Uint8Array, Uint8Array>;
const BLOCKS = 12;
let directory: string;
let blocks: Block[];
let chain: Chain;
let failures: unknown[];
let twin: { tip: string; totals: unknown; set: string };

const stateOf = async () => ({ tip: chain.tip().id, totals: chain.totals(), set: await chain.setHash() });
const open = async () => {
  failures = [];
  chain = await openTestChain({ directory });
  chain.events.on('failed', (error) => failures.push(error));
};

beforeEach(async () => {
  directory = newDirectory();
  await open();
  blocks = [];
  for (let i = 0; i < BLOCKS; i++) blocks.push(await extend(chain));
  twin = await stateOf();
  await chain.close();
});
afterEach(() => chain.close());

/** Changes the database behind everybody's back; every file of it is whole afterwards. */
async function tamper(change: (level: Level) => Promise<void>): Promise<void> {
  const level: Level = new ClassicLevel(join(directory, 'chain'), {
    keyEncoding: 'view',
    valueEncoding: 'view',
  });
  await level.open();
  await change(level);
  await level.close();
}

const at = (height: number) => key.coin(coinKey(coinbaseOf(blocks[height - 1]!).outpoint));
const sealed = (place: Uint8Array, height: number, change: { amount?: Motes; height?: number } = {}) =>
  sealRecord(place, encodeCoin({ ...coinbaseOf(blocks[height - 1]!).coin, ...change }));

const TAMPERINGS: [what: string, change: (level: Level) => Promise<void>][] = [
  ['a coin is gone', (level) => level.del(at(3))],
  [
    'there is a coin too many',
    (level) => {
      const place = key.coin(coinKey({ txid: new Uint8Array(32).fill(9), index: 0 }));
      return level.put(place, sealed(place, 3));
    },
  ],
  [
    'one coin stands in the place of another of the same worth',
    async (level) => {
      const place = key.coin(coinKey({ txid: new Uint8Array(32).fill(9), index: 0 }));
      await level.put(place, sealed(place, 3));
      await level.del(at(3));
    },
  ],
  [
    'two coins have traded places in their transactions',
    async (level) => {
      for (const height of [3, 4]) {
        const { outpoint } = coinbaseOf(blocks[height - 1]!);
        const place = key.coin(coinKey({ ...outpoint, index: height - 2 }));
        await level.del(at(height));
        await level.put(place, sealed(place, height));
      }
    },
  ],
  ['a coin is worth more', (level) => level.put(at(3), sealed(at(3), 3, { amount: 2_000_000_001 as Motes }))],
  ['a coin does not match its checksum', (level) => level.put(at(3), new Uint8Array(60))],
  ['a coin is too short', (level) => level.put(at(3), new Uint8Array(3))],
];

describe('a disk that returns other data than was written', () => {
  test.each(TAMPERINGS)(
    '%s: the audit at the start notices, and the next start rebuilds',
    async (_, change) => {
      await tamper(change);
      await open();
      await expect.poll(() => failures).toMatchObject([{ code: 'storage-damaged' }]);
      await chain.close();
      await open();
      await expect.poll(() => chain.tip().height).toBe(BLOCKS);
      expect(await stateOf()).toEqual(twin);
      await chain.close();
      await open();
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(failures).toEqual([]);
      expect(await stateOf()).toEqual(twin);
    },
  );

  test('an unchanged database passes the audit', async () => {
    await open();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(failures).toEqual([]);
  });
});

describe('a valid block that spends a coin which the disk has lost', () => {
  const spending = (): Block => {
    const tx = pay(chain, [coinbaseOf(blocks[2]!)], testKey(1).secret, [
      { amount: 2_000_000_000, lock: testKey(2).lock },
    ]);
    return mineOn(chain, tipOf(chain), { transactions: [tx] });
  };

  test.each([
    ['without a trace', (level: Level) => level.del(at(3))],
    ['and left rubbish', (level: Level) => level.put(at(3), new Uint8Array(60))],
  ])('%s does not make the block invalid', async (_, change) => {
    await tamper(change);
    await open();
    const invalid: string[] = [];
    chain.events.on('invalid', ({ entry }) => invalid.push(entry.id));
    const block = spending();
    // At once, while the audit has only begun.
    await chain.submitBlock(block.bytes).catch(() => undefined);
    await expect.poll(() => failures).toMatchObject([{ code: 'storage-damaged' }]);
    expect(invalid).toEqual([]);
    expect(chain.entry(block.header.idHex)?.status).not.toBe('invalid');
    await chain.close();
    await open();
    if (chain.tip().id !== block.header.idHex) await chain.submitBlock(block.bytes);
    await expect.poll(() => chain.tip().id).toBe(block.header.idHex);
    expect(failures).toEqual([]);
  });

  test('a block that spends a coin that never existed is refused permanently', async () => {
    await open();
    const never = { ...coinbaseOf(blocks[2]!), outpoint: { txid: new Uint8Array(32), index: 0 } };
    const tx = pay(chain, [never], testKey(1).secret, [{ amount: 1, lock: testKey(2).lock }]);
    const block = mineOn(chain, tipOf(chain), { transactions: [tx] });
    for (const code of ['coin-missing', 'block-invalid'])
      expect(await chain.submitBlock(block.bytes)).toMatchObject({ code });
    expect(failures).toEqual([]);
  });
});
