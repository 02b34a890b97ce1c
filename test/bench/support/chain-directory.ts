import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeNetworkFile } from '../../../main/core/params/network-file.ts';
import type { Network } from '../../../main/core/params/network.ts';
import { type CoinbaseRecord, RECORD_TAG } from '../../../main/core/primitives/records.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { installNativeSha256 } from '../../../main/workers/sha256.ts';
import {
  type BlockParts,
  mineOn,
  newDirectory,
  openTestChain,
  parentOf,
  tipOf,
} from '../../support/chain/test-chain.ts';

export interface ChainShape {
  /** Names the folder in `.cache/bench`; change it with what is in it. */
  readonly name: string;
  readonly network: Network;
  readonly blocks: number;
  /** What is special about the block of a height; `records` go into the coinbase where it is made here. */
  parts?(height: number, records: readonly CoinbaseRecord[]): BlockParts;
}

const CACHE = join(import.meta.dirname, '../../../.cache/bench');

/** A data directory with a long chain that names its snapshots, made once; and the file of its network. */
export async function chainDirectory(
  shape: ChainShape,
  say: (line: string) => void,
): Promise<{ directory: string; networkFile: string }> {
  const directory = join(CACHE, shape.name);
  const networkFile = join(CACHE, `${shape.name}.kith.json`);
  await mkdir(CACHE, { recursive: true });
  await writeFile(networkFile, writeNetworkFile(shape.network));
  if (!(await readFile(join(directory, 'complete')).catch(() => null))) await make(shape, directory, say);
  return { directory, networkFile };
}

async function make(shape: ChainShape, directory: string, say: (line: string) => void): Promise<void> {
  const { network, blocks, parts = () => ({}) } = shape;
  say(`making ${blocks} blocks, once …`);
  installNativeSha256();
  const making = newDirectory();
  const chain = await openTestChain({ network, directory: making });
  let at = tipOf(chain);
  while (at.height < blocks) {
    const root = await chain.nextSnapshotRoot();
    const records = root ? [{ tag: RECORD_TAG.snapshotRoot, bytes: root }] : [];
    const block = mineOn(chain, at, {
      ...(root ? { records } : {}),
      header: { time: at.time + 1 },
      ...parts(at.height + 1, records),
    });
    const result = await chain.submitBlock(block.bytes);
    if (isViolation(result)) throw new Error(result.code);
    at = parentOf(block);
    if (at.height % 10_000 === 0) say(`${at.height}`);
  }
  await chain.close();
  await rm(directory, { recursive: true, force: true });
  await writeFile(join(making, 'complete'), '');
  await cp(making, directory, { recursive: true });
  await rm(making, { recursive: true, force: true });
}
