import { mkdirSync, rmSync } from 'node:fs';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import type { ChainDeps } from '../../../main/chain/chain.ts';
import { createChainModel, type ModelBlock } from '../../support/chain/chain-model.ts';
import { newDirectory, openTestChain } from '../../support/chain/test-chain.ts';
import { follow } from '../../support/damage.ts';
import { createRandom, type Random } from '../../support/random.ts';
import { recordDisk, type Recorder, type Recording } from './recorder.ts';
import { type Loss, writeState } from './states.ts';

/** A chain's life on the disk, write by write, and what it should be afterwards. */
export interface Story {
  readonly recording: Recording;
  readonly options: Partial<ChainDeps>;
  /** In the order in which the node was given them. */
  readonly past: readonly ModelBlock[];
  /** A branch with more work that starts some blocks below the last tip: following it disconnects blocks. */
  readonly future: readonly ModelBlock[];
  /** How many blocks the node had been given by this moment, and the tip that it had forced to the disk. */
  at(moment: number): { readonly given: number; readonly forced: ModelBlock };
}

const NETWORK = REGTEST_NETWORK;
/** Small, so that a short story has many segment files, logs and tables. */
const SIZES = { segmentBytes: 6000, levelBufferBytes: 64 << 10 };
const PAYMENTS = 12;
/** How far below the last tip the future begins. */
const REORG_DEPTH = 6;

/** Records a node that gets `blocks` blocks: single ones, runs, rival branches, restarts, and syncs in between. */
export async function recordStory(seed: number, blocks: number, pruneBytes?: number): Promise<Story> {
  const model = createChainModel(NETWORK, createRandom(seed));
  const random = createRandom(seed + 1);
  const directory = newDirectory();
  const options = { network: NETWORK, ...SIZES, ...(pruneBytes === undefined ? {} : { pruneBytes }) };
  const recorder = await recordDisk(directory);
  const forced: Forced[] = [];
  let chain = await openTestChain({ ...options, directory });
  let tip = model.genesis;

  const give = async (parent: ModelBlock): Promise<ModelBlock> => {
    const block = model.grow(parent, PAYMENTS);
    recorder.label(model.blocks.length - 1);
    await chain.submitBlock(block.block.bytes);
    return block;
  };
  const giveRun = async (count: number): Promise<void> => {
    const run: ModelBlock[] = [];
    for (let i = 0; i < count; i++) run.push((tip = model.grow(tip, PAYMENTS)));
    recorder.label(model.blocks.length - 1);
    await chain.acceptHeaders(run.map(({ block }) => block.header));
    // As a window of downloads would: not in their order.
    await Promise.all(run.toReversed().map(({ block }) => chain.submitBlock(block.bytes)));
    await chain.idle();
  };
  const giveRival = async (depth: number): Promise<void> => {
    let at = tip;
    for (let i = 0; i < depth && at.parent; i++) at = at.parent;
    for (let i = 0; i <= depth; i++) at = await give(at);
    await chain.idle();
    tip = at;
  };
  const force = async (sync: () => Promise<void>): Promise<void> => {
    await sync();
    forced.push({ moment: recorder.moments(), tip });
  };

  while (model.blocks.length <= blocks) {
    const dice = random.int(20);
    if (dice < 11) tip = await give(tip);
    else if (dice < 14) await giveRun(2 + random.int(6));
    else if (dice < 16) await giveRival(1 + random.int(4));
    else if (dice < 19) await force(() => chain.sync());
    else {
      await force(() => chain.close());
      chain = await openTestChain({ ...options, directory });
    }
  }
  const recording = recorder.stop();
  await chain.close();
  rmSync(directory, { recursive: true, force: true });
  const past = model.blocks.slice(1);
  let at = tip;
  for (let i = 0; i < REORG_DEPTH && at.parent; i++) at = at.parent;
  const future: ModelBlock[] = [];
  while ((future.at(-1)?.height ?? 0) <= tip.height) future.push((at = model.grow(at, 3)));
  return { recording, options, past, future, at: whereAt(recording, forced, model.genesis) };
}

/** Records what a node does with what a loss left, until it has caught up: the power may fail again meanwhile. */
export async function recordRecovery(story: Story, loss: Loss, random: Random): Promise<Story> {
  const directory = newDirectory();
  mkdirSync(directory, { recursive: true });
  writeState(story.recording, loss, random, directory);
  const { past, future, options } = story;
  const recorder: Recorder = await recordDisk(directory);
  recorder.label(past.length + future.length);
  const chain = await openTestChain({ ...options, directory });
  await chain.idle();
  await follow(chain, [...past, ...future], future.at(-1)!, () => null);
  const recording = recorder.stop();
  await chain.close();
  rmSync(directory, { recursive: true, force: true });
  const { forced } = story.at(loss.moment);
  return { ...story, recording, past: [...past, ...future], at: whereAt(recording, [], forced) };
}

interface Forced {
  readonly moment: number;
  readonly tip: ModelBlock;
}

function whereAt(recording: Recording, forced: readonly Forced[], first: ModelBlock): Story['at'] {
  return (moment) => ({
    given: recording.moments[moment]!.label,
    forced: forced.findLast((each) => each.moment <= moment)?.tip ?? first,
  });
}
