import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeNetworkFile } from '../../../main/core/params/network-file.ts';
import { BENCH_NETWORK } from './bench-network.ts';
import type { ChainFixture } from './chain-fixture.ts';

const KITH = fileURLToPath(new URL('../../../main/cli/kith.mjs', import.meta.url));

/** Writes the bench's network as a file for `kith node --network`; gives its path. */
export async function writeBenchNetwork(folder: string): Promise<string> {
  const file = join(folder, 'bench.kith-network.json');
  await writeFile(file, writeNetworkFile(BENCH_NETWORK));
  return file;
}

/** Fills a data directory with a chain, as a user would: `kith chain import`. */
export async function importFixture(
  { prelude, blocks }: ChainFixture,
  networkFile: string,
  datadir: string,
): Promise<void> {
  const parts: Uint8Array[] = [Buffer.from('KITHCHN1', 'latin1'), BENCH_NETWORK.id];
  for (const bytes of [...prelude, ...blocks]) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    parts.push(length, bytes);
  }
  const file = `${networkFile}.chain`;
  await writeFile(file, Buffer.concat(parts));
  const args = ['chain', 'import', file, '--network', networkFile, '--datadir', datadir];
  await promisify(execFile)(process.execPath, [KITH, ...args]);
}
