/**
 * `npm run countries -- [--source tor-geoipdb] [IPV4-FILE IPV6-FILE]`: makes out/countries.bin, from which a node estimates the
 * country of an address without asking another computer. By default it takes the files of Debian's package tor-geoipdb.
 */
import { parseArgs } from 'node:util';
import { COUNTRY_FILE, TOR_FILES, writeCountries } from './support/countries.ts';

/** Each source has a format, a licence and a date of its own. */
const SOURCES = ['tor-geoipdb'];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { source: { type: 'string', default: 'tor-geoipdb' } },
});
if (!SOURCES.includes(values.source)) throw new Error(`--source is one of ${SOURCES.join(', ')}`);
const [ipv4 = TOR_FILES.ipv4, ipv6 = TOR_FILES.ipv6] = positionals;
const { source, licence, date, bytes } = writeCountries({ ipv4, ipv6 });
console.log(`${COUNTRY_FILE}: ${bytes} bytes, data of ${source}, ${licence}, ${date}`);
