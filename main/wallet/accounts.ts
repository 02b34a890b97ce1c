import type { FoundAccount } from '../../shared/contract/wallet.ts';
import type { Role } from '../../shared/contract/vocabulary.ts';
import { toHex } from '../core/codec/hex.ts';
import { encodeAddress } from '../core/primitives/address.ts';
import { LOCK_KEY } from '../core/primitives/coin.ts';
import { KEY_BYTES } from '../core/primitives/limits.ts';
import { wipe } from '../workers/vault.ts';
import type { WalletSecret } from './file-secret.ts';
import { CHAIN, CHAINS } from './key-path.ts';
import { deriveSecrets, type KeyDeps } from './key-secrets.ts';
import type { WalletNetwork } from './ports.ts';
import type { RunningWallets } from './running-wallets.ts';
import { checkWalletName } from './wallet-names.ts';

interface WithPassword {
  readonly password: string;
  readonly by?: Role;
}

/** Further accounts of a recovery phrase. Each is a wallet of its own, with keys that no other account has. */
export interface Accounts {
  /**
   * Creates a wallet of the next account that no wallet here has, or of a given one, with the same password.
   * @throws {KithError} those of Access and of a new wallet
   */
  createAccount(
    request: WithPassword & {
      readonly from: string;
      readonly name: string;
      readonly account?: number | undefined;
    },
  ): Promise<{ readonly account: number; readonly firstAddress: string }>;
  /**
   * Searches the coins of the chain for the accounts 0 to 20 of a recovery phrase. An account without coins is found only if a
   * wallet here has it.
   */
  findAccounts(request: WithPassword & { readonly name: string }): Promise<FoundAccount[]>;
}

export interface AccountsDeps extends KeyDeps {
  readonly network: WalletNetwork;
  readonly running: RunningWallets;
}

/** The last account that a search looks at, and how many keys of each chain. */
const LAST_ACCOUNT = 20;
const SEARCHED_KEYS = 20;

export function createAccounts(deps: AccountsDeps): Accounts {
  const { network, running } = deps;
  const { components, get, begin } = running;

  const withSecret = async <T>(
    { name, password, by = 'terminal' }: WithPassword & { readonly name: string },
    work: (secret: WalletSecret) => Promise<T>,
  ): Promise<T> => {
    const secret = await components().access.secret(get(name), password, by);
    try {
      return await work(secret);
    } finally {
      wipe(secret.entropy);
    }
  };

  return {
    createAccount: ({ from, name, account, ...access }) =>
      withSecret({ name: from, ...access }, async (secret) => {
        const { factory, sessions } = components();
        const request = { name: checkWalletName(name), password: access.password, secret, account };
        const { wallet, secrets } = await factory.account({ ...request, like: get(from).file });
        sessions.hold(wallet.id, secrets);
        begin(wallet);
        const first = wallet.keyring.lock({ chain: CHAIN.receive, index: 0 });
        return { account: wallet.file.identity.account, firstAddress: encodeAddress(network.hrp, first) };
      }),
    findAccounts: (request) =>
      withSecret(request, async (secret) => {
        const owners = await keysOfAccounts(secret, deps);
        const found = Array.from({ length: LAST_ACCOUNT + 1 }, () => ({ coins: 0, amount: 0 }));
        await components().chain.scanCoins(({ lockType, lock, amount }) => {
          const owner = lockType === LOCK_KEY ? owners.byKey.get(toHex(lock)) : undefined;
          if (owner === undefined) return;
          found[owner]!.coins++;
          found[owner]!.amount += amount;
        });
        return found
          .map((sums, account) => ({
            account,
            ...sums,
            wallet: walletWith(running, owners.firsts[account]!),
          }))
          .filter(({ coins, wallet }) => coins > 0 || wallet !== null);
      }),
  };
}

/** The account of each searched key, by the key in hex, and the first key of each account. About a second. */
async function keysOfAccounts(secret: WalletSecret, deps: KeyDeps) {
  const byKey = new Map<string, number>();
  const firsts: string[] = [];
  for (let account = 0; account <= LAST_ACCOUNT; account++) {
    const secrets = await deriveSecrets(secret, account, deps);
    for (const chain of CHAINS) {
      const keys = await secrets.publicKeys(chain, 0, SEARCHED_KEYS);
      for (let at = 0; at < keys.length; at += KEY_BYTES)
        byKey.set(toHex(keys.subarray(at, at + KEY_BYTES)), account);
      if (chain === CHAIN.receive) firsts.push(toHex(keys.subarray(0, KEY_BYTES)));
    }
    secrets.wipe();
  }
  return { byKey, firsts };
}

function walletWith(running: RunningWallets, firstKey: string): string | null {
  for (const { name, keyring } of running.components().list.values())
    if (toHex(keyring.key({ chain: CHAIN.receive, index: 0 })) === firstKey) return name;
  return null;
}
