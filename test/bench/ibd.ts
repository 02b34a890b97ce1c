import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type NodeProcess, startNodeProcess } from '../support/nodes/node-process.ts';
import { ensureDesktop } from '../../tools/support/desktop.ts';
import { ensurePage } from '../../tools/support/page.ts';
import { newDirectory } from '../support/chain/test-chain.ts';
import { until } from '../support/until.ts';
import type { Bench } from './bench.ts';
import { importFixture, writeBenchNetwork } from './support/bench-chain.ts';
import { chainFixture } from './support/chain-fixture.ts';
import { folderFor, prepareDesktop, startDesktopProcess } from './support/desktop-process.ts';
import { readProcess } from './support/process-figures.ts';
import { measureVerifyLimit } from './verify-limit.ts';

const BLOCKS = 200;
const TRANSACTIONS = 500;

type Syncing = Pick<NodeProcess, 'pid' | 'call' | 'datadir'> & { stop(): Promise<unknown> };

/** The second node on its thread in the desktop app of this checkout, with its window hidden. */
async function startInElectron(network: string): Promise<Syncing> {
  await ensurePage();
  await ensureDesktop();
  const run = await prepareDesktop();
  const datadir = await folderFor(run);
  const options = ['--network', network, '--listen', '/ip4/127.0.0.1/tcp/0', '--api-port', '0'];
  const app = await startDesktopProcess(run, {
    program: run.program,
    args: [run.root, '--hidden', ...options],
    datadir,
  });
  return {
    pid: app.pid,
    datadir,
    call: await app.client(),
    async stop() {
      await app.stop();
      run.end();
    },
  };
}

/** Two real processes: the second syncs everything from the first. */
export const bench: Bench = {
  name: 'ibd',
  description: `a second process syncs ${BLOCKS} blocks of ${TRANSACTIONS} payments over TCP and noise`,
  async run({ seconds, say, args }) {
    const fixture = await chainFixture({ blocks: BLOCKS, transactions: TRANSACTIONS });
    const folder = newDirectory();
    const network = await writeBenchNetwork(folder);
    // The desktop app runs as another user, who reads the network file.
    if (args.includes('--electron')) await chmod(folder, 0o755);
    const height = fixture.prelude.length + fixture.blocks.length;
    say('importing the chain on the first node …');
    const datadir = join(folder, 'a');
    await mkdir(datadir);
    await importFixture(fixture, network, datadir);
    const a = await startNodeProcess({ network, datadir });
    // For finding out where the time goes: the second node writes a processor profile into this folder.
    const profile = args.indexOf('--profile');
    const env = profile < 0 ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${args[profile + 1]}` };
    const b = args.includes('--electron')
      ? await startInElectron(network)
      : await startNodeProcess({ network, env });
    try {
      say('measuring the limit …');
      const before = await measureVerifyLimit(seconds);
      const idle = { a: readProcess(a.pid), b: readProcess(b.pid) };
      say('syncing …');
      const start = performance.now();
      await b.call.peers.add({ address: a.addresses[0]! });
      await until(async () => (await b.call.chain.tip()).height === height, 'synced', {
        ms: 300_000,
        every: 25,
      });
      const took = (performance.now() - start) / 1000;
      const done = { a: readProcess(a.pid), b: readProcess(b.pid) };
      const limit = (before + (await measureVerifyLimit(seconds))) / 2;
      const rate = (BLOCKS * TRANSACTIONS) / took;
      return {
        tx_per_s: rate,
        verify_limit_per_s: limit,
        ratio_to_limit: rate / limit,
        seconds: took,
        peak_rss_mb: done.b.peakRssMb,
        serving_peak_rss_mb: done.a.peakRssMb,
        cpu_seconds: done.b.cpuSeconds - idle.b.cpuSeconds,
        serving_cpu_seconds: done.a.cpuSeconds - idle.a.cpuSeconds,
      };
    } finally {
      await Promise.all([a.stop(), b.stop()]);
      await rm(folder, { recursive: true, force: true });
      await rm(b.datadir, { recursive: true, force: true });
    }
  },
};
