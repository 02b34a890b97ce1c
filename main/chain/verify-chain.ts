import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes } from '../core/codec/bytes.ts';
import { toHex } from '../core/codec/hex.ts';
import { isViolation } from '../core/violation.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Chain, ChainDeps } from './chain.ts';
import { createChain } from './create-chain.ts';
import { listSnapshots, readChunkFile, readManifest } from './snapshot-files.ts';

/** The result of a check of a data directory. `problems` is empty when there are none. */
export interface VerifyReport {
  readonly height: number;
  readonly tip: string;
  readonly coins: number;
  readonly blocks: number;
  /** Number of pruned bodies. */
  readonly pruned: number;
  /** Number of snapshots of which every chunk was read. */
  readonly snapshots: number;
  readonly deep: boolean;
  readonly problems: readonly string[];
}

/** Number of newest epochs whose blocks must have an undo record, for reorganisations and snapshots. */
const UNDO_EPOCHS = 2;

/**
 * Reads all data of an open chain: every coin with its checksum, and the totals; the rules and proof of work of every
 * header; every stored body with its Merkle root and undo record; every chunk of every snapshot. With `deep` it also
 * connects all blocks again in a temporary folder, with every rule, signature and snapshot root, and compares the
 * results. `deep` needs all bodies.
 */
export async function verifyChain(
  chain: Chain,
  deps: ChainDeps,
  deep: boolean,
  say: (done: number, of: number) => void,
): Promise<VerifyReport> {
  const problems: string[] = [];
  // The chain repairs itself when it is opened and audits itself in the background. The report includes what that
  // finds.
  const deaf = chain.events.on('failed', (error) => problems.push(messageOf(error)));
  const rebuilt = chain.rebuiltBecause();
  if (rebuilt !== null)
    problems.push(`the database was not whole and has been built again from the stored blocks: ${rebuilt}`);
  try {
    const setHash = await chain.setHash();
    const { coins, problem } = await chain.auditCoins();
    if (problem !== null) problems.push(problem);
    const { blocks, pruned } = await checkBlocks(chain, deps.clock, problems, deep ? () => undefined : say);
    const snapshots = await verifySnapshots(chain, join(deps.directory, 'snapshots'), problems);
    if (deep && pruned > 0)
      problems.push(`${pruned} bodies were pruned, so not everything can be checked again`);
    if (deep && problems.length === 0) problems.push(...(await connectAgain(chain, deps, setHash, say)));
    const { height, id } = chain.tip();
    return { height, tip: id, coins, blocks, pruned, snapshots, deep, problems: [...new Set(problems)] };
  } finally {
    deaf();
  }
}

async function checkBlocks(
  chain: Chain,
  clock: Pick<Clock, 'soon'>,
  problems: string[],
  say: (done: number, of: number) => void,
): Promise<{ blocks: number; pruned: number }> {
  const tip = chain.tip().height;
  const withUndo = tip - UNDO_EPOCHS * chain.network.params.epoch;
  let [blocks, pruned] = [0, 0];
  for (let height = 1; height <= tip; height++) {
    const { body, undo, problems: found } = await chain.checkStored(height);
    problems.push(...found);
    if (body === 'whole') blocks++;
    if (body === 'absent') pruned++;
    if (body === 'whole' && undo === 'absent' && height > withUndo)
      problems.push(`the undo record of block ${height} is gone`);
    say(height, tip);
    // Checking a proof of work blocks this thread for up to a millisecond.
    if (height % 64 === 0) await clock.soon();
  }
  return { blocks, pruned };
}

/** Reads every chunk of every snapshot folder and compares the roots with those that the chain computed. Returns the number of snapshots. */
async function verifySnapshots(
  chain: Pick<Chain, 'atHeight' | 'snapshotRootOf'>,
  directory: string,
  problems: string[],
): Promise<number> {
  const names = await listSnapshots(directory);
  for (const name of names)
    if (!(await isWholeSnapshot(chain, join(directory, name))))
      problems.push(`the snapshot ${name} is damaged`);
  return names.length;
}

async function isWholeSnapshot(
  chain: Pick<Chain, 'atHeight' | 'snapshotRootOf'>,
  folder: string,
): Promise<boolean> {
  const manifest = await readManifest(folder);
  if (!manifest) return false;
  const { height, blockId } = manifest.facts;
  // The root of a snapshot on a stale branch is not compared: peers do not request that snapshot.
  const root = chain.atHeight(height)?.id === toHex(blockId) ? await chain.snapshotRootOf(height) : null;
  if (root && !equalBytes(root, manifest.root)) return false;
  for (let index = 0; index < manifest.chunks.length; index++)
    if (!(await readChunkFile(folder, manifest, index))) return false;
  return true;
}

/** Pattern of the names of temporary folders. A check that was killed leaves its folder behind. */
const CHECK_FOLDER = /^verify-[A-Za-z0-9]{6}$/;

async function connectAgain(
  chain: Chain,
  deps: ChainDeps,
  setHash: string,
  say: (done: number, of: number) => void,
): Promise<string[]> {
  for (const name of await readdir(deps.directory))
    if (CHECK_FOLDER.test(name)) await rm(join(deps.directory, name), { recursive: true, force: true });
  const directory = await mkdtemp(join(deps.directory, 'verify-'));
  const replayed = await createChain({
    ...deps,
    directory,
    isVerified: undefined,
    checkBuriedSnapshots: true,
  });
  try {
    const tip = chain.tip().height;
    for (let height = 1; height <= tip; height++) {
      const bytes = (await chain.readBlock(chain.atHeight(height)!.id))!;
      const result = await replayed.submitBlock(bytes);
      if (isViolation(result)) return [`block ${height} breaks the rule ${result.code}`];
      say(height, tip);
    }
    await replayed.idle();
    return (await replayed.setHash()) === setHash ? [] : ['the coins are not those that the blocks lead to'];
  } finally {
    await replayed.close();
    await rm(directory, { recursive: true, force: true });
  }
}
