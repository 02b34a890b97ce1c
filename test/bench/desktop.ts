import { readdirSync, rmSync } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { runCommand } from '../../tools/support/command.ts';
import { ensureDesktop } from '../../tools/support/desktop.ts';
import { type DesktopRun, seenBy } from '../../tools/support/desktop-tests.ts';
import { ensurePackaged } from '../../tools/support/packaged-app.ts';
import { ensurePage } from '../../tools/support/page.ts';
import { createAppPage } from '../support/app-page.ts';
import { newDirectory } from '../support/chain/test-chain.ts';
import { startNodeProcess } from '../support/nodes/node-process.ts';
import { until } from '../support/until.ts';
import type { Bench, Figures } from './bench.ts';
import { importFixture, writeBenchNetwork } from './support/bench-chain.ts';
import { chainFixture } from './support/chain-fixture.ts';
import {
  type AppProcess,
  type DesktopProcess,
  folderFor,
  prepareDesktop,
  startDesktopProcess,
} from './support/desktop-process.ts';
import { readProcess } from './support/process-figures.ts';
import { quantile } from './support/timing.ts';

const LOCAL = ['--network', 'local', '--listen', '/ip4/127.0.0.1/tcp/0', '--remote-debugging-port=0'];
const BLANK_APP = fileURLToPath(new URL('support/blank-app', import.meta.url));
const STARTS = 5;
const IDLE_MS = 60_000;
const SHAPE = { blocks: 200, transactions: 500 };
const PLACES = ['wallet', 'peers', 'mining', 'mempool', 'blocks'];

/** What the packaged app costs a person: starting, memory, answering while the node syncs, ending. */
export const bench: Bench = {
  name: 'desktop',
  description: 'the packaged desktop app: start, memory, answers while it syncs, exit',
  async run({ say, args }) {
    const run = await prepareDesktop();
    try {
      await ensurePage();
      await ensureDesktop();
      const packaged = await ensurePackaged();
      if (packaged === null) throw new Error('the app cannot be packaged here without a download');
      const { program } = packaged;
      const starts = args.includes('--no-starts') ? {} : await measureStarts(run, program, say);
      if (args.includes('--starts')) return starts;
      say('syncing …');
      const busy = await measureBusy(run, say);
      say('resting on the demo network for a minute …');
      return { ...starts, ...busy, ...(await measureMemory(run, program, say)) };
    } finally {
      run.end();
    }
  },
};

/**
 * Cold: a new data directory, and no file of the app in the system's cache. Warm: the second start of the same. Blank: an app
 * with nothing but a window, started in turn with Kith, which is what Electron itself takes.
 */
async function measureStarts(
  run: DesktopRun,
  program: string,
  say: (line: string) => void,
): Promise<Figures> {
  say('starting and ending …');
  const [cold, warm, exit, cpu]: number[][] = [[], [], [], []];
  const blank: { readonly ms: number; readonly cpuMs: number }[] = [];
  for (let i = 0; i < STARTS; i++) {
    const datadir = await folderFor(run);
    await dropFromCache(path.dirname(program));
    for (const times of [cold, warm]) {
      const app = await startDesktopProcess(run, { program, args: LOCAL, datadir });
      const page = await app.page();
      await page.getByText('Welcome to Kith').waitFor();
      times!.push((await usableAt(page)) - app.startedAt);
      if (times === warm) cpu!.push(processorTime(app) * 1000);
      exit!.push(await app.stop());
    }
    blank.push(await startBlank(run, datadir));
    rmSync(datadir, { recursive: true, force: true });
  }
  say(`cold ${cold!.map(Math.round).join(', ')}; warm ${warm!.map(Math.round).join(', ')} ms`);
  return {
    cold_ms: quantile(cold!, 0.5),
    warm_ms: quantile(warm!, 0.5),
    warm_cpu_ms: quantile(cpu!, 0.5),
    exit_ms: quantile(exit!, 0.5),
    blank_ms: quantile(
      blank.map(({ ms }) => ms),
      0.5,
    ),
    blank_cpu_ms: quantile(
      blank.map(({ cpuMs }) => cpuMs),
      0.5,
    ),
  };
}

async function startBlank(run: DesktopRun, datadir: string): Promise<{ ms: number; cpuMs: number }> {
  const args = [seenBy(run, BLANK_APP), '--remote-debugging-port=0'];
  const app = await startDesktopProcess(run, { program: run.program, args, datadir });
  const page = await app.page();
  await page.getByText('Welcome to Kith').waitFor();
  const ms = (await usableAt(page)) - app.startedAt;
  const cpuMs = processorTime(app) * 1000;
  await app.stop();
  return { ms, cpuMs };
}

const processorTime = (app: DesktopProcess): number =>
  app.processes().reduce((sum, { pid }) => sum + readProcess(pid).cpuSeconds, 0);

/** When the first screen with the node's answers was painted, in milliseconds of the wall clock: the largest paint. */
function usableAt(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const entries = await new Promise<PerformanceEntry[]>((resolve) =>
      new PerformanceObserver((list) => resolve(list.getEntries())).observe({
        type: 'largest-contentful-paint',
        buffered: true,
      }),
    );
    return performance.timeOrigin + Math.max(...entries.map(({ startTime }) => startTime));
  });
}

async function dropFromCache(folder: string): Promise<void> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  for (const { parentPath, name } of files)
    await runCommand('dd', [`if=${path.join(parentPath, name)}`, 'iflag=nocache', 'count=0'], {
      capture: true,
    });
}

/** The app of the checkout, so that its first process can be watched, syncs from another node at full speed. */
async function measureBusy(run: DesktopRun, say: (line: string) => void): Promise<Figures> {
  const fixture = await chainFixture(SHAPE);
  const folder = newDirectory();
  // The app runs as another user, who reads the network file.
  await chmod(folder, 0o755);
  const network = await writeBenchNetwork(folder);
  const datadir = path.join(folder, 'a');
  await mkdir(datadir);
  await importFixture(fixture, network, datadir);
  const server = await startNodeProcess({ network, datadir });
  const app = await startDesktopProcess(run, {
    program: run.program,
    args: [run.root, '--inspect=0', ...LOCAL.with(1, network), '--api-port', '0'],
    datadir: await folderFor(run),
  });
  try {
    const [page, client] = [await app.page(), await app.client()];
    await createAppPage(page).createWallet('Everyday', 'correct horse battery');
    await app.evaluate(WATCH_MAIN);
    await watchPage(page);
    await client.peers.add({ address: server.addresses[0]! });
    const height = fixture.prelude.length + fixture.blocks.length;
    let inputs = 0;
    await until(
      async () => {
        const place = PLACES[inputs % PLACES.length]!;
        await page.locator(`nav a[href="#/${place}"]`).first().click();
        inputs++;
        return (await client.chain.tip()).height === height;
      },
      'synced',
      { ms: 300_000, every: 50 },
    );
    const main = (await app.evaluate('globalThis.benchLate')) as number;
    const { paints, longest } = await page.evaluate(() => ({
      paints: benchPaints,
      longest: Math.max(0, ...benchTasks),
    }));
    say(`${inputs} inputs, ${paints.length} of them painted after more than 16 ms`);
    // The browser tells of no input below 16 ms.
    const all = [...paints, ...Array.from({ length: Math.max(0, inputs - paints.length) }, () => 16)];
    return {
      main_longest_task_ms: main,
      page_longest_task_ms: longest,
      input_to_paint_p95_ms: quantile(all, 0.95),
    };
  } finally {
    await Promise.all([app.stop(), server.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
}

declare const benchPaints: number[];
declare const benchTasks: number[];

/** The longest delay of a timer of the first process, which is its longest task and what the machine adds. */
const WATCH_MAIN = `globalThis.benchLate = 0;
  globalThis.benchBefore = performance.now();
  setInterval(() => {
    const now = performance.now();
    benchLate = Math.max(benchLate, now - benchBefore - 5);
    benchBefore = now;
  }, 5); 0`;

async function watchPage(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.assign(globalThis, { benchPaints: [], benchTasks: [] });
    // One input is several events, and all have the paint of the slowest.
    new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries()) if (name === 'click') benchPaints.push(duration);
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) benchTasks.push(duration);
    }).observe({ type: 'longtask' });
  });
}

async function measureMemory(
  run: DesktopRun,
  program: string,
  say: (line: string) => void,
): Promise<Figures> {
  const datadir = await folderFor(run);
  const app = await startDesktopProcess(run, { program, args: ['--remote-debugging-port=0'], datadir });
  try {
    const page = await app.page();
    await page.getByRole('button', { name: 'Try the demo' }).click();
    await page.getByText(/with [3-9] peers/).waitFor({ timeout: 120_000 });
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const all = app.processes();
    for (const { kind, pid, megabytes } of all) say(`${kind.padEnd(28)}${pid}  ${megabytes.toFixed(1)} MB`);
    // The other nodes of the demo are other computers on a real network.
    const isDemo = ({ kind }: AppProcess): boolean => kind === 'node.mojom.NodeService';
    const sum = (some: readonly AppProcess[]): number =>
      some.reduce((total, each) => total + each.megabytes, 0);
    return {
      app_memory_mb: sum(all.filter((each) => !isDemo(each))),
      main_memory_mb: sum(all.filter(({ kind }) => kind === 'main')),
      demo_nodes_memory_mb: sum(all.filter(isDemo)),
    };
  } finally {
    await app.stop();
  }
}
