import type { InspectedKeys, ExportedKeys } from '../../shared/contract/payment-files.ts';
import { equalBytes } from '../core/codec/bytes.ts';
import { encodeAddress } from '../core/primitives/address.ts';
import { type Lock, LOCK_KEY } from '../core/primitives/coin.ts';
import { KEY_BYTES } from '../core/primitives/limits.ts';
import type { Clock } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import { CHAIN, CHAINS } from './keys/key-path.ts';
import type { OpenWallet } from './open/open-wallet.ts';
import type { WalletNetwork } from './ledger/ports.ts';
import {
  decodePublicKeys,
  encodePublicKeys,
  fingerprintOf,
  isPublicKeysProblem,
  type KeyLists,
  MAX_LISTED_KEYS,
  type PublicKeysFile,
} from './files/public-keys-file.ts';
import { readAddress } from './payments/receivers.ts';
import type { RunningWallets } from './running-wallets.ts';
import { readMissed, type WalletLockingDeps } from './wallet-locking.ts';
import { checkWalletName } from './files/wallet-names.ts';

/** A watch-only wallet to create: of exported public keys, or of addresses. */
export type WatchOnlyRequest =
  | { readonly name: string; readonly keys: Uint8Array }
  | { readonly name: string; readonly addresses: readonly string[] };

/** Export of public keys, and wallets that have nothing else. */
export interface WatchOnly {
  /**
   * The public keys that the wallet knows, as a file. Asks for nothing secret. While the wallet is unlocked, it first derives
   * keys until `ahead` are unused on each chain; a locked wallet cannot.
   * @throws {KithError} `keys-file-none` for a list of addresses
   */
  exportKeys(
    name: string,
    ahead?: number,
  ): Promise<Omit<ExportedKeys, 'keys'> & { readonly keys: Uint8Array }>;
  /** @throws {KithError} `keys-file-malformed`, `keys-file-newer`, `keys-file-network` */
  inspectKeys(keys: Uint8Array): InspectedKeys;
  /** @throws {KithError} as `inspectKeys`, `wallet-keys-known`, `address-…`, and those of a new wallet */
  createWatchOnly(request: WatchOnlyRequest): Promise<{ readonly firstAddress: string }>;
  /**
   * Gives a watch-only wallet a longer list of its public keys. It reads the chain again where it may have missed payments.
   * @throws {KithError} as `inspectKeys`, `keys-file-other`, `keys-file-not-watch`
   */
  addKeys(name: string, keys: Uint8Array): Promise<{ readonly receive: number; readonly change: number }>;
}

export interface WatchOnlyDeps {
  readonly network: WalletNetwork;
  readonly running: RunningWallets;
  readonly chain: WalletLockingDeps['chain'];
  readonly clock: Pick<Clock, 'now'>;
}

/** Unused keys of each chain in an export, unless the user wants another number. */
const KEYS_AHEAD = 1000;

export function createWatchOnly(deps: WatchOnlyDeps): WatchOnly {
  const { network, running } = deps;
  const { components, begin, change } = running;
  const read = (bytes: Uint8Array): PublicKeysFile => {
    const file = decodePublicKeys(bytes);
    if (isPublicKeysProblem(file)) throw new KithError(file);
    if (!equalBytes(file.network, network.id)) throw new KithError('keys-file-network');
    return file;
  };

  return {
    exportKeys: (name, ahead = KEYS_AHEAD) =>
      change(name, async (wallet) => {
        if (wallet.keyring.count(CHAIN.change) === 0) throw new KithError('keys-file-none');
        const secrets = components().sessions.derivationSecrets(wallet.id);
        if (secrets !== null) await wallet.extendKeys(secrets, ahead);
        return exportOf(network, wallet);
      }),
    inspectKeys(bytes) {
      const file = read(bytes);
      const first = firstLock(file);
      return {
        name: file.name,
        account: file.account,
        fingerprint: fingerprintOf(file),
        receive: file.receive.length / KEY_BYTES,
        change: file.change.length / KEY_BYTES,
        firstAddress: encodeAddress(network.hrp, first),
        wallet: components().list.byLock(first)?.name ?? null,
      };
    },
    async createWatchOnly(request) {
      const name = checkWalletName(request.name);
      const lists = 'keys' in request ? read(request.keys) : ofAddresses(deps, request.addresses);
      begin(await components().factory.watch({ ...lists, name }));
      return { firstAddress: encodeAddress(network.hrp, firstLock(lists)) };
    },
    async addKeys(name, bytes) {
      const { receive, change: changeKeys } = read(bytes);
      const counts = await change(name, async (wallet) => {
        if (wallet.kind !== 'watch-only' || wallet.keyring.count(CHAIN.change) === 0)
          throw new KithError('keys-file-not-watch', undefined, { data: { name } });
        if (await wallet.addKeys({ receive, change: changeKeys })) await readMissed(deps, wallet);
        return countsOf(wallet);
      });
      components().follower.wake();
      return counts;
    },
  };
}

function exportOf(network: WalletNetwork, wallet: OpenWallet) {
  const { ledger } = wallet;
  const file = publicKeysOf(network, wallet);
  const ahead = CHAINS.map((chain) => {
    const keys = chain === CHAIN.receive ? file.receive : file.change;
    return Math.max(0, keys.length / KEY_BYTES - 1 - ledger.highestUsed[chain]);
  });
  return {
    keys: encodePublicKeys(file),
    fingerprint: fingerprintOf(file),
    receive: file.receive.length / KEY_BYTES,
    change: file.change.length / KEY_BYTES,
    ahead: Math.min(...ahead),
  };
}

/** The own public keys that a wallet knows, at most {@link MAX_LISTED_KEYS} of each chain. */
export function publicKeysOf(network: WalletNetwork, { name, keyring, file }: OpenWallet): PublicKeysFile {
  const { account, birthday, createdAt } = file.identity;
  const lists = { receive: first(keyring.receive), change: first(keyring.change) };
  return { network: network.id, account, birthday, createdAt, name, ...lists };
}

const first = (keys: Uint8Array): Uint8Array => keys.subarray(0, MAX_LISTED_KEYS * KEY_BYTES);

const firstLock = ({ receive }: KeyLists): Lock => ({
  lockType: LOCK_KEY,
  lock: receive.subarray(0, KEY_BYTES),
});

const countsOf = ({ keyring }: OpenWallet) => ({
  receive: keyring.count(CHAIN.receive),
  change: keyring.count(CHAIN.change),
});

/** The keys of addresses, each once. Nothing is known about when they were first used. */
function ofAddresses({ network, clock }: WatchOnlyDeps, addresses: readonly string[]) {
  const locks = new Map(
    addresses.map((address) => {
      const { lock } = readAddress(network.hrp, address);
      return [encodeAddress(network.hrp, { lockType: LOCK_KEY, lock }), lock] as const;
    }),
  );
  const receive = Buffer.concat([...locks.values()]);
  return { receive, change: new Uint8Array(0), account: 0, birthday: 0, createdAt: clock.now() };
}
