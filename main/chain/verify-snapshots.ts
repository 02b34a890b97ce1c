import { join } from 'node:path';
import { equalBytes } from '../core/codec/bytes.ts';
import { toHex } from '../core/codec/hex.ts';
import type { Chain } from './chain.ts';
import { listSnapshots, readChunkFile, readManifest } from './snapshot-files.ts';

/** Reads every chunk of every snapshot folder and compares the roots with those that the chain computed. Returns the number of snapshots. */
export async function verifySnapshots(
  chain: Pick<Chain, 'atHeight' | 'snapshotRootOf'>,
  directory: string,
  problems: string[],
): Promise<number> {
  const names = await listSnapshots(directory);
  for (const name of names)
    if (!(await isWhole(chain, join(directory, name)))) problems.push(`the snapshot ${name} is damaged`);
  return names.length;
}

async function isWhole(chain: Pick<Chain, 'atHeight' | 'snapshotRootOf'>, folder: string): Promise<boolean> {
  const manifest = await readManifest(folder);
  if (!manifest) return false;
  const { height, blockId } = manifest.facts;
  // The snapshot of a stale branch is no problem: peers do not request it.
  const root = chain.atHeight(height)?.id === toHex(blockId) ? await chain.snapshotRootOf(height) : null;
  if (root && !equalBytes(root, manifest.root)) return false;
  for (let index = 0; index < manifest.chunks.length; index++)
    if (!(await readChunkFile(folder, manifest, index))) return false;
  return true;
}
