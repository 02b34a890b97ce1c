import { expect, test } from 'vitest';
import { createKeyring } from '../../../../main/wallet/ledger/keyring.ts';
import { createOwnAddresses } from '../../../../main/wallet/lists/own-addresses.ts';
import type { OpenWallet } from '../../../../main/wallet/open/open-wallet.ts';
import { createRandom } from '../../../support/random.ts';

test('keys that are derived while addresses are searched are found too', async () => {
  const keys = Buffer.from(createRandom(9).bytes(1_200 * 32));
  const keyringOf = (count: number) =>
    createKeyring(keys.subarray(0, count * 32), keys.subarray(0, 32), null);
  const wallet = { keyring: keyringOf(1_000) } as OpenWallet;
  let turns = 0;
  const soon = () => {
    // The first 500 addresses are encoded now.
    if (turns++ === 0) Object.assign(wallet, { keyring: keyringOf(1_200) });
    return Promise.resolve();
  };
  const addresses = createOwnAddresses('kith', { soon });
  const last = createOwnAddresses('kith', { soon: () => Promise.resolve() }).of({
    keyring: keyringOf(1_200),
  } as OpenWallet)({ chain: 0, index: 1_199 });
  const found = await addresses.find(wallet, last.slice(-12));
  expect(found({ chain: 0, index: 1_199 })).toBe(true);
  expect(found({ chain: 0, index: 0 })).toBe(false);
});
