import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { LOCAL_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { codeOf } from '../../../main/lib/errors.ts';
import { checkChainFile, exportChain, importChain } from '../../../main/chain/chain-file.ts';
import type { Chain, ChainDeps } from '../../../main/chain/chain.ts';
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

const BLOCKS = 45;
const HEAD = 40;
const END = 40;
const WHOLE = { blocks: BLOCKS, complete: true };
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
/** Where the first blocks of a file end. */
function behind(bytes: Buffer, blocks: number): number {
  let offset = HEAD;
  for (let i = 0; i < blocks; i++) offset += 4 + bytes.readUInt32LE(offset);
  return offset;
}
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

test('an exported chain is imported into a new node and into one that has a part of it', async () => {
  const fresh = await chainOf();
  expect(await importChain(fresh, original)).toEqual(WHOLE);
  expect(await factsOf(fresh)).toEqual(facts);
  expect(await importChain(fresh, original)).toEqual(WHOLE);
  expect(await factsOf(fresh)).toEqual(facts);
  const copy = newFile();
  await exportChain(fresh, copy);
  expect(readFileSync(copy).equals(readFileSync(original))).toBe(true);
});

test('a chain without blocks can be exported', async () => {
  const file = newFile();
  expect(await exportChain(await chainOf(), file)).toBe(0);
  expect(readFileSync(file)).toHaveLength(HEAD + END);
  expect(await importChain(await chainOf(), file)).toEqual({ blocks: 0, complete: true });
});

test.each<[what: string, change: (bytes: Buffer) => unknown, code: string]>([
  ['of another kind', (bytes) => void bytes.write('KITHCHN3'), 'chain-file-invalid'],
  ['of another network', (bytes) => void (bytes[20]! ^= 1), 'chain-file-other-network'],
  ['that is empty', () => Buffer.alloc(0), 'chain-file-invalid'],
  ['cut in its magic', (bytes) => bytes.subarray(0, 7), 'chain-file-invalid'],
  ['cut in its head', (bytes) => bytes.subarray(0, HEAD - 1), 'chain-file-incomplete'],
  ['cut behind its head', (bytes) => bytes.subarray(0, HEAD), 'chain-file-incomplete'],
  ['cut in a length', (bytes) => bytes.subarray(0, HEAD + 3), 'chain-file-incomplete'],
  ['cut behind a block', (bytes) => bytes.subarray(0, behind(bytes, 11)), 'chain-file-incomplete'],
  ['cut in a block', (bytes) => bytes.subarray(0, behind(bytes, 40) - 1), 'chain-file-incomplete'],
  [
    'with a length beyond every block',
    (bytes) => void bytes.writeUInt32LE(1_000_001, HEAD),
    'chain-file-invalid',
  ],
  ['with a byte of a body changed', (bytes) => void (bytes[bytes.length - END - 5]! ^= 1), 'block-merkle'],
  [
    'without its first block',
    (bytes) => Buffer.concat([bytes.subarray(0, HEAD), bytes.subarray(HEAD + 4 + bytes.readUInt32LE(HEAD))]),
    'header-orphan',
  ],
])('a file %s is refused, and the blocks before the error are kept', async (_, change, code) => {
  const chain = await chainOf();
  await expect(importChain(chain, changed(change))).rejects.toMatchObject({ code });
  await chain.idle();
  expect(chain.tip().height).toBeLessThan(BLOCKS);
  expect(await importChain(chain, original)).toEqual(WHOLE);
  expect(await factsOf(chain)).toEqual(facts);
});

test('a file ends with 0, the number of its blocks and the id of the last', () => {
  const end = readFileSync(original).subarray(-END);
  expect([end.readUInt32LE(0), end.readUInt32LE(4)]).toEqual([0, BLOCKS]);
  expect(end.toString('hex', 8)).toBe(facts.tip);
});

test('a file counts as complete only with its last byte, and all blocks before a truncation are imported', async () => {
  const bytes = readFileSync(original);
  const chain = await chainOf();
  for (const blocks of [0, 1, 31, 32, 33, BLOCKS]) {
    const cut = changed(() => bytes.subarray(0, behind(bytes, blocks)));
    const error: unknown = await importChain(chain, cut).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'chain-file-incomplete', data: { height: blocks } });
    await chain.idle();
    expect(chain.tip().height).toBe(blocks);
  }
  for (let missing = 1; missing < END; missing++) {
    const cut = changed(() => bytes.subarray(0, bytes.length - missing));
    await expect(importChain(chain, cut)).rejects.toMatchObject({ code: 'chain-file-incomplete' });
  }
  expect(await importChain(chain, original)).toEqual(WHOLE);
});

test.each<[what: string, change: (bytes: Buffer) => unknown]>([
  ['that counts other blocks', (bytes) => void (bytes[bytes.length - 36]! ^= 1)],
  ['that names another last block', (bytes) => void (bytes[bytes.length - 1]! ^= 1)],
  ['with a byte behind it', (bytes) => Buffer.concat([bytes, Buffer.of(0)])],
  [
    'that was there before blocks were cut out',
    (bytes) => Buffer.concat([bytes.subarray(0, behind(bytes, 44)), bytes.subarray(-END)]),
  ],
  ['in a file of version 1', (bytes) => void bytes.write('KITHCHN1')],
])('an end mark %s is refused', async (_, change) => {
  await expect(importChain(await chainOf(), changed(change))).rejects.toMatchObject({
    code: 'chain-file-invalid',
  });
});

test('a file of version 1 is read and never counts as complete; one that ends inside a block is incomplete', async () => {
  const version1 = changed((bytes) => {
    bytes.write('KITHCHN1');
    return bytes.subarray(0, -END);
  });
  const chain = await chainOf();
  expect(await importChain(chain, version1)).toEqual({ blocks: BLOCKS, complete: null });
  expect(await factsOf(chain)).toEqual(facts);
  const cut = newFile();
  writeFileSync(cut, readFileSync(version1).subarray(0, -1));
  await expect(importChain(chain, cut)).rejects.toMatchObject({
    code: 'chain-file-incomplete',
    data: { height: BLOCKS - 1 },
  });
});

test('the header is checked without the rest, and only of a regular file', async () => {
  const chain = await chainOf();
  const { idHex } = chain.network;
  await checkChainFile(original, idHex);
  await expect(checkChainFile(original, LOCAL_NETWORK.idHex)).rejects.toMatchObject({
    code: 'chain-file-other-network',
  });
  await expect(checkChainFile(join(newDirectory(), 'none'), idHex)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(checkChainFile(newDirectory(), idHex)).rejects.toMatchObject({ code: 'ENOTFILE' });
  await expect(importChain(chain, newDirectory())).rejects.toMatchObject({ code: 'ENOTFILE' });
});

test('an export into a folder that does not exist fails with a code', async () => {
  const folder = join(newDirectory(), 'none');
  await expect(exportChain(await chainOf(), join(folder, 'chain'))).rejects.toMatchObject({
    code: 'folder-missing',
    data: { folder },
  });
});

test('a node refuses the file of another network', async () => {
  const local = await chainOf({ network: LOCAL_NETWORK });
  await expect(importChain(local, original)).rejects.toMatchObject({ code: 'chain-file-other-network' });
});

test('a block from a file is validated like a block from a peer', async () => {
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
      return Buffer.concat([bytes.subarray(0, -END), length, block]);
    });
  const fresh = await chainOf();
  await expect(importChain(fresh, append(bad.bytes))).rejects.toMatchObject({ code: 'coin-missing' });
  expect(fresh.tip().id).toBe(facts.tip);
  const codes = new Set<unknown>();
  for (const bytes of unworked) {
    const result = await importChain(fresh, append(bytes)).catch(codeOf);
    codes.add(typeof result === 'object' ? 'read' : result);
  }
  expect(codes).toContain('header-pow');
});

test('a pruned chain cannot be exported, and leaves no partial file', async () => {
  const pruned = await chainOf({ segmentBytes: 2000, pruneBytes: 10_000 });
  while (pruned.tip().height < 120) await extend(pruned);
  await expect.poll(() => pruned.lowestServedHeight()).toBeGreaterThan(2);
  const file = newFile();
  for (let tries = 0; tries < 2; tries++) {
    await expect(exportChain(pruned, file)).rejects.toMatchObject({
      code: 'chain-file-pruned',
      data: { height: 1 },
    });
    expect(existsSync(file)).toBe(false);
  }
});

test('an existing file is not overwritten', async () => {
  const file = newFile();
  writeFileSync(file, 'mine');
  await expect(exportChain(await chainOf(), file)).rejects.toMatchObject({ code: 'EEXIST' });
  expect(readFileSync(file, 'utf8')).toBe('mine');
});
