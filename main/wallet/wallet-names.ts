import { cleanName, isName } from '../../shared/labels.ts';
import { KithError } from '../lib/errors.ts';

export { nameKey } from '../../shared/labels.ts';

/** Ending of every wallet file; the wallet's name precedes it. */
export const SUFFIX = '.kithwallet';

// Device names that Windows opens instead of a file, whatever the ending.
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
const MAX_NAME_BYTES = 200;

/**
 * The name of a wallet as used in file names: NFC, and no path on any platform.
 * @throws {KithError} `wallet-name-invalid`
 */
export function checkWalletName(name: string): string {
  const normal = cleanName(name);
  const fits = Buffer.byteLength(normal) <= MAX_NAME_BYTES && !normal.endsWith('.') && !RESERVED.test(normal);
  if (!fits || !isName(normal)) throw new KithError('wallet-name-invalid', 'not a wallet name');
  return normal;
}
