import { rm } from 'node:fs/promises';
import { mineFullBlock } from '../hostile/support/full-block.ts';
import { blockAt, PAYEE } from '../hostile/support/blocks.ts';
import { type Asked, requestFloods, snapshotRoot } from '../hostile/support/requests.ts';
import { meet, newSource } from '../hostile/support/stranger.ts';
import { startNodeProcess } from '../support/nodes/node-process.ts';
import type { Bench } from './bench.ts';
import { readProcess } from './support/process-figures.ts';

const REST_MS = 1500;
const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Processor time of the answering process for one request of each kind; what costs.ts declares comes from here. */
export const bench: Bench = {
  name: 'costs',
  description: 'processor time of each request type at the node that answers',
  async run({ seconds, args, say }) {
    const node = await startNodeProcess();
    try {
      await node.call.mining.generate({ address: PAYEE, blocks: 2100 });
      const block = await mineFullBlock(node, 9900);
      const headers = Array.from({ length: 16 }, (_, i) => blockAt(node, 100 + i));
      const asked: Asked = {
        block,
        ids: (await Promise.all(headers)).map(({ header }) => header.id),
        root: snapshotRoot(node.datadir),
      };
      const figures: Record<string, number> = {};
      const cpuOf = async (work: () => Promise<unknown>): Promise<number> => {
        const before = readProcess(node.pid).cpuSeconds;
        await work();
        return (readProcess(node.pid).cpuSeconds - before) * 1000;
      };
      await rest(REST_MS);
      const idle = await cpuOf(() => rest(2000));
      for (const [what, flood] of Object.entries(requestFloods(asked))) {
        if (args[0] !== undefined && !what.includes(args[0])) continue;
        const peer = await meet(node.addresses[0]!, { from: newSource() });
        if ((await peer.greet()) === null) throw new Error('not greeted');
        await rest(REST_MS);
        let done = 0;
        const began = performance.now();
        const cpu = await cpuOf(async () => {
          const until = performance.now() + seconds * 300;
          await flood(
            peer,
            () => performance.now() > until,
            (more) => (done += more),
          );
        });
        const passed = performance.now() - began;
        await peer.stop();
        const each = (cpu - (idle * passed) / 2000) / Math.max(1, done);
        say(`${what}: ${done} in ${passed.toFixed(0)} ms, ${(each * 1000).toFixed(0)} µs each`);
        figures[`${what.replaceAll(/[ ,]+/g, '_')}_us`] = Math.round(each * 1000);
        await rest(REST_MS);
      }
      return figures;
    } finally {
      await node.stop();
      await rm(node.datadir, { recursive: true, force: true });
    }
  },
};
