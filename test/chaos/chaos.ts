import { messageOf } from '../../main/lib/errors.ts';
import { decodeAddress, isAddressProblem } from '../../main/core/primitives/address.ts';
import { REGTEST_NETWORK } from '../../main/core/params/built-in-networks.ts';
import { type NodeProcess, startNodeProcess } from '../support/nodes/node-process.ts';
import { createRandom, type Random } from '../support/random.ts';
import { newDirectory } from '../support/chain/test-chain.ts';
import { createStory, type Story } from './story.ts';

export interface ChaosOptions {
  readonly kills: number;
  readonly seed: number;
  say(line: string): void;
}

export interface ChaosResult {
  /** Kills after which the killed node came back equal to its twin. */
  readonly equal: number;
  /** Kills before the node had come back from the one before. */
  readonly inRecovery: number;
  /** How often the node died right after a write of this kind; `timer` = wherever it was. */
  readonly kinds: ReadonlyMap<string, number>;
  /** The lowest height of which the victim still had the body in the end: above 1, files were pruned. */
  readonly prunedTo: number;
  readonly turns: ReturnType<Story['turns']>;
  readonly directories: readonly string[];
}

const WALLET = { name: 'chaos', password: 'nothing survives chaos' };
const WORDS =
  'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art';
/** How much later than the twin's the victim's wallet may be up to date. */
const RECOVERED_MS = 20_000;
/** About as long as a node takes to start. */
const EARLY_MS = 1500;
/** Writes of a start, and some of the first that follow. */
const EARLY_WRITES = 8;
/** Small files and little room, so that files are pruned all the time. */
const SIZES = { KITH_SEGMENT_BYTES: '3000', KITH_PRUNE_BYTES: '16000' };
/** Blocks that a node hears again after a restart: a kill loses nothing that the system had. */
const RETOLD = 25;
/** Before the first kill, so that there is something to prune from the beginning. */
const FIRST_BLOCKS = 70;

export async function chaos({ kills, seed, say }: ChaosOptions): Promise<ChaosResult> {
  const random = createRandom(seed);
  const directories = [newDirectory(), newDirectory()];
  const twin = await startNodeProcess({ datadir: directories[0]!, args: ['--no-listen'], listen: [] });
  const victim = {
    datadir: directories[1]!,
    args: ['--no-listen', '--prune'],
    listen: [] as string[],
    env: SIZES,
  };
  const told: Uint8Array[] = [];
  const kinds = new Map<string, number>();
  const count = (said: string) => {
    const kind = /crash point: (.*)/.exec(said)?.[1] ?? 'timer';
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  };
  let story: Story | undefined;
  try {
    const payTo = await firstAddress(twin);
    story = await createStory(random, payTo);
    const first = await startNodeProcess(victim);
    await firstAddress(first);
    while (told.length < FIRST_BLOCKS) {
      const chapter = await story.chapter();
      for (const bytes of chapter) {
        await submit(twin, bytes);
        await submit(first, bytes);
      }
      told.push(...chapter);
    }
    await first.stop();
    let [done, equal, inRecovery, open, prunedTo] = [0, 0, 0, 0, 1];
    while (done < kills || open > 0) {
      const dying = done < kills;
      // Some die before they are ready, while they still mend what the last death left.
      const early = dying && done > 0 && random.next() < 0.4;
      const { env, killAfterMs } = dying ? wayToDie(random, early) : { env: {} };
      const node = await startNodeProcess({ ...victim, env: { ...SIZES, ...env }, killAfterMs }).catch(
        (error: unknown) => messageOf(error),
      );
      if (typeof node === 'string') {
        if (!early) throw new Error(`the node did not come back after kill ${done}: ${node}`);
        count(node);
        done++;
        open++;
        inRecovery++;
        continue;
      }
      const survived = await tell(node, told.slice(-RETOLD));
      if (survived && !early) {
        equal += (await compare(twin, node, say)) ? open : 0;
        open = 0;
      }
      if (!dying) {
        prunedTo = await lowestBody(node);
        await node.stop();
        break;
      }
      if (!early) process.kill(node.pid, 'SIGUSR2');
      await tellUntilDead(node, twin, story, told);
      count(node.errors());
      done++;
      open++;
      if (done % 10 === 0) say(`${done} kills, ${inRecovery} in recovery, ${equal} equal so far`);
    }
    return { equal, inRecovery, directories, kinds, prunedTo, turns: story.turns() };
  } finally {
    await story?.close();
    await twin.stop();
  }
}

/** After some write from when it is told to on; or in its start, after one of the first writes or whenever it is. */
function wayToDie(random: Random, early: boolean): { env: Record<string, string>; killAfterMs?: number } {
  if (!early) return { env: { KITH_CRASH_AFTER: String(1 + random.int(120)), KITH_CRASH_ARM: 'signal' } };
  if (random.next() < 0.25) return { env: {}, killAfterMs: random.int(EARLY_MS) };
  return { env: { KITH_CRASH_AFTER: String(1 + random.int(EARLY_WRITES)) } };
}

async function firstAddress(node: NodeProcess) {
  await node.call.wallet.restore({ ...WALLET, mnemonic: WORDS });
  const { address } = await node.call.wallet.address({ name: WALLET.name });
  const lock = decodeAddress(REGTEST_NETWORK.hrp, address);
  if (isAddressProblem(lock)) throw new Error(lock.problem);
  return lock;
}

/** Everything that has happened so far; false when the node died meanwhile. */
async function tell(node: NodeProcess, blocks: readonly Uint8Array[]): Promise<boolean> {
  try {
    for (const bytes of blocks) await submit(node, bytes);
    return true;
  } catch (error) {
    await deadOrThrow(node, error);
    return false;
  }
}

async function tellUntilDead(
  node: NodeProcess,
  twin: NodeProcess,
  story: Story,
  told: Uint8Array[],
): Promise<void> {
  for (;;) {
    const chapter = await story.chapter();
    for (const bytes of chapter) await submit(twin, bytes);
    told.push(...chapter);
    if (!(await tell(node, chapter))) return;
  }
}

async function submit(node: NodeProcess, bytes: Uint8Array): Promise<void> {
  await node.call.chain.submit({ hex: Buffer.from(bytes).toString('hex') });
}

async function deadOrThrow(node: NodeProcess, error: unknown): Promise<void> {
  const dead = await Promise.race([
    node.ended.then(() => true),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 5000)),
  ]);
  if (!dead) throw error;
}

/** The lowest block whose body the node can still give. */
async function lowestBody({ call }: NodeProcess): Promise<number> {
  const { height } = await call.chain.tip();
  for (let at = 1; at <= height; at++)
    if (await call.chain.block({ height: at }).then(Boolean, () => false)) return at;
  return height + 1;
}

/** Tip, coins and wallet of both. The wallet follows the chain a moment later, so it gets some time. */
async function compare(
  twin: NodeProcess,
  victim: NodeProcess,
  say: (line: string) => void,
): Promise<boolean> {
  const expected = JSON.stringify(await picture(twin));
  const end = Date.now() + RECOVERED_MS;
  for (;;) {
    const actual = JSON.stringify(await picture(victim));
    if (actual === expected) return true;
    if (Date.now() > end) {
      say(`not equal:\n  twin   ${expected}\n  victim ${actual}`);
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function picture({ call }: NodeProcess): Promise<unknown> {
  const { name } = WALLET;
  const tip = await call.chain.tip();
  const stats = await call.chain.stats();
  const balance = await call.wallet.balance({ name });
  const history = await call.wallet.history({ name, limit: 500 });
  const entries = history.map(({ txid, amount, state, height }) => ({ txid, amount, state, height }));
  entries.sort((a, b) => a.txid.localeCompare(b.txid));
  return { tip, stats, balance, entries };
}

/** What a run hit, in lines for people. */
export function describeRun({ kinds, prunedTo, turns }: ChaosResult): string {
  const hits = [...kinds].sort(([, a], [, b]) => b - a).map(([kind, times]) => `${times} x ${kind}`);
  const pruned = prunedTo > 1 ? `blocks below ${prunedTo} were pruned` : 'nothing was pruned';
  return [
    `killed right after: ${hits.join(', ')}`,
    `${turns.all} branches overtook, ${turns.overCommitment} of them over a block that names a snapshot; ${pruned}`,
  ].join('\n');
}
