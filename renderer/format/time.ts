import { plural } from './number.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** A duration in one unit: "40 seconds", "3 minutes", "2 days". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s === 0 && seconds > 0) return 'less than a second';
  if (s < 90) return plural(s, 'second');
  if (s < 90 * MINUTE) return plural(Math.round(s / MINUTE), 'minute');
  if (s < 36 * HOUR) return plural(Math.round(s / HOUR), 'hour');
  if (s < 60 * DAY) return plural(Math.round(s / DAY), 'day');
  if (s < 730 * DAY) return plural(Math.round(s / (30.44 * DAY)), 'month');
  return plural(Math.round(s / (365.25 * DAY)), 'year');
}

/** The short form: "40 s", "3 min", "2 h", "5 d". */
export function shortDuration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 90) return `${s}\u00a0s`;
  if (s < 90 * MINUTE) return `${Math.round(s / MINUTE)}\u00a0min`;
  if (s < 36 * HOUR) return `${Math.round(s / HOUR)}\u00a0h`;
  return `${Math.round(s / DAY)}\u00a0d`;
}

/** A time relative to now: "just now", "40 seconds ago", "in 3 minutes". */
export function age(time: number, now: number): string {
  const past = now - time;
  if (Math.abs(past) < 2) return 'just now';
  return past > 0 ? `${duration(past)} ago` : `in ${duration(-past)}`;
}

/** The short form for tables and rings: "now", "40 s ago". */
export function shortAge(time: number, now: number): string {
  const past = now - time;
  if (past < 2) return 'now';
  return `${shortDuration(past)} ago`;
}

/**
 * All dates and times of day of the page are made here, in the language and with the clock (12 or 24 hours) of the browser, so
 * that no screen has two. Made when it is first needed: the language of the browser is known by then.
 */
const formatOf = (options: Intl.DateTimeFormatOptions): ((time: number) => string) => {
  let format: Intl.DateTimeFormat | null = null;
  return (time) => (format ??= new Intl.DateTimeFormat(undefined, options)).format(new Date(time * 1000));
};

const MINUTES = { hour: '2-digit', minute: '2-digit' } as const;

/** The exact local time: the date, and the time of day with seconds. */
export const exact = formatOf({ dateStyle: 'medium', timeStyle: 'medium' });
/** The local time of day. */
export const timeOfDay = formatOf({ ...MINUTES, second: '2-digit' });
export const hourAndMinute = formatOf(MINUTES);
export const weekdayAndTime = formatOf({ weekday: 'short', ...MINUTES });
export const dayAndTime = formatOf({ day: 'numeric', month: 'short', ...MINUTES });
export const shortDate = formatOf({ day: 'numeric', month: 'short', year: 'numeric' });
export const dayAndMonth = formatOf({ day: 'numeric', month: 'short' });
export const monthName = formatOf({ month: 'short' });
/** A day with its month in words. */
export const longDate = formatOf({ dateStyle: 'long' });

/** "Today", "Yesterday" or the date: the heading of a day's payments. */
export function dayName(time: number, now: number): string {
  const day = startOfDay(time);
  const today = startOfDay(now);
  if (day === today) return 'Today';
  if (day === startOfDay(today / 1000 - 1)) return 'Yesterday';
  return longDate(time);
}

function startOfDay(time: number): number {
  return new Date(time * 1000).setHours(0, 0, 0, 0);
}
