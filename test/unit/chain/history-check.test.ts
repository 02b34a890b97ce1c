import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { decodeHeader, type Header } from '../../../main/core/primitives/header.ts';
import { codeOf } from '../../../main/lib/errors.ts';
import type { Chain, ChainDeps } from '../../../main/chain/chain.ts';
import { createHistory } from '../../../main/chain/history-check.ts';
import { damages } from '../../support/damage.ts';
import {
  coinbaseOf,
  extend,
  newDirectory,
  openTestChain,
  pay,
  testChainDeps,
  testKey,
} from '../../support/chain/test-chain.ts';

const open: Chain[] = [];
const chainIn = async (directory: string, options: Partial<ChainDeps> = {}) => {
  const chain = await openTestChain({ directory, ...options });
  open.push(chain);
  return chain;
};
afterEach(async () => {
  for (const chain of open.splice(0)) await chain.close();
});

/** A chain of so many blocks, whose snapshot of height `at` is built, and a new node that begins with it. */
async function beginning(blocks: number, at: number, signalling = false) {
  const from = newDirectory();
  const chain = await chainIn(from);
  while (chain.tip().height < blocks)
    await extend(chain, signalling ? { header: { version: chain.nextVersion() } } : {});
  await expect.poll(() => chain.snapshotRootOf(at)).not.toBeNull();
  const name = readdirSync(join(from, 'snapshots')).find((each) => Number(each.slice(0, 10)) === at)!;
  const body = async (height: number) => (await chain.readBlock(chain.atHeight(height)!.id))!;
  const directory = newDirectory();
  const fresh = await chainIn(directory);
  const headers = Array.from(
    { length: blocks },
    (_, i) => decodeHeader(chain.headerBytes(chain.atHeight(i + 1)!)) as Header,
  );
  await fresh.acceptHeaders(headers);
  const { delay } = chain.network.params;
  await fresh.loadSnapshot(join(from, 'snapshots', name), await body(at + delay));
  return { chain, fresh, directory, body };
}

test('the history behind a snapshot is checked while the chain is in use, over a restart', async () => {
  const { chain, directory, body, ...first } = await beginning(110, 80);
  let { fresh } = first;

  let history = (await createHistory(fresh, testChainDeps({ directory })))!;
  expect(history.wanted(3).map(({ height }) => height)).toEqual([1, 2, 3]);
  for (let height = 1; height <= 30; height++) expect(await history.submit(await body(height))).toBeNull();
  expect(history.status()).toEqual({ verified: 30, of: 80 });
  await history.close();
  await open.pop()!.close();

  fresh = await chainIn(directory);
  history = (await createHistory(fresh, testChainDeps({ directory })))!;
  expect(history.status().verified).toBe(30);
  for (let height = 31; height <= 80; height++) {
    expect(await history.submit(await body(height))).toBeNull();
    // The chain in use goes on meanwhile.
    if (height === 50) for (let above = 81; above <= 110; above++) await fresh.submitBlock(await body(above));
  }
  await history.settled;
  expect(fresh.historyChecked()).toBe(true);
  expect(fresh.totals()).toEqual(chain.totals());
  expect(existsSync(join(directory, 'history'))).toBe(false);
  expect(await createHistory(fresh, testChainDeps({ directory }))).toBeNull();
});

test('a history that breaks a rule is reported, and stays checked up to that block', async () => {
  const from = newDirectory();
  // A chain whose signatures its own nodes didn't check.
  const chain = await chainIn(from, { verifyBatch: () => Promise.resolve(-1) });
  const first = await extend(chain);
  while (chain.tip().height < 14) await extend(chain);
  const outputs = [{ amount: 1_000_000, lock: testKey(2).lock }];
  await extend(chain, { transactions: [pay(chain, [coinbaseOf(first)], testKey(9).secret, outputs)] });
  while (chain.tip().height < 110) await extend(chain);
  await chain.nextSnapshotRoot();
  const name = readdirSync(join(from, 'snapshots')).find((each) => each.startsWith('0000000080-'))!;
  const body = async (height: number) => (await chain.readBlock(chain.atHeight(height)!.id))!;
  const directory = newDirectory();
  const fresh = await chainIn(directory);
  const headers = Array.from(
    { length: 110 },
    (_, i) => decodeHeader(chain.headerBytes(chain.atHeight(i + 1)!)) as Header,
  );
  await fresh.acceptHeaders(headers);
  await fresh.loadSnapshot(join(from, 'snapshots', name), await body(85));
  const history = (await createHistory(fresh, testChainDeps({ directory })))!;
  for (let height = 1; height <= 15; height++) await history.submit(await body(height));
  await expect(history.settled).rejects.toMatchObject({ code: 'snapshot-mismatch' });
  expect(history.status()).toEqual({ verified: 14, of: 80 });
  expect(history.wanted(5)).toEqual([]);
  await history.close();
  expect(fresh.historyChecked()).toBe(false);
  // It isn't forgotten by a restart.
  const again = (await createHistory(fresh, testChainDeps({ directory })))!;
  await expect(again.settled).rejects.toMatchObject({ code: 'snapshot-mismatch' });
  await again.close();
});

test('a node whose history was checked under a soft fork opens again as it was', async () => {
  const { directory, body, ...first } = await beginning(150, 120, true);
  let { fresh } = first;
  const history = (await createHistory(fresh, testChainDeps({ directory })))!;
  for (let height = 1; height <= 120; height++) expect(await history.submit(await body(height))).toBeNull();
  await history.settled;
  for (let height = 121; height <= 150; height++) await fresh.submitBlock(await body(height));
  expect(fresh.nextRules()).toEqual({ policyLock: true });
  const before = { tip: fresh.tip().id, set: await fresh.setHash() };
  for (let restart = 0; restart < 2; restart++) {
    await open.pop()!.close();
    fresh = await chainIn(directory);
    expect({ tip: fresh.tip().id, set: await fresh.setHash() }).toEqual(before);
    expect([fresh.atHeight(79)!.rules, fresh.atHeight(80)!.rules]).toEqual([0, 1]);
  }
  expect((await extend(fresh)).header.height).toBe(151);
});

test('a history check whose disk fails reports it, confirms nothing, and continues at the next start', async () => {
  const { fresh, directory, body } = await beginning(110, 80);
  mkdirSync(join(directory, 'history'));
  writeFileSync(join(directory, 'history', 'snapshots'), 'in the way');
  let history = (await createHistory(fresh, testChainDeps({ directory })))!;
  for (let height = 1; height <= 24; height++) expect(await history.submit(await body(height))).toBeNull();
  await expect(body(25).then((bytes) => history.submit(bytes))).rejects.toMatchObject({
    code: 'storage-unusable',
  });
  expect(history.status()).toEqual({ verified: 24, of: 80 });
  expect(fresh.historyChecked()).toBe(false);
  await history.close();

  rmSync(join(directory, 'history', 'snapshots'));
  history = (await createHistory(fresh, testChainDeps({ directory })))!;
  for (const { height } of history.wanted(100)) expect(await history.submit(await body(height))).toBeNull();
  await history.settled;
  expect(fresh.historyChecked()).toBe(true);
});

test(
  'every file of a history half checked, hurt: it is checked to its end all the same',
  { timeout: 120_000 },
  async () => {
    const { chain, fresh, directory, body } = await beginning(52, 20);
    const wanted = chain.totals();
    const first = (await createHistory(fresh, testChainDeps({ directory })))!;
    for (let height = 1; height <= 12; height++) await first.submit(await body(height));
    await first.close();
    for (let height = 21; height <= 52; height++) await fresh.submitBlock(await body(height));
    await open.pop()!.close();
    const files = ['chain', 'blocks', 'undo'].flatMap((folder) =>
      readdirSync(join(directory, 'history', folder)).map((name) => join('history', folder, name)),
    );
    expect(files.length).toBeGreaterThan(5);
    for (const file of files)
      for (const damage of damages(1)) {
        const copy = newDirectory();
        cpSync(directory, copy, { recursive: true });
        damage.hurt(join(copy, file));
        expect([file, damage.name, await checkAll(copy, body)]).toEqual([file, damage.name, wanted]);
        rmSync(copy, { recursive: true });
      }
  },
);

/** Hands in what is wanted until all is checked, starting again where damage asks for it; the totals afterwards. */
async function checkAll(directory: string, body: (height: number) => Promise<Uint8Array>): Promise<unknown> {
  for (let starts = 0; starts < 3; starts++) {
    const chain = await openTestChain({ directory });
    const history = await createHistory(chain, testChainDeps({ directory }));
    try {
      for (let rounds = 0; history && !chain.historyChecked() && rounds < 50; rounds++)
        for (const { height } of history.wanted(8)) await history.submit(await body(height));
      if (chain.historyChecked()) return chain.totals();
    } catch (error) {
      if (codeOf(error) !== 'storage-damaged') throw error;
    } finally {
      await history?.close();
      await chain.close();
    }
  }
  return 'it wants to be started again and again';
}

test('blocks that lead to other coins than the snapshot are a mismatch, and the snapshot is not confirmed', async () => {
  const { fresh, directory, body } = await beginning(110, 80);
  // An attacker who could forge a snapshot root could commit to other coins.
  const lying = { ...fresh, snapshotRootOf: async () => new Uint8Array(32) };
  const history = (await createHistory(lying, testChainDeps({ directory })))!;
  for (let height = 1; height <= 80; height++) expect(await history.submit(await body(height))).toBeNull();
  await expect(history.settled).rejects.toMatchObject({ code: 'snapshot-mismatch', data: { height: 80 } });
  expect(fresh.historyChecked()).toBe(false);
  expect(history.wanted(5)).toEqual([]);
  await history.close();
});
