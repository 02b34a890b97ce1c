import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isViolation } from '../../core/violation.ts';
import type { Chain, ChainDeps } from './chain.ts';
import { createChain } from './create-chain.ts';

/** What a check of a data directory found. Empty `problems` = all is well. */
export interface VerifyReport {
  readonly height: number;
  readonly tip: string;
  readonly coins: number;
  readonly blocks: number;
  /** Bodies that are not here because they were pruned. */
  readonly pruned: number;
  readonly deep: boolean;
  readonly problems: readonly string[];
}

/**
 * Reads everything that an open chain keeps: each coin behind its checksum, their count and sum, each stored body.
 * `deep` connects all of it a second time in a folder of its own, every rule, signature and snapshot root included,
 * and compares; it needs all bodies.
 */
export async function verifyChain(
  chain: Chain,
  deps: ChainDeps,
  deep: boolean,
  say: (done: number, of: number) => void,
): Promise<VerifyReport> {
  const problems: string[] = [];
  const setHash = await chain.setHash();
  const counted = await chain.auditCoins();
  const totals = chain.totals();
  if (counted.coins !== totals.coins)
    problems.push(`${totals.coins} coins are noted, ${counted.coins} are there`);
  if (counted.total !== totals.total)
    problems.push(`${totals.total} motes are noted, ${counted.total} are there`);
  const tip = chain.tip();
  let [blocks, pruned] = [0, 0];
  for (let height = 1; height <= tip.height; height++) {
    const entry = chain.atHeight(height)!;
    if (!chain.hasBody(entry.id)) pruned++;
    else if (await chain.readBlock(entry.id)) blocks++;
    else problems.push(`the body of block ${height} is damaged`);
    if (!deep) say(height, tip.height);
  }
  if (deep && pruned > 0)
    problems.push(`${pruned} bodies were pruned, so not everything can be checked again`);
  if (deep && problems.length === 0) problems.push(...(await connectAgain(chain, deps, setHash, say)));
  return { height: tip.height, tip: tip.id, coins: counted.coins, blocks, pruned, deep, problems };
}

async function connectAgain(
  chain: Chain,
  deps: ChainDeps,
  setHash: string,
  say: (done: number, of: number) => void,
): Promise<string[]> {
  const directory = await mkdtemp(join(deps.directory, 'verify-'));
  const twin = await createChain({ ...deps, directory, isVerified: undefined, checkBuriedSnapshots: true });
  try {
    const tip = chain.tip().height;
    for (let height = 1; height <= tip; height++) {
      const bytes = (await chain.readBlock(chain.atHeight(height)!.id))!;
      const result = await twin.submitBlock(bytes);
      if (isViolation(result)) return [`block ${height} breaks the rule ${result.code}`];
      say(height, tip);
    }
    return (await twin.setHash()) === setHash ? [] : ['the coins are not those that the blocks lead to'];
  } finally {
    await twin.close();
    await rm(directory, { recursive: true, force: true });
  }
}
