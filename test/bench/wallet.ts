import { rm } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Bench, Figures } from './bench.ts';
import { HRP, type LargeWallet, openLargeWallet, type WalletSize } from './support/large-wallet.ts';
import { quantile } from './support/timing.ts';
import { encodeAddress } from '../../main/core/primitives/address.ts';
import { testKey } from '../support/chain/test-chain.ts';

const SIZES: readonly WalletSize[] = [
  { rows: 100, coins: 100, addresses: 100, labels: 50 },
  { rows: 10_000, coins: 10_000, addresses: 10_000, labels: 1_000 },
  { rows: 100_000, coins: 50_000, addresses: 10_000, labels: 1_000 },
];
const name = 'bench';
const PAGE = { skip: 0, limit: 50 } as const;
const COINS = { name, sort: 'amount', order: 'descending', ...PAGE } as const;
const ADDRESSES = { name, chain: 'receive', sort: 'received', order: 'descending', ...PAGE } as const;
const STRANGER = encodeAddress(HRP, testKey(9).lock);

/** What is asked of the wallet, once after each block. */
function questions({ wallets, address }: LargeWallet, { rows, addresses }: WalletSize) {
  let turn = 0;
  const some = () => address(++turn % addresses);
  const pay = (motes: number) => ({ name, to: [{ address: STRANGER, amount: motes }], feerate: 20 });
  return {
    balance: () => wallets.balance(name),
    history: () => wallets.history({ name, limit: 50 }),
    history_deep: async () => {
      const after = (deep ??= (await wallets.history({ name, limit: 1000 })).at(-1)?.txid);
      return wallets.history({ name, limit: 50, after });
    },
    coins: () => wallets.coins(COINS),
    coins_page: () => wallets.coins({ ...COINS, skip: Math.floor(rows / 4) }),
    coins_filter: () => wallets.coins({ ...COINS, state: 'available', sort: 'time' }),
    coins_search: () => wallets.coins({ ...COINS, search: some().slice(-8) }),
    coins_search_label: () => wallets.coins({ ...COINS, search: `customer ${turn++ % 50}` }),
    addresses: () => wallets.addresses(ADDRESSES),
    addresses_search: () => wallets.addresses({ ...ADDRESSES, search: some().slice(-8) }),
    addresses_change: () => wallets.addresses({ ...ADDRESSES, chain: 'change', sort: 'balance' }),
    quote: () => wallets.quote(pay(50_000_000 + turn++)),
    prepare: () => wallets.prepare(pay(50_000_000 + turn++)),
    combine: () => wallets.prepareConsolidation({ name }),
  } satisfies Record<string, () => Promise<unknown>>;
}
let deep: string | undefined;

/** Asks again and again, each time after a new block, and measures the answers and the pauses of the event loop. */
async function measure(wallet: LargeWallet, ask: () => Promise<unknown>, seconds: number) {
  const times: number[] = [];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await ask();
  delay.enable();
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end || times.length < 5) {
    wallet.block();
    const start = performance.now();
    await ask();
    times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  delay.disable();
  return { p99: quantile(times, 0.99), block: delay.max / 1e6 };
}

/** How long the wallet takes to answer while blocks arrive, as it grows. */
export const bench: Bench = {
  name: 'wallet',
  description: 'lists, searches and payments of a wallet with up to 100 000 payments and 50 000 coins',
  async run({ seconds, say }) {
    const figures: Record<string, number> = {};
    for (const size of SIZES) {
      const label = `${size.rows}`;
      say(`a wallet of ${size.rows} payments and ${size.coins} coins …`);
      deep = undefined;
      const wallet = await openLargeWallet(size);
      try {
        const first = performance.now();
        await wallet.wallets.addresses(ADDRESSES);
        figures[`first_addresses_ms_${label}`] = performance.now() - first;
        for (const [asked, ask] of Object.entries(questions(wallet, size))) {
          const { p99, block } = await measure(wallet, ask, seconds / 3);
          figures[`${asked}_ms_p99_${label}`] = p99;
          figures[`${asked}_block_ms_${label}`] = block;
        }
      } finally {
        await wallet.wallets.stop();
        await rm(wallet.directory, { recursive: true, force: true });
      }
    }
    return figures satisfies Figures;
  },
};
