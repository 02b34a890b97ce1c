import { expect, test } from 'vitest';
import type { NodeStatus } from '../../../shared/contract/node.ts';
import type { HistoryEntry, WalletView } from '../../../shared/contract/wallet.ts';
import { statusNews, walletNews } from '../../../main/electron/news.ts';

const status = (fields: Partial<NodeStatus> = {}): NodeStatus =>
  ({ phase: 'synced', warnings: [], ...fields }) as NodeStatus;
const entry = (fields: Partial<HistoryEntry>): HistoryEntry =>
  ({
    txid: 'ab'.repeat(32),
    kind: 'received',
    amount: 150_000_000,
    state: 'pending',
    height: null,
    confirmations: 0,
    ...fields,
  }) as HistoryEntry;
const view = (...latest: HistoryEntry[]): WalletView => ({ name: 'Everyday', latest }) as WalletView;
const PLACE = `payment/${'ab'.repeat(32)}`;

test('a received payment is a notification with its amount, and a click opens it', () => {
  const [news, ...more] = walletNews(view(), view(entry({})), status());
  expect(more).toEqual([]);
  expect(news).toMatchObject({ kind: 'arrived', place: PLACE });
  expect(news!.body.replace(/[\u2066-\u2069]/g, '')).toBe('Everyday received 1.5 KITH.');
});

test('a confirmed payment is a notification once', () => {
  const mined = entry({ state: 'mined', height: 7, confirmations: 5 });
  const confirmed = entry({ state: 'confirmed', height: 7, confirmations: 6 });
  expect(walletNews(view(mined), view(confirmed), status())).toMatchObject([
    { kind: 'confirmed', place: PLACE },
  ]);
  expect(walletNews(view(confirmed), view(confirmed), status())).toEqual([]);
});

test('a payment whose block is stale is a notification with the next step', () => {
  const news = walletNews(
    view(entry({ state: 'mined', height: 7, confirmations: 1 })),
    view(entry({})),
    status(),
  );
  expect(news).toMatchObject([{ kind: 'reorganised', place: PLACE }]);
  expect(news[0]!.body).toContain('block 7');
});

test('there is no notification for a wallet that was just opened, during the sync, and for own payments and rewards', () => {
  expect(walletNews(undefined, view(entry({})), status())).toEqual([]);
  expect(walletNews(view(), view(entry({})), status({ phase: 'blocks' }))).toEqual([]);
  expect(walletNews(view(), view(entry({})), null)).toEqual([]);
  expect(walletNews(view(), view(entry({ kind: 'sent', amount: -5 })), status())).toEqual([]);
  expect(walletNews(view(), view(entry({ kind: 'mined', state: 'immature', height: 1 })), status())).toEqual(
    [],
  );
});

test('many changes at once are one notification', () => {
  const many = Array.from({ length: 20 }, (_each, n) => entry({ txid: String(n).padStart(64, '0') }));
  expect(walletNews(view(), view(...many), status())).toMatchObject([{ place: 'wallet' }]);
});

test('low disk space is a notification when the warning is new', () => {
  const warning = { code: 'disk-low', message: 'Only 1 GB is free.' };
  const low = status({ warnings: [warning] });
  expect(statusNews(status(), low)).toMatchObject([
    { kind: 'disk-low', body: warning.message, place: 'health' },
  ]);
  expect(statusNews(low, low)).toEqual([]);
  expect(statusNews(null, status({ warnings: [{ code: 'peers-few', message: '' }] }))).toEqual([]);
});
