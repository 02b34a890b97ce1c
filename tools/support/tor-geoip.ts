/** Reads the text files of Debian's package tor-geoipdb: `first,last,country`, IPv4 addresses as decimal numbers. */
import ipaddr from 'ipaddr.js';
import type { CountryRange, DataOrigin } from '../../main/net/geo/country-data.ts';

/** From the comments at the beginning. @throws {Error} when they name no date, vendor or licence */
export function torOrigin(text: string): DataOrigin {
  const [vendor, licence, generated] = ['Vendor', 'License', 'Generated'].map((name) =>
    new RegExp(`^# ${name}: +(.+)$`, 'm').exec(text)?.[1]?.trim(),
  );
  if (vendor === undefined || licence === undefined || generated === undefined)
    throw new Error('the file names no vendor, licence and date');
  return { source: vendor, licence, date: new Date(generated).toISOString().slice(0, 10) };
}

/**
 * The ranges in ascending order without gaps: what the file leaves out has no country, as has `??`. Of several IPv6 ranges with
 * the same first 48 bits the first counts. @throws {Error} for a line that is not a range, or ranges that overlap
 */
export function readTorRanges(text: string, family: 4 | 6): CountryRange[] {
  const listed = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => readLine(line, family))
    .sort((a, b) => a.first - b.first || a.order - b.order);
  const ranges: CountryRange[] = [];
  const push = (start: number, country: string | null) => {
    if (ranges.at(-1)?.country !== country) ranges.push({ start, country });
  };
  let next = 0;
  for (const { first, last, country } of listed) {
    const start = Math.max(first, next);
    if (last < start) continue;
    if (start > next) push(next, null);
    push(start, country);
    next = last + 1;
  }
  if (next < END[family]) push(next, null);
  return ranges;
}

/** One more than the largest start of a range. */
const END = { 4: 2 ** 32, 6: 2 ** 48 } as const;

interface Line {
  readonly first: number;
  readonly last: number;
  readonly order: number;
  readonly country: string | null;
}

/** Registries also use codes that stand for no country: names for them are missing, or are those of unions. */
const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
const NO_COUNTRIES = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ']);
const known = new Map<string, string | null>();
function countryOf(code: string): string | null {
  let country = known.get(code);
  if (country === undefined) {
    country = NO_COUNTRIES.has(code) || names.of(code) === undefined ? null : code;
    known.set(code, country);
  }
  return country;
}

function readLine(line: string, family: 4 | 6): Line {
  const [from = '', to = '', code = ''] = line.trim().split(',');
  const [first, last] = [from, to].map(family === 4 ? placeOf4 : placeOf6) as [Place, Place];
  if (!(first.start <= last.start) || !/^(?:[A-Z]{2}|\?\?)$/.test(code))
    throw new Error(`not a range: ${line}`);
  const country = code === '??' ? null : countryOf(code);
  return { first: first.start, last: last.start, order: first.order, country };
}

interface Place {
  /** As in CountryRange. */
  readonly start: number;
  /** Orders addresses with the same start. */
  readonly order: number;
}

const placeOf4 = (text: string): Place => ({ start: Number(text), order: 0 });

function placeOf6(text: string): Place {
  if (!ipaddr.IPv6.isValid(text)) return { start: NaN, order: NaN };
  const { parts } = ipaddr.IPv6.parse(text);
  return { start: joined(parts.slice(0, 3)), order: joined(parts.slice(3, 6)) };
}

const joined = (parts: readonly number[]): number => parts.reduce((sum, part) => sum * 65_536 + part, 0);
