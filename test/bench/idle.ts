import { rm } from 'node:fs/promises';
import { type NodeProcess, startNodeProcess } from '../support/nodes/node-process.ts';
import { until } from '../support/until.ts';
import type { Bench } from './bench.ts';
import { readProcess } from './support/process-figures.ts';

const PEERS = 8;
/** Let what starting has left behind come to rest: idle threads end after 20 s. */
const SETTLE_MS = 30_000;
const WATCH_MS = 60_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a synced node costs while nothing happens. */
export const bench: Bench = {
  name: 'idle',
  description: `a synced node with ${PEERS} peers, watched for a minute`,
  async run({ say }) {
    const nodes: NodeProcess[] = [];
    try {
      const first = await startNodeProcess();
      nodes.push(first);
      // Each on a host of its own, so that all of them are peers of the first and few of each other.
      for (let i = 0; i < PEERS; i++) {
        const listen = [`/ip4/127.0.1.${i + 1}/tcp/0`];
        nodes.push(await startNodeProcess({ listen, bootstrap: [first.addresses[0]!] }));
      }
      const peers = async () => (await first.call.peers.list()).length;
      await until(async () => (await peers()) >= PEERS, 'all are peers', { ms: 60_000 });
      say('letting it come to rest …');
      await pause(SETTLE_MS);
      const before = readProcess(first.pid);
      await pause(WATCH_MS);
      const after = readProcess(first.pid);
      return {
        core_share: (after.cpuSeconds - before.cpuSeconds) / (WATCH_MS / 1000),
        rss_mb: after.rssMb,
        peers: await peers(),
      };
    } finally {
      await Promise.all(nodes.map((node) => node.stop()));
      await Promise.all(nodes.map(({ datadir }) => rm(datadir, { recursive: true, force: true })));
    }
  },
};
