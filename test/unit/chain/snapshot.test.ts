import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { RECORD_TAG } from '../../../main/core/primitives/records.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import {
  extend,
  mineOn,
  newDirectory,
  openTestChain,
  parentOf,
  testKey,
  tipOf,
} from '../../support/chain/test-chain.ts';

const open: Chain[] = [];
const chainIn = async (directory = newDirectory()) => {
  const chain = await openTestChain({ directory });
  open.push(chain);
  return chain;
};
afterEach(async () => {
  for (const chain of open.splice(0)) await chain.close();
});

test('the chain commits to its UTXO set, over epochs, restarts and reorganisations', async () => {
  const directory = newDirectory();
  let chain = await chainIn(directory);
  for (let i = 0; i < 22; i++) await extend(chain);
  // A restart between the snapshot and its commitment: rebuilt from the tip and undo.
  await open.pop()!.close();
  chain = await chainIn(directory);
  for (let i = 0; i < 30; i++) await extend(chain);
  expect(chain.tip().height).toBe(52);

  // A heavier branch from below the epoch's block gets a snapshot of its own.
  const other = await chainIn();
  for (let h = 1; h <= 38; h++) await other.submitBlock((await chain.readBlock(chain.atHeight(h)!.id))!);
  for (let i = 0; i < 16; i++) await extend(other, { payTo: testKey(7).lock });
  for (let h = 39; h <= 54; h++) await chain.submitBlock((await other.readBlock(other.atHeight(h)!.id))!);
  expect(chain.tip().id).toBe(other.tip().id);
  expect(await chain.setHash()).toBe(await other.setHash());
});

test('a snapshot record must be right, and is allowed only where it is due', async () => {
  const chain = await chainIn();
  for (let i = 0; i < 24; i++) await extend(chain);
  const root = await chain.nextSnapshotRoot();
  expect(root).toHaveLength(32);
  const at = tipOf(chain);
  const wrong = [{ tag: RECORD_TAG.snapshotRoot, bytes: new Uint8Array(32) }];
  expect(await chain.submitBlock(mineOn(chain, at, { records: wrong }).bytes)).toMatchObject({
    code: 'snapshot-wrong',
  });
  expect(await chain.submitBlock(mineOn(chain, at).bytes)).toMatchObject({ code: 'snapshot-missing' });
  const right = mineOn(chain, at, { records: [{ tag: RECORD_TAG.snapshotRoot, bytes: root! }] });
  expect(await chain.submitBlock(right.bytes)).toMatchObject({ status: 'connected' });
  const early = mineOn(chain, parentOf(right), { records: [{ tag: RECORD_TAG.snapshotRoot, bytes: root! }] });
  expect(await chain.submitBlock(early.bytes)).toMatchObject({ code: 'snapshot-misplaced' });
});

test('a folder that cannot be written stops the chain where a root is due, and does not count as corruption', async () => {
  const directory = newDirectory();
  writeFileSync(join(directory, 'snapshots'), 'in the way');
  const chain = await chainIn(directory);
  const failures: unknown[] = [];
  chain.events.on('failed', (error) => failures.push(error));
  for (let i = 0; i < 24; i++) await extend(chain);
  await expect(chain.nextSnapshotRoot()).rejects.toMatchObject({ code: 'storage-unusable' });
  const root = { tag: RECORD_TAG.snapshotRoot, bytes: new Uint8Array(32) };
  await chain.submitBlock(mineOn(chain, tipOf(chain), { records: [root] }).bytes);
  expect(failures).toMatchObject([{ code: 'storage-unusable' }]);
  expect(readdirSync(directory)).not.toContain('chain.rebuild');
  await open.pop()!.close();

  // With the folder free again it goes on.
  rmSync(join(directory, 'snapshots'));
  const again = await chainIn(directory);
  expect(again.tip().height).toBe(24);
  await extend(again);
  expect(again.tip().height).toBe(25);
});

test('a start deletes a partial snapshot and rebuilds a lost one', async () => {
  const directory = newDirectory();
  const folder = join(directory, 'snapshots');
  const chain = await chainIn(directory);
  for (let i = 0; i < 46; i++) await extend(chain);
  await open.pop()!.close();
  const names = readdirSync(folder).sort();
  expect(names).toHaveLength(2);
  const chunk = readFileSync(join(folder, names[1]!, '000000.chunk'));
  rmSync(join(folder, names[1]!), { recursive: true });
  const left = `${names[0]!.slice(0, 9)}7-0123456789abcdef.making`;
  for (const name of [left, 'mine.making']) mkdirSync(join(folder, name));

  await chainIn(directory);
  await expect.poll(() => readdirSync(folder).sort()).toEqual([...names, 'mine.making']);
  expect(readFileSync(join(folder, names[1]!, '000000.chunk')).equals(chunk)).toBe(true);
});
