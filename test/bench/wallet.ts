import { encodeAddress } from '../../main/core/primitives/address.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { testKey } from '../support/chain/test-chain.ts';
import type { NodeProcess } from '../support/nodes/node-process.ts';
import type { Bench } from './bench.ts';
import { BENCH_NETWORK } from './support/bench-network.ts';
import type { WalletSize } from './support/large-wallet.ts';
import { readProcess } from './support/process-figures.ts';
import { quantile } from './support/timing.ts';
import { type Furnished, LARGE, openWalletWorld, type WalletWorld } from './support/wallet-world.ts';

const SIZES: readonly WalletSize[] = [
  { rows: 100, coins: 100, addresses: 100, labels: 50 },
  { rows: 10_000, coins: 10_000, addresses: 10_000, labels: 1_000 },
  { rows: 100_000, coins: 50_000, addresses: 10_000, labels: 1_000 },
];
const WALLETS = 20;
const CONTACTS = 1_000;
/** So many answers of each kind give a 99th percentile, but never more than so many syncs. */
const ENOUGH = 100;
const MOST_SYNCS = 4;
const QUIET_TURNS = 30;
const name = LARGE;
const PAGE = { skip: 0, limit: 50 } as const;
const COINS = { name, sort: 'amount', order: 'descending', ...PAGE } as const;
const ADDRESSES = { name, chain: 'receive', sort: 'received', order: 'descending', ...PAGE } as const;
const STRANGER = encodeAddress(BENCH_NETWORK.hrp, testKey(9).lock);

type Questions = Readonly<Record<string, () => Promise<unknown>>>;

/** What the window asks, with the texts that people type. */
function questions(
  { wallet, contacts }: KithClient,
  { rows }: WalletSize,
  addresses: readonly string[],
): Questions {
  let turn = 0;
  let deep: string | undefined;
  const some = () => addresses[++turn % addresses.length]!;
  const pay = (motes: number) => ({ name, to: [{ address: STRANGER, amount: motes }], feerate: 20 });
  return {
    wallets: () => wallet.list({}),
    contacts: () => contacts.list({}),
    balance: () => wallet.balance({ name }),
    history: () => wallet.history({ name, limit: 50 }),
    history_deep: async () => {
      deep ??= (await wallet.history({ name, limit: 1000 })).at(-1)?.txid;
      return wallet.history({ name, limit: 50, after: deep });
    },
    coins: () => wallet.coins(COINS),
    coins_page: () => wallet.coins({ ...COINS, skip: Math.floor(rows / 4) }),
    coins_filter: () => wallet.coins({ ...COINS, state: 'available', sort: 'time' }),
    coins_search: () => wallet.coins({ ...COINS, search: some().slice(-8) }),
    coins_search_label: () => wallet.coins({ ...COINS, search: `customer ${turn++ % 50}` }),
    addresses: () => wallet.addresses(ADDRESSES),
    addresses_search: () => wallet.addresses({ ...ADDRESSES, search: some().slice(-8) }),
    addresses_change: () => wallet.addresses({ ...ADDRESSES, chain: 'change', sort: 'balance' }),
    quote: () => wallet.quote(pay(50_000_000 + turn++)),
    prepare: () => wallet.prepare(pay(50_000_000 + turn++)),
    combine: () => wallet.prepareConsolidation({ name }),
  };
}

/** How long answers took, and how long the node's thread worked without a pause meanwhile. Milliseconds. */
class Answers {
  readonly #times = new Map<string, number[]>();
  readonly #blocks = new Map<string, number>();
  readonly #first = new Map<string, number>();

  /** Asks everything once. The first answers after a start are kept apart. */
  async ask(
    node: NodeProcess,
    all: Questions,
    isFirst: boolean,
    goesOn = (): boolean => true,
  ): Promise<void> {
    for (const [asked, ask] of Object.entries(all)) {
      if (!goesOn()) return;
      await node.vitals({ collects: false });
      const start = performance.now();
      await ask();
      const took = performance.now() - start;
      const { lagMaxMs } = await node.vitals({ collects: false });
      this.#blocks.set(asked, Math.max(this.#blocks.get(asked) ?? 0, lagMaxMs));
      if (isFirst) this.#first.set(asked, Math.max(this.#first.get(asked) ?? 0, took));
      else this.#times.set(asked, [...(this.#times.get(asked) ?? []), took]);
    }
  }

  /** The number of answers of the kind with the fewest. */
  get fewest(): number {
    return this.#times.size === 0 ? 0 : Math.min(...[...this.#times.values()].map(({ length }) => length));
  }

  /** For people: question, median, 99th percentile, first answer after a start, longest pause. */
  table(): string {
    const rows = [...this.#times].map(([asked, times]) => {
      const values = [
        quantile(times, 0.5),
        quantile(times, 0.99),
        this.#first.get(asked)!,
        this.#blocks.get(asked)!,
      ];
      return [asked.padEnd(20), ...values.map((value) => value.toFixed(1).padStart(8))].join('');
    });
    return [`${''.padEnd(20)}     p50     p99   first   block   (ms, ${this.fewest} answers)`, ...rows].join(
      '\n',
    );
  }

  figures(phase: string, rows: number): Record<string, number> {
    const figures: Record<string, number> = {};
    for (const [asked, times] of this.#times) {
      figures[`${asked}_${phase}_ms_p50_${rows}`] = quantile(times, 0.5);
      figures[`${asked}_${phase}_ms_p99_${rows}`] = quantile(times, 0.99);
      figures[`${asked}_${phase}_ms_first_${rows}`] = this.#first.get(asked)!;
      figures[`${asked}_${phase}_block_ms_${rows}`] = this.#blocks.get(asked)!;
    }
    const worst = [...this.#times.values()].map((times) => quantile(times, 0.99));
    figures[`worst_${phase}_ms_p99_${rows}`] = Math.max(...worst);
    figures[`worst_${phase}_ms_first_${rows}`] = Math.max(...this.#first.values());
    figures[`worst_${phase}_block_ms_${rows}`] = Math.max(...this.#blocks.values());
    figures[`answers_${phase}_${rows}`] = this.fewest;
    return figures;
  }
}

async function askQuietly(furnished: Furnished, size: WalletSize): Promise<Answers> {
  const answers = new Answers();
  const node = await furnished.start();
  try {
    const all = questions(node.call, size, furnished.addresses);
    for (let turn = 0; turn <= QUIET_TURNS; turn++) await answers.ask(node, all, turn === 0);
  } finally {
    await node.stop();
  }
  return answers;
}

async function askWhileSyncing(world: WalletWorld, furnished: Furnished, size: WalletSize): Promise<Answers> {
  const answers = new Answers();
  for (let sync = 0; sync < MOST_SYNCS && answers.fewest < ENOUGH; sync++) {
    const node = await furnished.start();
    try {
      const all = questions(node.call, size, furnished.addresses);
      const start = (await node.call.chain.tip()).height;
      await node.call.peers.add({ address: world.serving.addresses[0]! });
      // Before the first block nothing competes with the answers.
      let height = start;
      while (height === start) height = (await node.call.chain.tip()).height;
      for (let turn = 0; height < world.height; turn++) {
        await answers.ask(node, all, turn === 0);
        height = (await node.call.chain.tip()).height;
      }
    } finally {
      await node.stop();
    }
  }
  return answers;
}

interface SyncFigures {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly blockMs: number;
}

/** A sync without questions, until the wallets have followed it. */
async function syncAlone(world: WalletWorld, furnished: Furnished, wallets: number): Promise<SyncFigures> {
  const node = await furnished.start();
  try {
    const before = readProcess(node.pid).cpuSeconds;
    await node.vitals({ collects: false });
    const start = performance.now();
    await node.call.peers.add({ address: world.serving.addresses[0]! });
    const isDone = async () => {
      if ((await node.call.chain.tip()).height < world.height) return false;
      const names =
        wallets === 0 ? [] : [LARGE, ...Array.from({ length: wallets - 1 }, (_, i) => `other-${i + 1}`)];
      for (const each of names)
        if ((await node.call.wallet.balance({ name: each })).asOfHeight < world.height) return false;
      return true;
    };
    while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 50));
    const seconds = (performance.now() - start) / 1000;
    const { lagMaxMs } = await node.vitals({ collects: false });
    return { seconds, cpuSeconds: readProcess(node.pid).cpuSeconds - before, blockMs: lagMaxMs };
  } finally {
    await node.stop();
  }
}

/** What wallets add to a sync: none, one and twenty. */
async function syncFigures(world: WalletWorld, say: (line: string) => void): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const wallets of [0, 1, WALLETS]) {
    say(`a sync with ${wallets} wallets …`);
    const furnished = await world.furnish({ wallets, contacts: 0, large: SIZES[1]! });
    const { seconds, cpuSeconds, blockMs } = await syncAlone(world, furnished, wallets);
    figures[`sync_s_${wallets}_wallets`] = seconds;
    figures[`sync_cpu_us_per_tx_${wallets}_wallets`] = (cpuSeconds * 1e6) / world.payments;
    figures[`sync_block_ms_${wallets}_wallets`] = blockMs;
    say(`${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of processor time, longest pause ${blockMs} ms`);
  }
  return figures;
}

/**
 * How long a node with 20 wallets and 1 000 contacts takes to answer over its API: at rest, and while it syncs signed blocks
 * from another node, of which each pays and spends coins of the largest wallet.
 */
export const bench: Bench = {
  name: 'wallet',
  description:
    'answers about 20 wallets, one with up to 100 000 payments and 50 000 coins, at rest and while the node syncs',
  async run({ say, args }) {
    const world = await openWalletWorld(say);
    const figures: Record<string, number> = {};
    // For finding out where the time goes: measured nodes write a processor profile into this folder.
    const profile = args.indexOf('--profile');
    if (profile >= 0) process.env['NODE_OPTIONS'] = `--cpu-prof --cpu-prof-dir=${args[profile + 1]}`;
    const at = args.indexOf('--rows');
    const sizes = at < 0 ? SIZES : SIZES.filter(({ rows }) => rows === Number(args[at + 1]));
    try {
      if (args.includes('--sync')) return await syncFigures(world, say);
      if (at < 0) Object.assign(figures, await syncFigures(world, say));
      for (const size of sizes) {
        say(`a wallet of ${size.rows} payments and ${size.coins} coins, and ${WALLETS - 1} others …`);
        const furnished = await world.furnish({ wallets: WALLETS, contacts: CONTACTS, large: size });
        const quiet = await askQuietly(furnished, size);
        say(`${quiet.table()}\nthe same while the node syncs …`);
        const syncing = await askWhileSyncing(world, furnished, size);
        say(syncing.table());
        Object.assign(figures, quiet.figures('quiet', size.rows), syncing.figures('syncing', size.rows));
      }
    } finally {
      await world.stop();
    }
    return figures;
  },
};
