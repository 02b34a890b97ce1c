import { expect, test } from 'vitest';
import type { DraftPayment } from '../../../../shared/contract/payment.ts';
import { createReviewedDraft } from '../../../../renderer/state/reviewed-draft.svelte.ts';

const draft = { draft: 'a' } as unknown as DraftPayment;

test('a draft is reviewed only while the wallet is selected that it spends from', () => {
  const wallets = { selected: 'everyday' };
  const reviewed = createReviewedDraft(wallets);
  expect(reviewed.current).toBe(null);
  reviewed.show('everyday', draft);
  expect(reviewed.current).toBe(draft);
  wallets.selected = 'savings';
  expect(reviewed.current).toBe(null);
  wallets.selected = 'everyday';
  reviewed.drop();
  expect(reviewed.current).toBe(null);
});

test('a draft that arrives after another wallet was selected is not shown later either', () => {
  const wallets = { selected: 'savings' };
  const reviewed = createReviewedDraft(wallets);
  reviewed.show('everyday', draft);
  wallets.selected = 'everyday';
  expect(reviewed.current).toBe(null);
});
