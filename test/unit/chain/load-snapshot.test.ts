import { readdirSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { decodeHeader, type Header } from '../../../main/core/primitives/header.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import { extend, newDirectory, openTestChain, testKey } from '../../support/chain/test-chain.ts';

const open: Chain[] = [];
const chainIn = async (directory: string) => {
  const chain = await openTestChain({ directory });
  open.push(chain);
  return chain;
};
afterEach(async () => {
  for (const chain of open.splice(0)) await chain.close();
});

/** A chain of 110 blocks: its snapshot of height 80 is named by block 85 and buried by 25. */
async function source(): Promise<{
  chain: Chain;
  folder: string;
  headers: Header[];
  committing: Uint8Array;
}> {
  const directory = newDirectory();
  const chain = await chainIn(directory);
  while (chain.tip().height < 110) await extend(chain, { payTo: testKey(chain.tip().height % 5).lock });
  await chain.nextSnapshotRoot();
  const names = readdirSync(join(directory, 'snapshots')).filter((name) => name.startsWith('0000000080-'));
  const headers = Array.from(
    { length: 110 },
    (_, i) => decodeHeader(chain.headerBytes(chain.atHeight(i + 1)!)) as Header,
  );
  const committing = (await chain.readBlock(chain.atHeight(85)!.id))!;
  return { chain, folder: join(directory, 'snapshots', names[0]!), headers, committing };
}

test('a new node starts from a snapshot, connects blocks after it, and opens again', async () => {
  const { chain, folder, headers, committing } = await source();
  const directory = newDirectory();
  const fresh = await chainIn(directory);
  await fresh.acceptHeaders(headers);
  await fresh.loadSnapshot(folder, committing);
  expect(fresh.tip().height).toBe(80);
  expect(fresh.base()?.height).toBe(80);
  for (const entry of fresh.missingBlocks(100)) await fresh.submitBlock((await chain.readBlock(entry.id))!);
  await expect.poll(() => fresh.tip().id).toBe(chain.tip().id);
  expect(await fresh.setHash()).toBe(await chain.setHash());

  await open.pop()!.close();
  const again = await chainIn(directory);
  expect(again.tip().id).toBe(chain.tip().id);
  expect(again.missingBlocks(10)).toEqual([]);
  await extend(again);
  expect(again.totals().total).toBe(chain.totals().total + 2_000_000_000);
});

test('blocks that arrive while a snapshot is loaded wait for it', async () => {
  const { chain, folder, headers, committing } = await source();
  const body = async (height: number) => (await chain.readBlock(chain.atHeight(height)!.id))!;
  const bodies = await Promise.all([1, 2, 3, 81, 82].map(body));
  const fresh = await chainIn(newDirectory());
  await fresh.acceptHeaders(headers);
  const loading = fresh.loadSnapshot(folder, committing);
  const told = bodies.map((bytes) => fresh.submitBlock(bytes));
  await loading;
  for (const result of await Promise.all(told)) expect(result).not.toHaveProperty('code');
  await fresh.idle();
  expect(fresh.tip().height).toBe(82);
  for (let height = 83; height <= 110; height++) await fresh.submitBlock(await body(height));
  expect(fresh.tip().id).toBe(chain.tip().id);
  expect(await fresh.setHash()).toBe(await chain.setHash());
  expect(await fresh.auditCoins()).toMatchObject({ problem: null });
});

test('a snapshot to which the chain does not commit is refused and leaves no data', async () => {
  const { chain, folder, headers, committing } = await source();
  const fresh = await chainIn(newDirectory());
  await expect(fresh.loadSnapshot(folder, committing)).rejects.toMatchObject({ code: 'snapshot-refused' });
  await fresh.acceptHeaders(headers);
  const other = (await chain.readBlock(chain.atHeight(65)!.id))!;
  await expect(fresh.loadSnapshot(folder, other)).rejects.toMatchObject({ code: 'snapshot-refused' });
  const chunk = join(folder, '000000.chunk');
  const bytes = readFileSync(chunk);
  bytes[100]! ^= 1;
  writeFileSync(chunk, bytes);
  await expect(fresh.loadSnapshot(folder, committing)).rejects.toMatchObject({ code: 'snapshot-refused' });
  expect(fresh.tip().height).toBe(0);
  expect(await fresh.auditCoins()).toEqual({ coins: 0, total: 0, problem: null });
  // It can still take the long way.
  for (let height = 1; height <= 110; height++)
    await fresh.submitBlock((await chain.readBlock(chain.atHeight(height)!.id))!);
  expect(await fresh.setHash()).toBe(await chain.setHash());
});

test('a chain with more work that forks below the snapshot makes the node start over', async () => {
  const { chain, folder, headers, committing } = await source();
  const directory = newDirectory();
  const fresh = await chainIn(directory);
  await fresh.acceptHeaders(headers);
  await fresh.loadSnapshot(folder, committing);
  const heavier = await chainIn(newDirectory());
  const blocks: Uint8Array[] = [];
  for (let height = 1; height <= 70; height++) {
    const bytes = (await chain.readBlock(chain.atHeight(height)!.id))!;
    await heavier.submitBlock(bytes);
    blocks.push(bytes);
  }
  while (heavier.tip().height < 112) blocks.push((await extend(heavier, { payTo: testKey(9).lock })).bytes);
  const failures: unknown[] = [];
  fresh.events.on('failed', (error) => failures.push(error));
  for (const bytes of blocks.slice(70)) await fresh.submitBlock(bytes);
  await expect.poll(() => failures).toMatchObject([{ code: 'reorg-below-snapshot' }]);
  await fresh.close();
  open.splice(open.indexOf(fresh), 1);
  const again = await chainIn(directory);
  expect(again.tip().height).toBe(0);
  for (const bytes of blocks) await again.submitBlock(bytes);
  expect(again.tip().id).toBe(heavier.tip().id);
  expect(await again.setHash()).toBe(await heavier.setHash());
});
