import type { UnixSeconds } from '../../../shared/units.ts';

/** Plain JSON, see docs/formats/upload-month.md. */
export interface MonthRecord {
  /** The month that is counted, such as 2026-12, in UTC. */
  readonly month: string;
  /** Bytes since the first month. */
  readonly total: number;
  /** The total at which each month began, the month that was entered last at the end. */
  readonly months: Readonly<Record<string, number>>;
}

export interface MonthCount {
  /** Bytes of the month in which `now` is. */
  used(now: UnixSeconds): number;
  add(bytes: number, now: UnixSeconds): void;
  record(): MonthRecord;
}

/** Months that are kept, so that a clock that jumps cannot fill the record. */
const MAX_MONTHS = 12;

/**
 * Counts bytes by month, although the clock may be set. A month has the bytes since it was first entered, whatever the clock
 * showed in between; a month before the current one that was never entered begins where the current one began. So setting the
 * clock back, or back and forth, gives no month twice. A later month that was never entered begins at 0, so a year that the
 * clock showed by mistake delays nothing.
 */
export function createMonthCount(record: MonthRecord | null, now: UnixSeconds): MonthCount {
  let total = record?.total ?? 0;
  let current = record?.month ?? monthOf(now);
  const begins = new Map(Object.entries(record?.months ?? { [current]: 0 }));
  let [from, until] = boundsOf(current);

  function enter(next: string): void {
    const begin = begins.get(next) ?? (next < current ? beginOf(current) : total);
    begins.delete(next);
    begins.set(next, begin);
    current = next;
    [from, until] = boundsOf(next);
    for (const oldest of begins.keys()) {
      if (begins.size <= MAX_MONTHS) break;
      begins.delete(oldest);
    }
  }

  const beginOf = (month: string): number => begins.get(month) ?? total;
  const follow = (time: UnixSeconds): void => {
    if (time < from || time >= until) enter(monthOf(time));
  };

  return {
    used(time) {
      follow(time);
      return total - beginOf(current);
    },
    add(bytes, time) {
      follow(time);
      total += bytes;
    },
    record: () => ({ month: current, total, months: Object.fromEntries(begins) }),
  };
}

/** The calendar month in UTC, such as 2026-12. */
export const monthOf = (time: UnixSeconds): string => new Date(time * 1000).toISOString().slice(0, 7);

/** The first second of a month, and that of the next one. */
export function boundsOf(month: string): readonly [UnixSeconds, UnixSeconds] {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return [Date.UTC(year, number - 1) / 1000, Date.UTC(year, number) / 1000];
}
