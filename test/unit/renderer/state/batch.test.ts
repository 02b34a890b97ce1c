import { expect, test } from 'vitest';
import type { AppState } from '../../../../renderer/state/app.svelte.ts';
import { createBatch } from '../../../../renderer/state/batch.svelte.ts';
import { createChosenCoins } from '../../../../renderer/state/chosen-coins.svelte.ts';

test('a batch payment tells which selected coins it spends, until the user forgets them', () => {
  const chosenCoins = createChosenCoins();
  const wallets = { selected: 'everyday' };
  const app = { client: {}, wallets, mempool: {}, chosenCoins };
  const batch = createBatch(app as unknown as AppState);
  expect(batch.coins).toEqual([]);
  const coins = [{ txid: 'ab'.repeat(32), index: 1, amount: 5 }];
  chosenCoins.choose('everyday', coins);
  expect(batch.coins).toEqual(coins);
  wallets.selected = 'other';
  expect(batch.coins).toEqual([]);
  wallets.selected = 'everyday';
  batch.forgetCoins();
  expect(batch.coins).toEqual([]);
});
