import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chunkHash } from '../../../main/core/ledger/snapshot-root.ts';
import {
  chunkFile,
  listSnapshots,
  openFetchedFolder,
  removeFetched,
  snapshotName,
} from '../../../main/chain/snapshot-files.ts';
import { newDirectory } from '../../support/chain/test-chain.ts';

const chunks = [1, 2, 3].map((n) => new Uint8Array(100).fill(n));
const hash = new Uint8Array(32);
const manifest = {
  facts: { networkId: hash, height: 40, blockId: hash, coins: 3, total: 3 },
  chunks: chunks.map(chunkHash),
  root: hash,
};

test('the downloaded chunks of a snapshot are kept over a restart, except corrupt ones', async () => {
  const directory = newDirectory();
  const folder = join(directory, snapshotName(40, 'ab'.repeat(32)));
  const before = await openFetchedFolder(folder);
  for (const [i, bytes] of chunks.entries()) await before.chunk(i, bytes);
  expect(await before.here(manifest)).toEqual(new Set([0, 1, 2]));
  // As a power cut may leave it: the name is there, the bytes are not.
  writeFileSync(chunkFile(`${folder}.fetching`, 1), chunks[1]!.subarray(0, 50));

  const after = await openFetchedFolder(folder);
  expect(await after.here(manifest)).toEqual(new Set([0, 2]));
  expect(await listSnapshots(directory)).toEqual([]);
  await after.chunk(1, chunks[1]!);
  await after.finish(manifest);
  expect(await listSnapshots(directory)).toEqual([snapshotName(40, 'ab'.repeat(32))]);
  expect(readdirSync(directory)).toHaveLength(1);
});

test('chunks of another snapshot are deleted, and files of other programs are kept', async () => {
  const directory = newDirectory();
  const [older, newer] = [
    join(directory, snapshotName(40, 'ab'.repeat(32))),
    join(directory, snapshotName(80, 'cd'.repeat(32))),
  ];
  for (const folder of [older, newer, join(directory, 'mine')])
    await (await openFetchedFolder(folder)).chunk(0, chunks[0]!);
  await removeFetched(directory, newer);
  expect([older, newer, join(directory, 'mine')].map((at) => existsSync(`${at}.fetching`))).toEqual([
    false,
    true,
    true,
  ]);
  await removeFetched(directory);
  expect(readdirSync(directory)).toEqual(['mine.fetching']);
});
