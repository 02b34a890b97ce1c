import { readRegularFile } from '../../lib/read-regular.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { parseIp } from '../transport/ip.ts';
import { ipOf, isPublic, isRelayed } from '../transport/multiaddrs.ts';
import {
  type CountryData,
  type DataOrigin,
  MOST_COUNTRY_DATA_BYTES,
  openCountryData,
} from './country-data.ts';

/** Estimates the countries of addresses from a file on this computer. No address leaves it. */
export interface Countries {
  /** Country of a multiaddr; null for one that is private, relayed or unknown, and until the file was read. */
  of(address: string): string | null;
  /** Where the data is from; null without data. */
  origin(): Promise<DataOrigin | null>;
}

/** The file is read at the first question, so that a node without a page keeps no memory for it. */
export function createCountries(file: string | undefined, log: Pick<Log, 'info' | 'warn'>): Countries {
  let data: CountryData | null = null;
  let reading: Promise<void> | undefined;

  const read = async (): Promise<void> => {
    if (file === undefined) return;
    try {
      data = openCountryData(await readRegularFile(file, MOST_COUNTRY_DATA_BYTES));
      if (data === null) log.warn('the country data is corrupt, so countries of peers are unknown', { file });
    } catch (error) {
      log.info('there is no country data, so countries of peers are unknown', { reason: messageOf(error) });
    }
  };
  const ready = () => (reading ??= read());

  return {
    of(address) {
      void ready();
      if (data === null || !isPublic(address) || isRelayed(address)) return null;
      const ip = parseIp(ipOf(address) ?? '');
      return ip === null ? null : data.countryOf(ip);
    },
    async origin() {
      await ready();
      return data?.origin ?? null;
    },
  };
}
