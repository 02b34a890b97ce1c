import type {
  AddressOwner,
  AddressPage,
  AddressQuery,
  CoinPage,
  CoinQuery,
} from '../../shared/contract/wallet-lists.ts';
import { outpointKeyOf } from '../core/primitives/outpoint.ts';
import { decodeAddress, isAddressProblem } from '../core/primitives/address.ts';
import type { Clock } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import { createBreathe } from '../lib/turns.ts';
import { type BalanceOverTime, readBalanceOverTime } from './lists/balance-over-time.ts';
import { listAddresses } from './lists/address-list.ts';
import { allCoins, sortCoins } from './ledger/balance.ts';
import { CHAIN } from './keys/key-path.ts';
import { keyLabels } from './lists/key-labels.ts';
import { listCoins } from './lists/coin-list.ts';
import { createOwnAddresses, type KeySet } from './lists/own-addresses.ts';
import type { OpenWallet } from './open/open-wallet.ts';
import type { WalletChain, WalletNetwork } from './ledger/ports.ts';
import type { RunningWallets } from './running-wallets.ts';

const DAY_SECONDS = 86_400;
/** How long a list may take before other work gets its turn. */
const MOST_MS = 10;

export interface NamedCoins {
  readonly name: string;
  readonly coins: readonly { readonly txid: string; readonly index: number }[];
}

/** The lists of the coins and the addresses of a wallet. */
export interface WalletLists {
  /** A page of the coins that no live payment spends. */
  coins(query: CoinQuery): Promise<CoinPage>;
  /** The coins in blocks over the last days. */
  balanceOverTime(name: string, days: number): Promise<BalanceOverTime>;
  /** A page of the addresses that were issued or paid. */
  addresses(query: AddressQuery): Promise<AddressPage>;
  /** The wallets that these addresses are of, locked ones too; a map lookup for each. */
  owners(addresses: readonly string[]): AddressOwner[];
  /**
   * Freezes coins or unfreezes them.
   * @throws {KithError} `wallet-coin-unknown`, `wallet-frozen-full`
   */
  freeze(coins: NamedCoins, isFrozen: boolean): Promise<void>;
}

export interface WalletListsDeps {
  readonly network: WalletNetwork;
  readonly chain: Pick<WalletChain, 'atHeight'>;
  readonly clock: Pick<Clock, 'soon' | 'now' | 'monotonic'>;
  readonly running: RunningWallets;
}

export function createWalletLists({ network, chain, clock, running }: WalletListsDeps): WalletLists {
  const { components, get, ask, change } = running;
  const { hrp, params } = network;
  const addresses = createOwnAddresses(hrp, clock);
  const breathe = createBreathe(clock, MOST_MS);
  const timeOf = (height: number) => chain.atHeight(height)?.time ?? null;

  const contextOf = (wallet: OpenWallet) => ({
    wallet,
    hrp,
    maturity: params.maturity,
    addressOf: addresses.of(wallet),
    breathe,
  });
  /** Keys whose addresses a search finds. A list that is seen may be searched next, so it is prepared then. */
  const addressesWith = async (name: string, search = ''): Promise<KeySet> => {
    const wallet = get(name);
    const text = search.trim().toLowerCase();
    if (/^[0-9a-z]+$/.test(text)) return addresses.find(wallet, text);
    void addresses.prepare(wallet);
    return () => false;
  };

  return {
    async coins({ name, ...query }) {
      const hasAddress = await addressesWith(name, query.search);
      return ask(name, (wallet) => listCoins({ ...contextOf(wallet), hasAddress, timeOf }, query));
    },
    balanceOverTime: (name, days) =>
      ask(name, ({ ledger, id }) => {
        const to = clock.now();
        const range = { from: to - days * DAY_SECONDS, to, futureLimit: params.futureLimit };
        return readBalanceOverTime(ledger, components().data, id, range);
      }),
    async addresses({ name, ...query }) {
      const hasAddress = await addressesWith(name, query.search);
      return ask(name, (wallet) => listAddresses({ ...contextOf(wallet), hasAddress }, query));
    },
    owners: (texts) => ownersOf(texts, [...(running.opened?.list.values() ?? [])], hrp),
    freeze: ({ name, coins }, isFrozen) =>
      change(name, async (wallet) => {
        const keys = coins.map(({ txid, index }) => outpointKeyOf(txid, index));
        const known = new Set(allCoins(sortCoins(wallet, params.maturity)).map(({ key }) => key));
        const unknown = keys.find((key) => !known.has(key));
        // A frozen coin may be spent already by a payment that was made before.
        if (isFrozen && unknown !== undefined)
          throw new KithError('wallet-coin-unknown', undefined, { data: { coin: unknown } });
        await wallet.setFrozen(keys, isFrozen);
      }),
  };
}

/** An address may be given in capitals; the answer has it as the node writes it. */
function ownersOf(texts: readonly string[], wallets: readonly OpenWallet[], hrp: string): AddressOwner[] {
  return [...new Set(texts.map((text) => text.toLowerCase()))].flatMap((address) => {
    const lock = decodeAddress(hrp, address);
    if (isAddressProblem(lock)) return [];
    return wallets.flatMap(({ name, keyring, file }) => {
      const keyPath = keyring.find(lock);
      if (keyPath === undefined) return [];
      const chain = keyPath.chain === CHAIN.change ? ('change' as const) : ('receive' as const);
      return [
        { address, wallet: name, chain, label: keyLabels(file.labels, hrp, keyring).of(keyPath) ?? '' },
      ];
    });
  });
}
