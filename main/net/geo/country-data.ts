/** Countries of IP addresses as bytes, and their lookup. Byte for byte: docs/formats/country-data.md. */
import type { Reader } from '../../core/codec/reader.ts';
import { beginChecked, endChecked, readChecked } from '../../storage/checked-binary.ts';
import { type Ip, isIpv4 } from '../transport/ip.ts';
import { encodeSegments, openSegments, type Segment, type Segments } from './segments.ts';

/** Where the data is from, to be shown wherever it is used. */
export interface DataOrigin {
  readonly source: string;
  readonly licence: string;
  /** ISO 8601 date of the data. */
  readonly date: string;
}

export interface CountryData {
  readonly origin: DataOrigin;
  /** ISO 3166-1 code of two letters; null if the data has none. An estimate. Takes about 1 µs. */
  countryOf(ip: Ip): string | null;
}

/** A range of addresses from `start` to the start of the next one. */
export interface CountryRange {
  /** An IPv4 address as a number, or the first 48 bits of an IPv6 address. */
  readonly start: number;
  /** Two capital letters; null for none. */
  readonly country: string | null;
}

export const MOST_COUNTRY_DATA_BYTES = 3_000_000;

const CHECKED = {
  magic: Uint8Array.from('KITHCTRY', (character) => character.charCodeAt(0)),
  format: 1,
  mostBytes: MOST_COUNTRY_DATA_BYTES,
};
const MOST_TEXT_BYTES = 200;
/** A value is a byte, and 0 means no country. */
const MOST_COUNTRIES = 255;

/** @throws {RangeError} when ranges do not ascend or there are too many countries */
export function encodeCountryData(
  origin: DataOrigin,
  ipv4: readonly CountryRange[],
  ipv6: readonly CountryRange[],
): Uint8Array {
  const codes = [...new Set([...ipv4, ...ipv6].flatMap(({ country }) => country ?? []))].sort();
  if (codes.length > MOST_COUNTRIES) throw new RangeError(`${codes.length} countries`);
  const values = new Map(codes.map((code, i) => [code, i + 1]));
  const writer = beginChecked(CHECKED, MOST_COUNTRY_DATA_BYTES);
  for (const text of [origin.source, origin.licence, origin.date]) writer.varbytes(Buffer.from(text));
  writer.varbytes(Buffer.from(codes.join(''), 'ascii'));
  for (const ranges of [ipv4, ipv6]) {
    const segments: Segment[] = ranges.map(({ start, country }) => ({
      start,
      value: country === null ? 0 : values.get(country)!,
    }));
    writer.varuint(segments.length).varbytes(encodeSegments(segments));
  }
  return endChecked(writer);
}

/** Null if the bytes are not such data. Never throws. Takes about 20 ms for a whole internet; keeps a view of the bytes. */
export function openCountryData(bytes: Uint8Array): CountryData | null {
  const reader = readChecked(CHECKED, bytes);
  if (typeof reader === 'string') return null;
  const [source, licence, date] = [readText(reader), readText(reader), readText(reader)];
  const codes = Buffer.from(reader.varbytes(2 * MOST_COUNTRIES)).toString('latin1');
  if (!/^(?:[A-Z]{2})*$/.test(codes)) return null;
  const ipv4 = readSegments(reader, codes.length / 2);
  const ipv6 = readSegments(reader, codes.length / 2);
  if (ipv4 === null || ipv6 === null || reader.finish() !== null) return null;
  return {
    origin: { source, licence, date },
    countryOf(ip) {
      const value = isIpv4(ip) ? ipv4.valueAt(numberOf(ip.octets, 8)) : ipv6.valueAt(firstParts(ip));
      return value === 0 ? null : codes.slice(2 * value - 2, 2 * value);
    },
  };
}

const readText = (reader: Reader): string => Buffer.from(reader.varbytes(MOST_TEXT_BYTES)).toString();

function readSegments(reader: Reader, most: number): Segments | null {
  const count = reader.varuint();
  return openSegments(reader.varbytes(MOST_COUNTRY_DATA_BYTES), count, most);
}

/** The number whose digits to the base 2^bits are `digits`. */
const numberOf = (digits: readonly number[], bits: number): number =>
  digits.reduce((sum, digit) => sum * 2 ** bits + digit, 0);

/** No network announces less than 48 bits of an IPv6 address to the whole internet, so the rest says nothing about a country. */
const firstParts = (ip: Extract<Ip, { parts: number[] }>): number => numberOf(ip.parts.slice(0, 3), 16);
