import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { installNativeSha256 } from '../../main/state/native/sha256.ts';
import { isViolation } from '../../main/core/violation.ts';
import { mineOn, newDirectory, openTestChain, parentOf, tipOf } from '../support/test-chain.ts';
import { writeNetworkFile } from '../../main/core/networks/network-file.ts';
import type { Bench } from './bench.ts';
import { LONG_NETWORK } from './support/bench-network.ts';
import { quantile } from './support/timing.ts';

const BLOCKS = 100_000;
const RUNS = 5;
const CACHE = join(import.meta.dirname, '../../.cache/bench');

/** How long a node with a long chain takes from its process's start to its ready line. */
export const bench: Bench = {
  name: 'start',
  description: `start a node that has ${BLOCKS.toLocaleString('en')} blocks`,
  async run({ say }) {
    const datadir = await longDatadir(say);
    const network = join(CACHE, 'bench-long.kith.json');
    await writeFile(network, writeNetworkFile(LONG_NETWORK));
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) times.push(await startOnce(datadir, network));
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

/** A data directory with the long chain, made once. */
async function longDatadir(say: (line: string) => void): Promise<string> {
  const directory = join(CACHE, `start-v1-${BLOCKS}`);
  if (await readFile(join(directory, 'complete')).catch(() => null)) return directory;
  say(`making ${BLOCKS} blocks, once …`);
  installNativeSha256();
  const making = newDirectory();
  const chain = await openTestChain({ network: LONG_NETWORK, directory: making });
  let at = tipOf(chain);
  while (at.height < BLOCKS) {
    const root = await chain.nextSnapshotRoot();
    const records = root ? { records: [{ tag: 2, bytes: root }] } : {};
    const block = mineOn(chain, at, { ...records, header: { time: at.time + 1 } });
    const result = await chain.submitBlock(block.bytes);
    if (isViolation(result)) throw new Error(result.code);
    at = parentOf(block);
    if (at.height % 10_000 === 0) say(`${at.height}`);
  }
  await chain.close();
  await mkdir(CACHE, { recursive: true });
  await rm(directory, { recursive: true, force: true });
  await writeFile(join(making, 'complete'), '');
  await cp(making, directory, { recursive: true });
  await rm(making, { recursive: true, force: true });
  return directory;
}
