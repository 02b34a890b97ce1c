import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type DataOrigin, encodeCountryData } from '../../main/net/geo/country-data.ts';
import { OUT } from './root.ts';
import { readTorRanges, torOrigin } from './tor-geoip.ts';

/** The file that a node reads (docs/formats/country-data.md). */
export const COUNTRY_FILE = path.join(OUT, 'countries.bin');
/** Where Debian's package tor-geoipdb has its data. */
export const TOR_FILES = { ipv4: '/usr/share/tor/geoip', ipv6: '/usr/share/tor/geoip6' } as const;

/** Writes the country data. @throws {Error} when a file is missing or is not such a file */
export function writeCountries({
  ipv4,
  ipv6,
}: {
  ipv4: string;
  ipv6: string;
}): DataOrigin & { bytes: number } {
  const [text4, text6] = [readFileSync(ipv4, 'utf8'), readFileSync(ipv6, 'utf8')];
  const origin = torOrigin(text4);
  const bytes = encodeCountryData(origin, readTorRanges(text4, 4), readTorRanges(text6, 6));
  mkdirSync(OUT, { recursive: true });
  writeFileSync(COUNTRY_FILE, bytes);
  return { ...origin, bytes: bytes.length };
}

/** Makes the country data where its source is installed and newer. Says what happened. */
export function ensureCountries(): string {
  const isInstalled = Object.values(TOR_FILES).every((file) => existsSync(file));
  if (existsSync(COUNTRY_FILE) && (!isInstalled || timeOf(TOR_FILES.ipv4) <= timeOf(COUNTRY_FILE)))
    return 'is there';
  if (!isInstalled)
    return 'is missing, because the package tor-geoipdb is not installed; countries of peers will be unknown';
  writeCountries(TOR_FILES);
  return 'built';
}

/** When the file changed last: for the source when it was installed, or later. */
const timeOf = (file: string): number => statSync(file).ctimeMs;
