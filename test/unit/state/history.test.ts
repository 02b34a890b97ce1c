import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { decodeHeader, type Header } from '../../../main/core/primitives/header.ts';
import type { Chain, ChainDeps } from '../../../main/state/chain/chain.ts';
import { createHistory } from '../../../main/state/history/history.ts';
import {
  coinbaseOf,
  extend,
  newDirectory,
  openTestChain,
  pay,
  testChainDeps,
  testKey,
} from '../../support/test-chain.ts';

const open: Chain[] = [];
const chainIn = async (directory: string, options: Partial<ChainDeps> = {}) => {
  const chain = await openTestChain({ directory, ...options });
  open.push(chain);
  return chain;
};
afterEach(async () => {
  for (const chain of open.splice(0)) await chain.close();
});

test('the history behind a snapshot is checked while the chain is in use, over a restart', async () => {
  const from = newDirectory();
  const chain = await chainIn(from);
  while (chain.tip().height < 110) await extend(chain);
  await chain.nextSnapshotRoot();
  const name = readdirSync(join(from, 'snapshots')).find((each) => each.startsWith('0000000080-'))!;
  const body = async (height: number) => (await chain.readBlock(chain.atHeight(height)!.id))!;
  const directory = newDirectory();
  let fresh = await chainIn(directory);
  const headers = Array.from(
    { length: 110 },
    (_, i) => decodeHeader(chain.headerBytes(chain.atHeight(i + 1)!)) as Header,
  );
  await fresh.acceptHeaders(headers);
  await fresh.loadSnapshot(join(from, 'snapshots', name), await body(85));

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

test('a history that breaks a rule is told, and stays checked up to there', async () => {
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
});
