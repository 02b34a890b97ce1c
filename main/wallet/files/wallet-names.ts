import { cleanName, isName } from '../../../shared/labels.ts';
import { KithError } from '../../lib/errors.ts';

export { nameKey } from '../../../shared/labels.ts';

/** Ending of every wallet file, after the name of the wallet. */
export const WALLET_SUFFIX = '.kithwallet';

// Names of devices. Windows opens the device instead of a file, whatever the ending.
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
const MAX_NAME_BYTES = 200;

/**
 * Checks the name of a wallet and returns it in NFC. A name is part of file names, so it must not be a path on any
 * platform.
 * @throws {KithError} `wallet-name-invalid`
 */
export function checkWalletName(name: string): string {
  const normal = cleanName(name);
  const fits = Buffer.byteLength(normal) <= MAX_NAME_BYTES && !normal.endsWith('.') && !RESERVED.test(normal);
  if (!fits || !isName(normal)) throw new KithError('wallet-name-invalid', 'not a wallet name');
  return normal;
}
