import { walletName } from '../../../../shared/contract/fields.ts';
import { KithError } from '../../../lib/errors.ts';

/** What every file of a wallet ends with; the name in front is the wallet's. */
export const SUFFIX = '.kithwallet';

// Device names that Windows opens instead of a file, with any ending.
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
const MAX_NAME_BYTES = 200;

/**
 * A name as it stands in the file system: NFC, no path tricks on any platform.
 * @throws {KithError} `wallet-name-invalid`
 */
export function checkWalletName(name: string): string {
  const normal = name.normalize('NFC');
  const fits = Buffer.byteLength(normal) <= MAX_NAME_BYTES && !normal.endsWith('.') && !RESERVED.test(normal);
  if (!fits || !walletName.safeParse(normal).success)
    throw new KithError('wallet-name-invalid', 'not a wallet name');
  return normal;
}

/** Two names that some file system takes for one have the same key. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
