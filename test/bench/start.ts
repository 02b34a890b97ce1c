import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { LONG_NETWORK } from './support/bench-network.ts';
import { chainDirectory } from './support/chain-directory.ts';
import { quantile } from './support/timing.ts';

const BLOCKS = 100_000;
const RUNS = 5;

/** How long a node with a long chain takes from its process's start to its ready line. */
export const bench: Bench = {
  name: 'start',
  description: `start a node that has ${BLOCKS.toLocaleString('en')} blocks`,
  async run({ say }) {
    const shape = { name: `start-v1-${BLOCKS}`, network: LONG_NETWORK, blocks: BLOCKS };
    const { directory, networkFile } = await chainDirectory(shape, say);
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) times.push(await startOnce(directory, networkFile));
    return { ready_s_median: quantile(times, 0.5), ready_s_max: Math.max(...times), blocks: BLOCKS };
  },
};

async function startOnce(datadir: string, network: string): Promise<number> {
  const kith = join(import.meta.dirname, '../../main/cli/kith.mjs');
  const args = ['node', '--network', network, '--datadir', datadir, '--no-listen', '--json'];
  const began = performance.now();
  const child = spawn(process.execPath, [kith, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('"ready":true')) break;
  }
  const seconds = (performance.now() - began) / 1000;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
  return seconds;
}
