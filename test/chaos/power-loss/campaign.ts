import { rmSync } from 'node:fs';
import { codeOf, messageOf } from '../../../main/lib/errors.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import { newDirectory, openTestChain } from '../../support/chain/test-chain.ts';
import { compare, follow } from '../../support/damage.ts';
import { createRandom, type Random } from '../../support/random.ts';
import { type Loss, LOSSES, momentsInRotation, writeState } from './states.ts';
import { recordRecovery, recordStory, type Story } from './story.ts';

export interface CampaignOptions {
  readonly seed: number;
  readonly blocks: number;
  /** How many moments of the story are tried with every loss. */
  readonly moments: number;
  /** How many moments at which LevelDB has two logs are tried as well. */
  readonly rotations: number;
  /** In how many of the losses the power fails again during recovery. */
  readonly again?: number;
  readonly pruneBytes?: number;
  say?(line: string): void;
}

export interface CampaignResult {
  /** How many combinations of files were tried. */
  readonly states: number;
  /** Of these, after a second power failure. */
  readonly again: number;
  /** Combinations after which the node stood below the blocks that it had been given. */
  readonly behind: number;
  readonly rotations: number;
  /** What went wrong; empty if every combination opened, was a prefix of history and caught up. */
  readonly problems: readonly string[];
  /** Combinations for which the whole database was built again, although some of it had been forced to the disk. */
  readonly rebuilt: readonly string[];
}

/**
 * A power failure at moments of a recorded story: of each file any prefix of what was written after its last fdatasync
 * is kept, of each folder any prefix of its changes, independently of all others. Every combination must open, stand at a
 * place of its history that is not below what was forced to the disk, and catch up, over a reorganisation.
 */
export async function powerLoss(options: CampaignOptions): Promise<CampaignResult> {
  const { seed, blocks, moments, rotations, again = 0, pruneBytes, say = () => undefined } = options;
  const random = createRandom(seed);
  const problems: string[] = [];
  const rebuilt: string[] = [];
  const counts = { states: 0, again: 0, behind: 0, rotations: 0 };

  const tryAll = async (story: Story, losses: Iterable<Loss>): Promise<Loss[]> => {
    const tried: Loss[] = [];
    for (const loss of losses) {
      const outcome = await tryLoss(story, loss, random);
      const { given, forced } = story.at(loss.moment);
      const what = `seed ${seed}, moment ${loss.moment} of ${story.recording.moments.length}, ${JSON.stringify(loss.kept)}, ${given} blocks given, ${forced.height} forced`;
      if (outcome.problem !== null) problems.push(`${what}: ${outcome.problem}`);
      if (outcome.rebuilt !== null && forced.height > 0) rebuilt.push(`${what}: ${outcome.rebuilt}`);
      if (outcome.height < story.past[given - 1]!.height) counts.behind++;
      counts.states++;
      tried.push(loss);
      if (counts.states % 100 === 0) say(`${counts.states} states, ${problems.length} problems`);
    }
    return tried;
  };

  const story = await recordStory(seed, blocks, pruneBytes);
  say(`recorded ${story.recording.moments.length} moments of ${story.past.length} blocks`);
  const tried = await tryAll(story, spread(story, moments));
  const inRotation = momentsInRotation(story.recording);
  const chosen = inRotation.filter((_, i) => i % Math.ceil(inRotation.length / rotations) === 0);
  counts.rotations = chosen.length;
  const random2 = { chain: 'random', blocks: 'random', undo: 'random' } as const;
  await tryAll(
    story,
    chosen.flatMap((moment) => [LOSSES[1]!, random2, random2].map((kept) => ({ moment, kept }))),
  );
  const { states } = counts;
  for (let i = 0; i < again; i++) {
    const recovery = await recordRecovery(story, tried[random.int(tried.length)]!, random);
    await tryAll(recovery, spread(recovery, 3));
  }
  return { ...counts, again: counts.states - states, problems, rebuilt };
}

/** All losses at so many moments, evenly spread over the story. */
function* spread({ recording, at }: Story, moments: number): Generator<Loss> {
  const last = recording.moments.length - 1;
  for (let i = 1; i <= moments; i++) {
    const moment = Math.round((i * last) / moments);
    if (at(moment).given > 0) for (const kept of LOSSES) yield { moment, kept };
  }
}

interface Outcome {
  /** Null when the node opened, stood at a place of its history and caught up with the other nodes. */
  readonly problem: string | null;
  /** Why the database had to be built again from the stored blocks, or null. */
  readonly rebuilt: string | null;
  /** Where it stood before it heard from anybody. */
  readonly height: number;
}

/** Opens what the loss left, with nobody to ask, and then plays the peers. */
async function tryLoss(story: Story, loss: Loss, random: Random): Promise<Outcome> {
  const directory = newDirectory();
  writeState(story.recording, loss, random, directory);
  let rebuilt: string | null = null;
  let height = 0;
  try {
    for (let starts = 1; ; starts++) {
      const chain = await openTestChain({ ...story.options, directory });
      rebuilt ??= chain.rebuiltBecause();
      try {
        await chain.idle();
        height = chain.tip().height;
        return { problem: await judge(story, loss, chain), rebuilt, height };
      } catch (error) {
        if (starts === 3 || codeOf(error) !== 'storage-damaged') throw error;
        rebuilt = messageOf(error);
      } finally {
        await chain.close().catch(() => undefined);
      }
    }
  } catch (error) {
    return { problem: messageOf(error), rebuilt, height };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function judge(story: Story, { moment }: Loss, chain: Chain): Promise<string | null> {
  const { given, forced } = story.at(moment);
  const { id, height } = chain.tip();
  const tip = story.past.slice(0, given).find(({ block }) => block.header.idHex === id);
  if (!tip && height > 0) return `it stands at ${height}, where it never was`;
  if (height < forced.height) return `it stands at ${height}, although ${forced.height} was on the disk`;
  const different = tip && (await compare(chain, tip));
  if (different) return `alone: ${different.what}`;
  if (height > 0 && !(await chain.readBlock(id))) return `it has no body of its tip, ${height}`;
  const gaps = chain.gaps(100, () => true).map((gap) => gap.height);
  if (gaps.length > 0) return `it has gaps: ${gaps.join(' ')}`;
  const last = story.future.at(-1)!;
  let failure: unknown = null;
  chain.events.on('failed', (error) => (failure ??= error));
  if (!(await follow(chain, [...story.past, ...story.future], last, () => failure)))
    return `it stays at ${chain.tip().height}${failure === null ? '' : `: ${messageOf(failure)}`}`;
  const after = await compare(chain, last);
  return after && `after catching up: ${after.what}`;
}
