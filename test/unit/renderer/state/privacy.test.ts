import { expect, test } from 'vitest';
import { requestLine } from '../../../../renderer/format/request.ts';
import type { Desktop } from '../../../../renderer/state/desktop.svelte.ts';
import { createPrivacy } from '../../../../renderer/state/privacy.svelte.ts';
import { sentenceFor } from '../../../../shared/errors.ts';

const privacy = (hideAmounts: boolean) =>
  createPrivacy({ state: { settings: { hideAmounts } } } as unknown as Desktop);

test.each([
  requestLine({ state: 'paid', received: 300_000_000 }),
  requestLine({ state: 'partly-paid', received: 123_456_789_012 }),
  requestLine({ state: 'expired', received: 1 }),
  sentenceFor('wallet-funds', { needed: 350_000_000, available: 123_456_789 }),
  sentenceFor('wallet-too-many-coins', { most: 123_456_789_012 }),
])('hidden amounts are in no sentence about a wallet: %s', (sentence) => {
  expect(sentence).toMatch(/\d/);
  expect(privacy(false).words(sentence)).toBe(sentence);
  expect(privacy(true).words(sentence)).not.toMatch(/\d/);
});
