import type { AddressPage, AddressQuery, OwnAddressEntry } from '../../../shared/contract/wallet-lists.ts';
import { decodeAddress, isAddressProblem } from '../../core/primitives/address.ts';
import { allCoins, type Funds, sortCoins } from '../ledger/balance.ts';
import { keyLabels } from './key-labels.ts';
import { CHAIN, type Chain, type KeyPath } from '../keys/key-path.ts';
import { paidKeys } from '../ledger/key-receipts.ts';
import type { OpenWallet } from '../open/open-wallet.ts';
import type { Breathe } from '../../lib/turns.ts';
import { orderedPage } from './ordered-page.ts';
import type { AddressOf, KeySet } from './own-addresses.ts';
import { paymentStates } from '../ledger/payment-state.ts';

export interface AddressListContext {
  readonly wallet: OpenWallet;
  readonly hrp: string;
  readonly maturity: number;
  readonly addressOf: AddressOf;
  /** The keys whose addresses contain the search. */
  readonly hasAddress: KeySet;
  readonly breathe: Breathe;
}

/** An address in the list, before its text is written. */
interface Listed {
  readonly keyPath: KeyPath;
  readonly payments: number;
  readonly received: number;
  readonly balance: number;
}

/**
 * A page of the issued addresses of one chain, and the number of all that match. Cost: linear in the number of
 * addresses, but for sorting.
 */
export async function listAddresses(
  context: AddressListContext,
  query: Omit<AddressQuery, 'name'>,
): Promise<AddressPage> {
  const { wallet } = context;
  const found = await findAddresses(context, query);
  await context.breathe();
  const page = orderedPage(found, VALUES[query.sort], query);
  return {
    addresses: page.map((listed) => entryOf(context, listed)),
    count: found.length,
    balance: found.reduce((sum, { balance }) => sum + balance, 0),
    gap: wallet.ledger.gap,
  };
}

/** Number of addresses between two looks at the time. */
const ADDRESSES_PER_LOOK = 2_000;

/** The last result of each wallet, for the next page. */
const cache = new WeakMap<Funds, { readonly basis: readonly unknown[]; readonly found: readonly Listed[] }>();

async function findAddresses(
  context: AddressListContext,
  query: Omit<AddressQuery, 'name'>,
): Promise<readonly Listed[]> {
  const { wallet, maturity } = context;
  const funds = sortCoins(wallet, maturity);
  const search = (query.search ?? '').trim().toLowerCase();
  const { chain, state } = query;
  const basis = [wallet.file, wallet.ledger.receipts.revision, search, chain, state];
  const last = cache.get(funds);
  if (last?.basis.every((value, i) => value === basis[i])) return last.found;

  const matches = createSearch(context, search);
  const addresses = readAddresses(wallet, funds, CHAIN[chain]);
  await context.breathe();
  const found: Listed[] = [];
  for (let index = 0; index < addresses.count; index++) {
    const listed = addresses.at(index);
    if ((state === undefined || stateOf(listed) === state) && matches(listed.keyPath)) found.push(listed);
    if (index % ADDRESSES_PER_LOOK === ADDRESSES_PER_LOOK - 1) await context.breathe();
  }
  cache.set(funds, { basis, found });
  return found;
}

const VALUES: Readonly<Record<AddressQuery['sort'], (listed: Listed) => number>> = {
  index: ({ keyPath }) => keyPath.index,
  received: ({ received }) => received,
  balance: ({ balance }) => balance,
};

const stateOf = ({ payments }: Listed) => (payments > 0 ? 'used' : 'unused');

/** The addresses of a chain that were issued or paid, by index. */
function readAddresses(wallet: OpenWallet, funds: Funds, chain: Chain) {
  const { ledger, file } = wallet;
  const highest = ledger.highestUsed[chain] + 1;
  const count = chain === CHAIN.receive ? Math.max(file.issued, highest) : highest;
  const balances = new Float64Array(count);
  for (const { coin } of allCoins(funds))
    if (coin.keyPath.chain === chain && coin.keyPath.index < count)
      balances[coin.keyPath.index]! += coin.amount;
  const pending = pendingReceipts(wallet, chain);
  const at = (index: number): Listed => {
    const keyPath = { chain, index };
    const mined = ledger.receipts.of(keyPath);
    const live = pending.get(index);
    return {
      keyPath,
      payments: mined.payments + (live?.payments ?? 0),
      received: mined.received + (live?.received ?? 0),
      balance: balances[index]!,
    };
  };
  return { count, at };
}

/** What live transactions pay to the keys of a chain, by index. */
function pendingReceipts({ ledger }: OpenWallet, chain: Chain) {
  const states = paymentStates(ledger);
  const byIndex = new Map<number, { payments: number; received: number }>();
  for (const [txid, record] of ledger.unconfirmed) {
    if (states.get(txid) !== 'live') continue;
    for (const { keyPath, amount } of paidKeys(record)) {
      if (keyPath.chain !== chain) continue;
      const known = byIndex.get(keyPath.index) ?? { payments: 0, received: 0 };
      byIndex.set(keyPath.index, { payments: known.payments + 1, received: known.received + amount });
    }
  }
  return byIndex;
}

/** Whether a key matches a search in lower case. A complete address needs no address as text. */
function createSearch(
  { wallet, hrp, hasAddress }: AddressListContext,
  search: string,
): (keyPath: KeyPath) => boolean {
  if (search === '') return () => true;
  const lock = decodeAddress(hrp, search);
  const own = isAddressProblem(lock) ? undefined : wallet.keyring.find(lock);
  if (own !== undefined) return ({ chain, index }) => chain === own.chain && index === own.index;
  const labelled = keyLabels(wallet.file.labels, hrp, wallet.keyring);
  return (keyPath) => (labelled.of(keyPath)?.toLowerCase().includes(search) ?? false) || hasAddress(keyPath);
}

function entryOf({ wallet, hrp, addressOf }: AddressListContext, listed: Listed): OwnAddressEntry {
  const { keyPath, payments, received, balance } = listed;
  return {
    address: addressOf(keyPath),
    index: keyPath.index,
    state: stateOf(listed),
    payments,
    received,
    balance,
    label: keyLabels(wallet.file.labels, hrp, wallet.keyring).of(keyPath) ?? '',
  };
}
