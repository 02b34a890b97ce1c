import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { ClassicLevel } from 'classic-level';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { type Block, createBlock } from '../../../main/core/primitives/block.ts';
import { coinKey } from '../../../main/core/primitives/coin-key.ts';
import { verifyChain, type VerifyReport } from '../../../main/chain/verify-chain.ts';
import { openRecord, sealPayload, sealRecord } from '../../../main/storage/checksum.ts';
import { encodeCoin } from '../../../main/storage/coin-record.ts';
import { key } from '../../../main/storage/keys.ts';
import { FRAME_BYTES } from '../../../main/storage/segment-frame.ts';
import {
  coinbaseOf,
  extend,
  newDirectory,
  openTestChain,
  pay,
  testChainDeps,
  testKey,
} from '../../support/chain/test-chain.ts';

const BLOCKS = 27;
let directory: string;
let blocks: Block[];

const original = newDirectory();
beforeAll(async () => {
  const chain = await openTestChain({ directory: original });
  blocks = [];
  while (blocks.length < BLOCKS) {
    const first = blocks.length === 20 ? [spending(blocks[0]!)] : [];
    blocks.push(await extend(chain, { transactions: first }));
  }
  await chain.close();
});
beforeEach(() => {
  directory = newDirectory();
  cpSync(original, directory, { recursive: true });
});

const spending = (block: Block) =>
  pay({ network: REGTEST_NETWORK }, [coinbaseOf(block)], testKey(1).secret, [
    { amount: 2_000_000_000, lock: testKey(2).lock },
  ]);

async function verify(deep = false, options: { pruneBytes?: number } = {}): Promise<VerifyReport> {
  const chain = await openTestChain({ directory, ...options });
  try {
    await chain.idle();
    return await verifyChain(chain, testChainDeps({ directory }), deep, () => undefined);
  } finally {
    await chain.close();
  }
}

const only = (folder: string) => {
  const [name, ...rest] = readdirSync(join(directory, folder)).sort();
  expect(rest).toEqual([]);
  return join(directory, folder, name!);
};
function edit(path: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  change(bytes);
  writeFileSync(path, bytes);
}
type Level = ClassicLevel<Uint8Array, Uint8Array>;
async function tamper(change: (level: Level) => Promise<void>): Promise<void> {
  const binary = { keyEncoding: 'view', valueEncoding: 'view' } as const;
  const level: Level = new ClassicLevel(join(directory, 'chain'), binary);
  await level.open();
  await change(level);
  await level.close();
}
const coinAt = (height: number) => key.coin(coinKey(coinbaseOf(blocks[height - 1]!).outpoint));

/** Puts other bytes of the same length into a record of a segment file, behind a checksum that holds. */
function replaceRecord(path: string, was: Uint8Array, is: Uint8Array): void {
  edit(path, (bytes) => {
    const at = bytes.indexOf(was);
    expect(at).toBeGreaterThan(0);
    bytes.set(is, at);
    bytes.writeUInt32LE(crc32(is), at - FRAME_BYTES + 8);
  });
}

describe.each([false, true])('deep: %s', (deep) => {
  test('a healthy directory has no problems', async () => {
    expect(await verify(deep)).toMatchObject({
      height: BLOCKS,
      tip: blocks.at(-1)!.header.idHex,
      coins: BLOCKS,
      blocks: BLOCKS,
      pruned: 0,
      snapshots: 1,
      deep,
      problems: [],
    });
    expect(readdirSync(directory).filter((name) => name.startsWith('verify'))).toEqual([]);
  });

  test.each<[what: string, change: () => Promise<void> | void, said: RegExp]>([
    [
      'a coin in the place of another of equal worth',
      () =>
        tamper(async (level) => {
          await level.del(coinAt(3));
          const place = key.coin(coinKey({ txid: new Uint8Array(32).fill(9), index: 0 }));
          await level.put(place, sealRecord(place, encodeCoin(coinbaseOf(blocks[2]!).coin)));
        }),
      /other coins are there/,
    ],
    ['a coin that is gone', () => tamper((level) => level.del(coinAt(3))), /coins are noted/],
    [
      'a body with a flipped bit',
      () => edit(only('blocks'), (bytes) => void (bytes[bytes.indexOf(blocks[4]!.bytes) + 100]! ^= 1)),
      /the body of block 5 is damaged/,
    ],
    [
      "a body that is another block's",
      () => {
        const { header, transactions } = blocks[5]!;
        replaceRecord(only('blocks'), blocks[4]!.bytes, createBlock(blocks[4]!.header, transactions).bytes);
        expect(header.height).toBe(6);
      },
      /the body of block 5 breaks the rule block-merkle/,
    ],
    [
      'an undo record with a flipped bit',
      () => edit(only('undo'), (bytes) => void (bytes[bytes.length - 100]! ^= 1)),
      /the undo record of block \d+ is damaged/,
    ],
    ['an undo file that is gone', () => rmSync(only('undo')), /the undo record of block 1 is gone/],
    [
      'a header record with other bits',
      () =>
        tamper(async (level) => {
          const { header } = blocks.at(-1)!;
          const place = key.header(header.height, header.id);
          const payload = Uint8Array.from(openRecord(place, (await level.get(place))!)!);
          // The nonce: the work is gone, and with it the id.
          payload[84]! ^= 1;
          await level.put(place, sealPayload(place, payload));
        }),
      /the header of block 27 breaks the rule header-pow/,
    ],
    [
      'a chunk of a snapshot with a flipped bit',
      () => {
        const [name] = readdirSync(join(directory, 'snapshots'));
        edit(join(directory, 'snapshots', name!, '000000.chunk'), (bytes) => void (bytes[7]! ^= 1));
      },
      /the snapshot 0000000020-[0-9a-f]{16} is damaged/,
    ],
    [
      'a damaged database, which is mended before anybody looks',
      () => writeFileSync(join(directory, 'chain', 'CURRENT'), 'nonsense'),
      /has been built again from the stored blocks: .*CURRENT/,
    ],
  ])('%s is reported', async (_, change, said) => {
    await change();
    const { problems } = await verify(deep);
    expect(problems.join('\n')).toMatch(said);
  });
});

test('only the deep check finds a coin with a wrong height', async () => {
  await tamper(async (level) => {
    const { coin } = coinbaseOf(blocks[2]!);
    await level.put(coinAt(3), sealRecord(coinAt(3), encodeCoin({ ...coin, height: 2 })));
  });
  expect((await verify()).problems).toEqual([]);
  expect((await verify(true)).problems).toEqual(['the coins are not those that the blocks lead to']);
});

test('the next deep check deletes the files of one that was killed', async () => {
  for (const name of ['verify-aB3dE6', 'verify-mine']) mkdirSync(join(directory, name));
  expect((await verify(true)).problems).toEqual([]);
  expect(existsSync(join(directory, 'verify-aB3dE6'))).toBe(false);
  expect(existsSync(join(directory, 'verify-mine'))).toBe(true);
});

test('a pruned directory can be checked, but has no deep check', async () => {
  directory = newDirectory();
  const options = { directory, segmentBytes: 2000, pruneBytes: 10_000 };
  const chain = await openTestChain(options);
  while (chain.tip().height < 120) await extend(chain);
  await expect.poll(() => chain.lowestServedHeight()).toBeGreaterThan(20);
  await chain.close();
  const report = await verify(false, options);
  expect(report.problems).toEqual([]);
  expect(report.pruned).toBeGreaterThan(20);
  expect(report.blocks + report.pruned).toBe(120);
  expect((await verify(true, options)).problems).toEqual([
    `${report.pruned} bodies were pruned, so not everything can be checked again`,
  ]);
});
