import type { NetworkActivity } from '../../shared/contract/network.ts';
import { bytes, percent } from './number.ts';

type Upload = Pick<NetworkActivity['upload'], 'bytesPerSecond' | 'month'>;

/** What this node has sent in this month, what the limit stops, and when the next month begins. Measured by the node. */
export function uploadSentence({ bytesPerSecond, month }: Upload): string {
  const now = `${bytes(bytesPerSecond)} a second now`;
  const { used, limit, stage } = month;
  if (limit === null) return `Sent in this month: ${bytes(used)}; ${now}. There is no limit.`;
  const share = `${bytes(used)} of ${bytes(limit)} (${percent(used / limit)})`;
  const date = new Date(month.endsAt * 1000).toISOString().slice(0, 10).replaceAll('-', '\u2011');
  switch (stage) {
    case 'open':
      return `Sent in this month: ${share}; ${now}. The next month begins on ${date}.`;
    case 'reserve':
      return `Sent in this month: ${share}. Until ${date} no old blocks are sent.`;
    case 'closed':
      return `Sent in this month: ${share}. The limit is used up, so the node has no connections until ${date}.`;
  }
}
