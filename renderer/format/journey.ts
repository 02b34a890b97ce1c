import type { HistoryEntry } from '../../shared/contract/wallet.ts';
import { onItsWay } from './activity.ts';
import { group, plural } from './number.ts';

/** One station of a payment: done, the one it is at, or still ahead. */
export interface Station {
  readonly name: string;
  readonly detail: string;
  readonly state: 'done' | 'now' | 'ahead' | 'failed';
}

/** Confirmations after which a payment is called confirmed. */
const SETTLED = 6;

/** Sent → seen by n of m → in block N → confirmed, for whoever looks on. */
export function journeyOf(entry: HistoryEntry, maturity: number): Station[] {
  const first = entry.kind === 'mined' ? [] : [setOut(entry), echoed(entry)];
  const failed = failure(entry);
  if (failed) return [...first.filter((station) => station.state === 'done'), failed];
  return [...first, inBlock(entry), settled(entry, entry.kind === 'mined' ? maturity : SETTLED)];
}

function setOut(entry: HistoryEntry): Station {
  if (entry.kind === 'received') return { name: 'Seen', detail: 'It reached your node.', state: 'done' };
  return { name: 'Sent', detail: 'Your node signed it and gave it away.', state: 'done' };
}

function echoed(entry: HistoryEntry): Station {
  const mined = entry.height !== null;
  const state = mined || (entry.seenBy ?? 0) > 0 ? 'done' : 'now';
  if (entry.kind === 'received') return { name: 'Checked', detail: 'Every rule holds.', state: 'done' };
  return { name: 'Spreading', detail: mined ? 'The network has it.' : capital(onItsWay(entry)), state };
}

function inBlock(entry: HistoryEntry): Station {
  if (entry.height !== null) {
    return {
      name: `In block ${group(entry.height)}`,
      detail: 'A miner put it into the chain.',
      state: 'done',
    };
  }
  const waiting = entry.seenBy === null || entry.seenBy > 0 || entry.kind === 'received';
  return { name: 'Into a block', detail: 'Waits for the next miner.', state: waiting ? 'now' : 'ahead' };
}

function settled(entry: HistoryEntry, needed: number): Station {
  const have = entry.confirmations;
  if (entry.state === 'confirmed') {
    return { name: 'Confirmed', detail: `${plural(have, 'block')} stand on it.`, state: 'done' };
  }
  const detail = entry.height === null ? `After ${plural(needed, 'block')}.` : `${have} of ${needed} blocks.`;
  return { name: 'Confirmed', detail, state: entry.height === null ? 'ahead' : 'now' };
}

function failure(entry: HistoryEntry): Station | null {
  switch (entry.state) {
    case 'expired':
    case 'dead':
      return {
        name: 'Expired',
        detail: 'No block took it in time. Its coins are free again.',
        state: 'failed',
      };
    case 'conflicted':
      return { name: 'Overtaken', detail: 'Another payment spent the same coins.', state: 'failed' };
    case 'cancelled':
      return { name: 'Cancelled', detail: 'Its sender took it back before it was mined.', state: 'failed' };
    default:
      return null;
  }
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
