import type { NodeStatus } from '../../shared/contract/node.ts';
import type { HistoryEntry, WalletView } from '../../shared/contract/wallet.ts';
import { isolated } from '../../shared/labels.ts';
import { formatKith, group, TICKER } from '../../shared/units.ts';

/** A notification for the user while the window is not in front. */
export interface News {
  readonly kind: 'arrived' | 'confirmed' | 'reorganised' | 'disk-low';
  readonly title: string;
  readonly body: string;
  /** The screen that a click opens, as in the page's address. */
  readonly place: string;
}

/** Maximum number of notifications for one change of a wallet. Above it, one notification has their number. */
const MAX_NEWS = 3;
const DISK_CODES: ReadonlySet<string> = new Set(['disk-low']);

/**
 * What happened to the payments of a wallet. Nothing without an earlier view, and nothing while the node syncs: those
 * payments are old.
 */
export function walletNews(
  before: WalletView | undefined,
  now: WalletView,
  status: NodeStatus | null,
): News[] {
  if (before === undefined || status?.phase !== 'synced') return [];
  const known = new Map(before.latest.map((entry) => [entry.txid, entry]));
  const news = now.latest
    .toReversed()
    .flatMap((entry) => entryNews(now.name, known.get(entry.txid), entry) ?? []);
  if (news.length <= MAX_NEWS) return news;
  const body = `${group(news.length)} payments of ${isolated(now.name)} have changed.`;
  return [{ kind: 'arrived', title: 'Several payments', body, place: 'wallet' }];
}

function entryNews(wallet: string, before: HistoryEntry | undefined, entry: HistoryEntry): News | null {
  const place = `payment/${encodeURIComponent(entry.txid)}`;
  const amount = `${formatKith(Math.abs(entry.amount))} ${TICKER}`;
  if (before === undefined) {
    if (entry.kind !== 'received') return null;
    const body = `${isolated(wallet)} received ${amount}.`;
    return { kind: 'arrived', title: 'Payment received', body, place };
  }
  if (before.height !== null && entry.height === null) {
    const body = `A payment of ${amount} was in block ${group(before.height)}, which is stale. Wait until it is confirmed again.`;
    return { kind: 'reorganised', title: 'Payment no longer in a block', body, place };
  }
  if (before.state !== 'confirmed' && entry.state === 'confirmed' && entry.kind !== 'mined') {
    const body = `The payment of ${amount} has ${group(entry.confirmations)} confirmations.`;
    return { kind: 'confirmed', title: 'Payment confirmed', body, place };
  }
  return null;
}

/** A warning about low disk space that the previous status did not have. */
export function statusNews(before: NodeStatus | null, now: NodeStatus): News[] {
  const known = new Set((before?.warnings ?? []).map(({ code }) => code));
  return now.warnings
    .filter(({ code }) => DISK_CODES.has(code) && !known.has(code))
    .map(({ message }) => ({ kind: 'disk-low', title: 'Low disk space', body: message, place: 'health' }));
}
