import type { FoundAccount } from '../../shared/contract/setups.ts';
import type { Role } from '../../shared/contract/vocabulary.ts';
import { toHex } from '../core/codec/hex.ts';
import { encodeAddress } from '../core/primitives/address.ts';
import { LOCK_KEY } from '../core/primitives/coin.ts';
import { KEY_BYTES } from '../core/primitives/limits.ts';
import { wipeSecret, type WalletSecret } from './secrets/file-secret.ts';
import { CHAIN, CHAINS } from './keys/key-path.ts';
import { GAP_LIMIT } from './ledger/key-use.ts';
import { deriveSecrets, type KeyDeps, type KeySecrets } from './secrets/key-secrets.ts';
import type { WalletChain, WalletNetwork } from './ledger/ports.ts';
import type { RunningWallets } from './running-wallets.ts';
import { checkWalletName } from './files/wallet-names.ts';

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
   * Searches the coins of the chain for the accounts 0 to 20 of a recovery phrase, of each the gap limit of keys beyond the
   * last one with a coin. An account whose coins are all spent, or locked by a set-up, is found only if a wallet here has it.
   */
  findAccounts(request: WithPassword & { readonly name: string }): Promise<FoundAccount[]>;
}

export interface AccountsDeps extends KeyDeps {
  readonly network: WalletNetwork;
  readonly running: RunningWallets;
}

/** The last account that a search looks at. */
const LAST_ACCOUNT = 20;
/** Most keys of each chain of an account that a search looks at. */
const MAX_SEARCHED_KEYS = 20_000;

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
      wipeSecret(secret);
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
        const accounts: SearchedAccount[] = [];
        try {
          for (let account = 0; account <= LAST_ACCOUNT; account++)
            accounts.push(await searchedAccount(account, await deriveSecrets(secret, account, deps)));
          await searchCoins(components().chain, accounts);
        } finally {
          for (const { secrets } of accounts) secrets.wipe();
        }
        return accounts
          .map(({ account, coins, amount, firstKey }) => ({
            account,
            coins,
            amount,
            wallet: walletWith(running, firstKey),
          }))
          .filter(({ coins, wallet }) => coins > 0 || wallet !== null);
      }),
  };
}

interface SearchedAccount {
  readonly account: number;
  readonly secrets: KeySecrets;
  /** The index of each searched key of each chain, by the key in hex. */
  readonly keys: readonly [Map<string, number>, Map<string, number>];
  /** The highest key of each chain that has a coin; -1 for none. */
  readonly highest: [number, number];
  readonly firstKey: string;
  coins: number;
  amount: number;
}

/** Owns the secrets only once it has resolved. */
async function searchedAccount(account: number, secrets: KeySecrets): Promise<SearchedAccount> {
  const first = await secrets.publicKeys(CHAIN.receive, 0, 1).catch((error: unknown) => {
    secrets.wipe();
    throw error;
  });
  const firstKey = toHex(first);
  const keys = [new Map<string, number>(), new Map<string, number>()] as const;
  return { account, secrets, keys, highest: [-1, -1], firstKey, coins: 0, amount: 0 };
}

/** Reads the coins of the chain until no account needs more keys. Deriving the first ones takes some seconds. */
async function searchCoins(
  chain: Pick<WalletChain, 'scanCoins'>,
  accounts: readonly SearchedAccount[],
): Promise<void> {
  while (await extendSearch(accounts)) {
    const owners = new Map<string, SearchedAccount>();
    for (const each of accounts) {
      for (const keys of each.keys) for (const key of keys.keys()) owners.set(key, each);
      each.coins = 0;
      each.amount = 0;
    }
    await chain.scanCoins(({ lockType, lock, amount }) => {
      const key = lockType === LOCK_KEY ? toHex(lock) : '';
      const owner = owners.get(key);
      if (owner === undefined) return;
      owner.coins++;
      owner.amount += amount;
      for (const of of CHAINS) owner.highest[of] = Math.max(owner.highest[of], owner.keys[of].get(key) ?? -1);
    });
  }
}

/**
 * Derives keys until the gap limit follows the highest one with a coin. At least as many again as are known, so that the coins
 * are read a few times only. True when it derived any.
 */
async function extendSearch(accounts: readonly SearchedAccount[]): Promise<boolean> {
  let extended = false;
  for (const { secrets, keys, highest } of accounts) {
    for (const chain of CHAINS) {
      const known = keys[chain].size;
      if (known >= Math.min(highest[chain] + 1 + GAP_LIMIT, MAX_SEARCHED_KEYS)) continue;
      const more = await secrets.publicKeys(chain, known, Math.max(known, GAP_LIMIT));
      for (let at = 0; at < more.length; at += KEY_BYTES)
        keys[chain].set(toHex(more.subarray(at, at + KEY_BYTES)), known + at / KEY_BYTES);
      extended = true;
    }
  }
  return extended;
}

function walletWith(running: RunningWallets, firstKey: string): string | null {
  for (const { name, keyring } of running.components().list.values())
    if (toHex(keyring.key({ chain: CHAIN.receive, index: 0 })) === firstKey) return name;
  return null;
}
