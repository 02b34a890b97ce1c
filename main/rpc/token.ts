import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { replacePrivateFile } from '../lib/private-file.ts';
import { readRegularFileSync } from '../lib/read-regular.ts';
import { KithError, messageOf } from '../lib/errors.ts';

/** What a terminal needs to talk to a running node. */
export interface ApiPlace {
  readonly api: string;
  readonly tokenFile: string;
  readonly pid: number;
}

const TOKEN_FILE = 'api.token';
const PLACE_FILE = 'api.json';

/** 256 random bits as 43 characters that are allowed in a URL and in a subprotocol. New at every start. */
export function createToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Writes token and address into the data directory, readable by this user only, so that `kith call --datadir` finds them.
 * @throws {KithError} `datadir-unusable`.
 */
export function publishApi(datadir: string, api: string, token: string): ApiPlace {
  const tokenFile = join(datadir, TOKEN_FILE);
  const place: ApiPlace = { api, tokenFile, pid: process.pid };
  try {
    replacePrivateFile(tokenFile, `${token}\n`, { flush: false });
    replacePrivateFile(join(datadir, PLACE_FILE), `${JSON.stringify(place)}\n`, { flush: false });
  } catch (error) {
    const reason = messageOf(error);
    throw new KithError('datadir-unusable', reason, { cause: error, data: { path: datadir, reason } });
  }
  return place;
}

export function withdrawApi(datadir: string): void {
  rmSync(join(datadir, PLACE_FILE), { force: true });
  rmSync(join(datadir, TOKEN_FILE), { force: true });
}

/** The API of the node that runs on this data directory. Null when no node has published one. */
export function findApi(datadir: string): ApiPlace | null {
  try {
    const place = JSON.parse(
      readRegularFileSync(join(datadir, PLACE_FILE), 65_536).toString('utf8'),
    ) as Partial<ApiPlace>;
    const { api, pid } = place;
    // The token is read from beside this file, because the directory may have been moved since the file was written.
    return typeof api === 'string' && typeof pid === 'number'
      ? { api, pid, tokenFile: join(datadir, TOKEN_FILE) }
      : null;
  } catch {
    return null;
  }
}
