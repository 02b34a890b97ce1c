import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { LOCAL_NETWORK } from '../../../../main/core/networks/built-in.ts';
import { codeOf } from '../../../../main/lib/errors.ts';
import { exportChain, importChain } from '../../../../main/state/chain/repair/chain-file.ts';
import type { Chain, ChainDeps } from '../../../../main/state/chain/chain.ts';
import {
  coinbaseOf,
  extend,
  mineOn,
  newDirectory,
  openTestChain,
  pay,
  testKey,
  tipOf,
} from '../../../support/chain/test-chain.ts';

const BLOCKS = 45;
const HEAD = 40;
const open: Chain[] = [];
const chainOf = async (options: Partial<ChainDeps> = {}) => {
  const chain = await openTestChain(options);
  open.push(chain);
  return chain;
};
afterEach(async () => {
  for (const chain of open.splice(0)) await chain.close();
});

let original: string;
let facts: { tip: string; totals: unknown; set: string };
const factsOf = async (chain: Chain) => ({
  tip: chain.tip().id,
  totals: chain.totals(),
  set: await chain.setHash(),
});
const newFile = () => join(newDirectory(), 'chain');
/** A copy of the file with something changed. */
function changed(change: (bytes: Buffer) => unknown): string {
  const file = newFile();
  const bytes = readFileSync(original);
  const made = change(bytes);
  writeFileSync(file, made instanceof Uint8Array ? made : bytes);
  return file;
}

beforeAll(async () => {
  const chain = await openTestChain();
  const first = await extend(chain);
  while (chain.tip().height < 20) await extend(chain);
  const half = coinbaseOf(first).coin.amount / 2;
  const tx = pay(chain, [coinbaseOf(first)], testKey(1).secret, [
    { amount: half, lock: testKey(2).lock },
    { amount: half, lock: testKey(3).lock },
  ]);
  await extend(chain, { transactions: [tx] });
  while (chain.tip().height < BLOCKS) await extend(chain);
  original = newFile();
  expect(await exportChain(chain, original)).toBe(BLOCKS);
  facts = await factsOf(chain);
  await chain.close();
});

test('a chain that was written is read again, into a new node and into one that has a part of it', async () => {
  const fresh = await chainOf();
  expect(await importChain(fresh, original)).toBe(BLOCKS);
  expect(await factsOf(fresh)).toEqual(facts);
  expect(await importChain(fresh, original)).toBe(BLOCKS);
  expect(await factsOf(fresh)).toEqual(facts);
  const copy = newFile();
  await exportChain(fresh, copy);
  expect(readFileSync(copy).equals(readFileSync(original))).toBe(true);
});

test('a chain of no blocks is a file too', async () => {
  const file = newFile();
  expect(await exportChain(await chainOf(), file)).toBe(0);
  expect(readFileSync(file)).toHaveLength(HEAD);
  expect(await importChain(await chainOf(), file)).toBe(0);
});

test.each<[what: string, change: (bytes: Buffer) => unknown, code: string]>([
  ['of another kind', (bytes) => void bytes.write('KITHCHN2'), 'chain-file-invalid'],
  ['of another network', (bytes) => void (bytes[20]! ^= 1), 'chain-file-other-network'],
  ['that is empty', () => Buffer.alloc(0), 'chain-file-invalid'],
  ['cut in its head', (bytes) => bytes.subarray(0, HEAD - 1), 'chain-file-invalid'],
  ['cut in a length', (bytes) => bytes.subarray(0, HEAD + 3), 'chain-file-invalid'],
  ['cut in a block', (bytes) => bytes.subarray(0, -1), 'chain-file-invalid'],
  [
    'with a length beyond every block',
    (bytes) => void bytes.writeUInt32LE(1_000_001, HEAD),
    'chain-file-invalid',
  ],
  ['with a byte of a body changed', (bytes) => void (bytes[bytes.length - 5]! ^= 1), 'block-merkle'],
  [
    'without its first block',
    (bytes) => Buffer.concat([bytes.subarray(0, HEAD), bytes.subarray(HEAD + 4 + bytes.readUInt32LE(HEAD))]),
    'header-orphan',
  ],
])('a file %s is refused, and what came before is kept', async (_, change, code) => {
  const chain = await chainOf();
  await expect(importChain(chain, changed(change))).rejects.toMatchObject({ code });
  await chain.idle();
  expect(chain.tip().height).toBeLessThan(BLOCKS);
  expect(await importChain(chain, original)).toBe(BLOCKS);
  expect(await factsOf(chain)).toEqual(facts);
});

test('a file of a network is refused by a node of another', async () => {
  const local = await chainOf({ network: LOCAL_NETWORK });
  await expect(importChain(local, original)).rejects.toMatchObject({ code: 'chain-file-other-network' });
});

test('a block in a file is believed no more than one of a peer', async () => {
  const source = await chainOf();
  await importChain(source, original);
  const never = {
    ...coinbaseOf(mineOn(source, tipOf(source))),
    outpoint: { txid: new Uint8Array(32), index: 7 },
  };
  const theft = pay(source, [never], testKey(1).secret, [{ amount: 1, lock: testKey(1).lock }]);
  const bad = mineOn(source, tipOf(source), { transactions: [theft] });
  const lazy = mineOn(source, tipOf(source));
  // One nonce further there is work once in two; a few further there is a header without.
  const unworked = [1, 2, 3, 4, 5, 6, 7, 8].map((more) => {
    const bytes = Uint8Array.from(lazy.bytes);
    new DataView(bytes.buffer).setUint32(84, lazy.header.nonce + more, true);
    return bytes;
  });
  const append = (block: Uint8Array) =>
    changed((bytes) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(block.length);
      return Buffer.concat([bytes, length, block]);
    });
  const fresh = await chainOf();
  await expect(importChain(fresh, append(bad.bytes))).rejects.toMatchObject({ code: 'coin-missing' });
  expect(fresh.tip().id).toBe(facts.tip);
  const codes = new Set<unknown>();
  for (const bytes of unworked) {
    const result = await importChain(fresh, append(bytes)).catch(codeOf);
    codes.add(typeof result === 'number' ? 'read' : result);
  }
  expect(codes).toContain('header-pow');
});

test('a pruned chain can not be written, and leaves no half of a file', async () => {
  const pruned = await chainOf({ segmentBytes: 2000, pruneBytes: 10_000 });
  while (pruned.tip().height < 120) await extend(pruned);
  await expect.poll(() => pruned.servesFrom()).toBeGreaterThan(2);
  const file = newFile();
  for (let tries = 0; tries < 2; tries++) {
    await expect(exportChain(pruned, file)).rejects.toMatchObject({
      code: 'chain-file-pruned',
      data: { height: 1 },
    });
    expect(existsSync(file)).toBe(false);
  }
});

test('a file that is there already is not written over', async () => {
  const file = newFile();
  writeFileSync(file, 'mine');
  await expect(exportChain(await chainOf(), file)).rejects.toMatchObject({ code: 'EEXIST' });
  expect(readFileSync(file, 'utf8')).toBe('mine');
});
