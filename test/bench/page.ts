import type { Page } from '@playwright/test';
import { findApi } from '../../main/rpc/token.ts';
import { ensurePage } from '../../tools/support/page.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import type { NodeProcess } from '../support/nodes/node-process.ts';
import type { Bench, Figures } from './bench.ts';
import {
  firstScreenScriptKb,
  inputTimes,
  installProbe,
  type LongTask,
  longTasks,
  pageMemoryMb,
} from './support/page-probe.ts';
import { quantile } from './support/timing.ts';
import { openWalletWorld } from './support/wallet-world.ts';

const WALLETS = 20;
const CONTACTS = 1000;
const LARGE = { rows: 10_000, coins: 10_000, addresses: 10_000, labels: 1000 };
/** Every screen of the rail, and those of a wallet. */
const SCREENS = [
  'home',
  'wallet',
  'coins',
  'addresses',
  'contacts',
  'send',
  'receive',
  'blocks',
  'mempool',
  'peers',
  'map',
  'mining',
  'health',
  'settings',
] as const;
/** Time on each screen in milliseconds: its answers come, and the live figures change. */
const STAY_MS = 1200;
/** Loads whose median is the time to a usable page. */
const LOADS = 5;

/** The page of a node in Chromium: how fast it can be used, how long it answers nothing, what it needs. */
export const bench: Bench = {
  name: 'page',
  description: 'the page with a wallet of 10 000 payments, at rest and while its node syncs full blocks',
  async run({ say }) {
    await ensurePage();
    const pages = await startBrowserPages();
    const world = await openWalletWorld(say);
    try {
      const furnished = await world.furnish({ wallets: WALLETS, contacts: CONTACTS, large: LARGE });
      const node = await furnished.start();
      try {
        const loads = await measureLoads(pages, node);
        say('a tour of the screens while the node syncs …');
        const page = await openPage(pages, node);
        await node.call.peers.add({ address: world.serving.addresses[0]! });
        const inputs = await tourWhile(page, async () => (await node.call.chain.tip()).height < world.height);
        const syncing = await longTasks(page);
        const times = await inputTimes(page, inputs);
        say('a tour at rest …');
        await tour(page);
        const quiet = (await longTasks(page)).slice(syncing.length);
        say(worst('while syncing', syncing));
        say(worst('at rest', quiet));
        return {
          ...loads,
          first_screen_script_gz_kb: firstScreenScriptKb(),
          longest_task_ms: longest([...syncing, ...quiet]),
          longest_task_syncing_ms: longest(syncing),
          longest_task_quiet_ms: longest(quiet),
          input_to_paint_p95_ms: quantile(times, 0.95),
          inputs,
          page_memory_mb: await pageMemoryMb(page.context().browser()!, page),
        };
      } finally {
        await node.stop();
      }
    } finally {
      await pages.stop();
      await world.stop();
    }
  },
};

async function openPage(pages: BrowserPages, node: NodeProcess): Promise<Page> {
  const api = findApi(node.datadir);
  if (api === null) throw new Error('the node published no API');
  const page = await pages.open(api, { prepare: installProbe });
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await page.waitForFunction(() => window.kithProbe.usableMs !== null);
  return page;
}

async function measureLoads(pages: BrowserPages, node: NodeProcess): Promise<Figures> {
  const usable: number[] = [];
  const tasks: LongTask[] = [];
  for (let load = 0; load < LOADS; load++) {
    const page = await openPage(pages, node);
    await page.waitForTimeout(STAY_MS);
    usable.push((await page.evaluate(() => window.kithProbe.usableMs))!);
    tasks.push(...(await longTasks(page)));
    await page.context().close();
  }
  return {
    usable_ms: quantile(usable, 0.5),
    usable_max_ms: Math.max(...usable),
    longest_load_task_ms: longest(tasks),
  };
}

/** Goes through the screens as long as something lasts, at least once. Returns the number of inputs. */
async function tourWhile(page: Page, lasts: () => Promise<boolean>): Promise<number> {
  let inputs = 0;
  do inputs += await tour(page, lasts);
  while (await lasts());
  return inputs;
}

async function tour(
  page: Page,
  lasts: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<number> {
  let inputs = 0;
  for (const screen of SCREENS) {
    await page.evaluate((to) => (location.hash = `#/${to}`), screen);
    await page.waitForTimeout(STAY_MS);
    // A key on the screen with its data: the palette opens and closes.
    for (const key of ['Control+k', 'm', 'Escape']) {
      await page.keyboard.press(key);
      inputs += 1;
    }
    if (screen === 'blocks') await readOlder(page);
    if (!(await lasts())) break;
  }
  return inputs;
}

const OLDER_PAGES = 5;

async function readOlder(page: Page): Promise<void> {
  const older = page.getByRole('button', { name: /older blocks/i });
  for (let i = 0; i < OLDER_PAGES && (await older.count()) > 0; i++) {
    await older.first().click();
    await page.waitForTimeout(STAY_MS / 2);
  }
}

/** The browser reports tasks from 50 ms on; 0 if there was none. */
const longest = (tasks: readonly LongTask[]): number => Math.max(0, ...tasks.map(({ ms }) => ms));

function worst(when: string, tasks: readonly LongTask[]): string {
  const byScreen = new Map<string, number>();
  for (const { screen, ms } of tasks) byScreen.set(screen, Math.max(ms, byScreen.get(screen) ?? 0));
  const rows = [...byScreen].sort((a, b) => b[1] - a[1]).map(([screen, ms]) => `${screen} ${Math.round(ms)}`);
  return `longest tasks ${when} (ms): ${rows.join(', ') || 'none of 50 ms'}`;
}
