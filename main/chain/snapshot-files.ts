import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crashPoint } from '../lib/crash-point.ts';
import { readRegularFile } from '../lib/read-regular.ts';
import { fromHex, toHex } from '../core/codec/hex.ts';
import type { Hash } from '../core/crypto/hash.ts';
import { MAX_CHUNK_BYTES } from '../core/ledger/snapshot-record.ts';
import { chunkHash, type SnapshotFacts, snapshotRoot } from '../core/ledger/snapshot-root.ts';

/** The content of `manifest.json`, which the root in a coinbase commits to. */
export interface Manifest {
  readonly facts: SnapshotFacts;
  readonly chunks: readonly Hash[];
  readonly root: Hash;
}

const MANIFEST = 'manifest.json';
const FORMAT = 1;
/** Maximum size of a manifest in bytes: room for the hexadecimal hashes of the largest number of chunks. */
const MAX_MANIFEST_BYTES = 4 << 20;
const SNAPSHOT = /^\d{10}-[0-9a-f]{16}$/;
/**
 * Ending of the folder of a snapshot that is being built. Useless after a restart, because the frozen coins are lost.
 */
const BUILDING_SUFFIX = '.making';
/** Ending of the folder of a snapshot that is being downloaded. Its chunks are kept for the next attempt. */
const DOWNLOADING_SUFFIX = '.fetching';

export const chunkFile = (directory: string, index: number): string =>
  join(directory, `${String(index).padStart(6, '0')}.chunk`);

/** A snapshot that is being written. Chunks go to a temporary folder, which `finish` renames. */
export interface SnapshotFolder {
  chunk(index: number, bytes: Uint8Array): Promise<void>;
  finish(manifest: Manifest): Promise<void>;
  discard(): Promise<void>;
}

/** A new, empty writer. */
export async function createSnapshotFolder(directory: string): Promise<SnapshotFolder> {
  const making = directory + BUILDING_SUFFIX;
  await rm(making, { recursive: true, force: true });
  return openFolder(making, directory);
}

/**
 * A writer for downloaded chunks, also those from before a restart: `here` reads each stored chunk and lists the valid
 * ones.
 */
export async function openFetchedFolder(
  directory: string,
): Promise<SnapshotFolder & { here(manifest: Manifest): Promise<ReadonlySet<number>> }> {
  const fetching = directory + DOWNLOADING_SUFFIX;
  return {
    ...(await openFolder(fetching, directory)),
    async here(manifest) {
      const found = new Set<number>();
      for (const index of manifest.chunks.keys())
        if (await readChunkFile(fetching, manifest, index)) found.add(index);
      return found;
    },
  };
}

async function openFolder(making: string, directory: string): Promise<SnapshotFolder> {
  await mkdir(making, { recursive: true, mode: 0o700 });
  return {
    async chunk(index, bytes) {
      await writeFile(chunkFile(making, index), bytes, { flush: true });
      crashPoint('snapshot chunk');
    },
    async finish(manifest) {
      await writeFile(join(making, MANIFEST), manifestToJson(manifest), { flush: true });
      crashPoint('snapshot manifest');
      await rm(directory, { recursive: true, force: true });
      await rename(making, directory);
      crashPoint('snapshot in place');
    },
    discard: () => rm(making, { recursive: true, force: true }),
  };
}

/** Whether a finished snapshot exists. Reads no chunk. */
export const hasSnapshot = (directory: string): boolean => existsSync(join(directory, MANIFEST));

/** Removes the folders of interrupted builds. */
export const removeUnbuilt = (directory: string): Promise<void> => removeEnding(directory, BUILDING_SUFFIX);

/** Removes the downloads of all snapshots but the one with the folder name `except`. */
export const removeFetched = (directory: string, except?: string): Promise<void> =>
  removeEnding(directory, DOWNLOADING_SUFFIX, except);

async function removeEnding(directory: string, ending: string, except = ''): Promise<void> {
  for (const file of await readdir(directory).catch(() => [])) {
    const name = file.endsWith(ending) ? file.slice(0, -ending.length) : '';
    if (SNAPSHOT.test(name) && join(directory, name) !== except)
      await rm(join(directory, file), { recursive: true, force: true });
  }
}

/** The manifest of a folder; null if it is invalid or its root does not follow from its fields. Reads no chunk. */
export async function readManifest(directory: string): Promise<Manifest | null> {
  const text = await readRegularFile(join(directory, MANIFEST), MAX_MANIFEST_BYTES).catch(() => null);
  const manifest = text === null ? null : manifestFromJson(text.toString('utf8'));
  return manifest && toHex(snapshotRoot(manifest.facts, manifest.chunks)) === toHex(manifest.root)
    ? manifest
    : null;
}

/** The chunk if its hash is the one in the manifest, else null. */
export async function readChunkFile(
  directory: string,
  manifest: Manifest,
  index: number,
): Promise<Uint8Array | null> {
  const bytes = await readRegularFile(chunkFile(directory, index), MAX_CHUNK_BYTES).catch(() => null);
  const expected = manifest.chunks[index];
  return bytes && expected && toHex(chunkHash(bytes)) === toHex(expected) ? bytes : null;
}

/** Names of the snapshot folders, oldest first. */
export async function listSnapshots(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => SNAPSHOT.test(name)).sort();
}

export const snapshotName = (height: number, id: string): string =>
  `${String(height).padStart(10, '0')}-${id.slice(0, 16)}`;

/** The text of `manifest.json`. */
export function manifestToJson({ facts, chunks, root }: Manifest): string {
  const { networkId, height, blockId, coins, total } = facts;
  const hex = {
    network: toHex(networkId),
    block: toHex(blockId),
    root: toHex(root),
    chunks: chunks.map(toHex),
  };
  return JSON.stringify({ format: FORMAT, height, coins, total, ...hex });
}

/**
 * Accepts any text: returns a manifest or null and never throws. Does not check that the root follows from the other
 * fields.
 */
export function manifestFromJson(text: string): Manifest | null {
  try {
    const { format, height, coins, total, network, block, root, chunks } = JSON.parse(text) as Record<
      string,
      unknown
    >;
    if (format !== FORMAT || !Array.isArray(chunks)) return null;
    if (![height, coins, total].every((n) => Number.isSafeInteger(n) && (n as number) >= 0)) return null;
    const hashes = [network, block, root, ...(chunks as unknown[])].map(toHash);
    if (!hashes.every((h): h is Hash => h !== null)) return null;
    const [networkId, blockId, rootHash, ...rest] = hashes as [Hash, Hash, Hash, ...Hash[]];
    const numbers = { height: height as number, coins: coins as number, total: total as number };
    return { facts: { networkId, blockId, ...numbers }, chunks: rest, root: rootHash };
  } catch {
    return null;
  }
}

function toHash(value: unknown): Hash | null {
  const bytes = typeof value === 'string' ? fromHex(value) : null;
  return bytes?.length === 32 ? bytes : null;
}
