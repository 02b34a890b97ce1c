import { expect, test, vi } from 'vitest';
import { requestLine } from '../../../../renderer/format/request.ts';
import type { Desktop } from '../../../../renderer/state/desktop.svelte.ts';
import { createPrivacy, toggleAmounts } from '../../../../renderer/state/privacy.svelte.ts';
import { sentenceFor } from '../../../../shared/errors.ts';

const page = new EventTarget();
vi.stubGlobal('window', page);

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

test('amounts are hidden although the app cannot store the setting, which it says', async () => {
  const set = vi.fn(() => Promise.reject(new Error('the disk is full')));
  const kept = createPrivacy({ state: { settings: { hideAmounts: false } }, set } as unknown as Desktop);
  const say = vi.fn();
  await toggleAmounts({ privacy: kept, toasts: { say } });
  expect(set).toHaveBeenCalledWith({ hideAmounts: true });
  expect(kept.hidden).toBe(true);
  expect(say.mock.calls[0]![0]).toContain('could not store');
  await toggleAmounts({ privacy: kept, toasts: { say } });
  expect(kept.hidden).toBe(false);
});

test('another tab of the browser follows', () => {
  const browser = createPrivacy({ state: null } as unknown as Desktop);
  const change = (key: string, newValue: string | null) =>
    page.dispatchEvent(Object.assign(new Event('storage'), { key, newValue }));
  expect(browser.hidden).toBe(false);
  change('kith.theme', 'hidden');
  expect(browser.hidden).toBe(false);
  change('kith.amounts', 'hidden');
  expect(browser.hidden).toBe(true);
  change('kith.amounts', 'shown');
  expect(browser.hidden).toBe(false);
});
