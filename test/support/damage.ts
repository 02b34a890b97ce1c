import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Network } from '../../main/core/params/network.ts';
import { KithError } from '../../main/lib/errors.ts';
import type { Log } from '../../main/lib/log.ts';
import type { Chain } from '../../main/chain/chain.ts';
import { createChainModel, hashOf, type ModelBlock, sumOf } from './chain/chain-model.ts';
import { createRandom } from './random.ts';
import { lackingBodies, newDirectory, openTestChain, silent } from './chain/test-chain.ts';

/** A closed data directory with everything in it, and what happens to the chain afterwards. */
export interface DamageWorld {
  readonly network: Network;
  readonly directory: string;
  /** All blocks that the directory has seen, the active chain last. */
  readonly past: readonly ModelBlock[];
  /** A branch from some blocks below the tip with more work: a node that follows it disconnects stored blocks. */
  readonly future: readonly ModelBlock[];
}

const SEGMENT_BYTES = 12_000;
const options = (network: Network, directory: string) => ({
  network,
  directory,
  segmentBytes: SEGMENT_BYTES,
});

/** Makes a directory in several sessions, so that there are several files of each sort, and one reorganisation. */
export async function createDamageWorld(network: Network, seed: number, blocks = 54): Promise<DamageWorld> {
  const model = createChainModel(network, createRandom(seed));
  const directory = newDirectory();
  let tip = model.genesis;
  const sessions = 3;
  for (let session = 0; session < sessions; session++) {
    const chain = await openTestChain(options(network, directory));
    for (let i = 0; i < blocks / sessions; i++) {
      tip = model.grow(tip, 4);
      await chain.submitBlock(tip.block.bytes);
    }
    if (session === 1) {
      // A rival of two blocks that loses, and one of three that wins.
      const fork = tip.parent!.parent!;
      for (const rival of [model.grow(fork, 2), model.grow(fork, 2)]) {
        await chain.submitBlock(rival.block.bytes);
        const second = model.grow(rival, 2);
        await chain.submitBlock(second.block.bytes);
        tip = second;
      }
      tip = model.grow(tip, 2);
      await chain.submitBlock(tip.block.bytes);
    }
    await chain.close();
  }
  const past = model.blocks.slice(1);
  let at = tip;
  for (let i = 0; i < 8; i++) at = at.parent!;
  const future: ModelBlock[] = [];
  for (let i = 0; i < 10; i++) future.push((at = model.grow(at, 3)));
  return { network, directory, past, future };
}

/** A way to hurt a file. */
export interface Damage {
  readonly name: string;
  hurt(path: string): void;
}

/** Every way of losing bytes that the design names, at `offsets` places of a file. */
export function damages(offsets: number): Damage[] {
  const places = Array.from({ length: offsets }, (_, i) => (i + 0.5) / offsets);
  const edit = (path: string, change: (bytes: Buffer) => void) => {
    const bytes = readFileSync(path);
    change(bytes);
    writeFileSync(path, bytes);
  };
  return [
    { name: 'delete', hurt: (path) => rmSync(path) },
    { name: 'truncate to nothing', hurt: (path) => truncateSync(path, 0) },
    { name: 'truncate by a byte', hurt: (path) => truncateSync(path, Math.max(0, statSync(path).size - 1)) },
    ...places.map((place) => ({
      name: `truncate at ${place.toFixed(3)}`,
      hurt: (path: string) => truncateSync(path, Math.floor(statSync(path).size * place)),
    })),
    ...[0, ...places, 1].map((place) => ({
      name: `flip a bit at ${place.toFixed(3)}`,
      hurt: (path: string) =>
        edit(path, (bytes) => {
          const at = Math.min(bytes.length - 1, Math.floor(bytes.length * place));
          if (at >= 0) bytes[at]! ^= 1 << (at % 8);
        }),
    })),
    ...[0, ...places].map((place) => ({
      name: `zero 4 KiB at ${place.toFixed(3)}`,
      hurt: (path: string) =>
        edit(path, (bytes) => {
          const at = Math.floor(bytes.length * place);
          bytes.fill(0, at, Math.min(at + 4096, bytes.length));
        }),
    })),
  ];
}

/** Every file of the folders that hold the chain, by its path below the data directory. */
export function chainFiles(directory: string): string[] {
  return ['chain', 'blocks', 'undo'].flatMap((folder) =>
    readdirSync(join(directory, folder))
      .sort()
      .map((name) => join(folder, name)),
  );
}

/** What became of a damaged directory once the node had its peers again. */
export type Recovery =
  | { readonly end: 'equal'; readonly starts: number }
  | { readonly end: 'different'; readonly what: string }
  | { readonly end: 'stuck'; readonly what: string }
  | { readonly end: 'error'; readonly code: string }
  | { readonly end: 'thrown'; readonly error: unknown };

/** Hurts a copy, opens it and plays the peers, who still have every block; restarts where the node asks for it. */
export async function recover(world: DamageWorld, file: string, damage: Damage): Promise<Recovery> {
  const directory = newDirectory();
  cpSync(world.directory, directory, { recursive: true });
  damage.hurt(join(directory, file));
  try {
    for (let starts = 1; starts <= 3; starts++) {
      const recovery = await live(world, directory, starts > 1);
      if (recovery !== 'again') return recovery === 'equal' ? { end: 'equal', starts } : recovery;
    }
    return { end: 'stuck', what: 'it wants to be started again and again' };
  } catch (error) {
    return error instanceof KithError ? { end: 'error', code: error.code } : { end: 'thrown', error };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What a damaged directory looks like to a node that has nobody to ask. */
export type Alone =
  | { readonly end: 'equal' }
  /** It stands somewhere else, at a place where the chain once stood, and has said that something is wrong. */
  | { readonly end: 'told'; readonly said: readonly string[] }
  /** It stands somewhere else and has said nothing, or has other coins than the blocks lead to. */
  | { readonly end: 'different'; readonly what: string }
  | { readonly end: 'error'; readonly code: string }
  | { readonly end: 'thrown'; readonly error: unknown };

/** Hurts a copy and opens it, again where the node asks for it, with no peer that could make up for anything. */
export async function standAlone(world: DamageWorld, file: string, damage: Damage): Promise<Alone> {
  const directory = newDirectory();
  cpSync(world.directory, directory, { recursive: true });
  damage.hurt(join(directory, file));
  const said: string[] = [];
  const log: Log = {
    ...silent,
    warn: (line) => said.push(line),
    error: (line) => said.push(line),
    child: () => log,
  };
  try {
    for (let starts = 1; ; starts++) {
      const chain = await openTestChain({ ...options(world.network, directory), log });
      try {
        await chain.idle();
        return await lookAt(chain, world, said);
      } catch (error) {
        if (starts === 3 || !(error instanceof KithError) || error.code !== 'storage-damaged') throw error;
      } finally {
        await chain.close();
      }
    }
  } catch (error) {
    return error instanceof KithError ? { end: 'error', code: error.code } : { end: 'thrown', error };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function lookAt(chain: Chain, { past }: DamageWorld, said: readonly string[]): Promise<Alone> {
  const tip = past.find(({ block }) => block.header.idHex === chain.tip().id);
  if (!tip && chain.tip().height > 0) return { end: 'different', what: 'a tip that never was' };
  const wrong = tip && (await compare(chain, tip));
  if (wrong?.end === 'different') return wrong;
  // A body that is gone is known to be gone, or found out by reading it.
  for (let { height } = chain.tip(); height > 0; height--) {
    const { id } = chain.atHeight(height)!;
    if (chain.hasBody(id) && (await chain.readBlock(id))) continue;
    if (!lackingBodies(chain, 1000).some((missing) => missing.id === id))
      return { end: 'different', what: `nobody misses the body of ${height}` };
  }
  if (tip === past.at(-1)) return { end: 'equal' };
  return said.length > 0
    ? { end: 'told', said }
    : { end: 'different', what: `it stands at ${chain.tip().height} and says nothing` };
}

/** One life of the node. What an earlier one was told already may take it straight to the newest tip. */
async function live(
  world: DamageWorld,
  directory: string,
  again: boolean,
): Promise<Recovery | 'again' | 'equal'> {
  const chain = await openTestChain(options(world.network, directory));
  let failure: unknown = null;
  chain.events.on('failed', (error) => (failure ??= error));
  try {
    const old = world.past.at(-1)!;
    if (!again) {
      if (!(await follow(chain, world.past, old, () => failure))) return judge(failure, 'the old tip');
      const before = await compare(chain, old);
      if (before) return before;
    }
    const tip = world.future.at(-1)!;
    if (!(await follow(chain, [...world.past, ...world.future], tip, () => failure)))
      return judge(failure, 'the new tip');
    return (await compare(chain, tip)) ?? 'equal';
  } catch (error) {
    if (failure === null) throw error;
    return judge(failure, '');
  } finally {
    await chain.close().catch(() => undefined);
  }
}

function judge(failure: unknown, what: string): Recovery | 'again' {
  if (failure === null) return { end: 'stuck', what: `it never reached ${what}` };
  if (failure instanceof KithError)
    return failure.code === 'storage-damaged' ? 'again' : { end: 'error', code: failure.code };
  return { end: 'thrown', error: failure };
}

/** Sends headers, then bodies as long as the node asks for some; false when it gets no further. */
export async function follow(
  chain: Chain,
  blocks: readonly ModelBlock[],
  tip: ModelBlock,
  failure: () => unknown,
): Promise<boolean> {
  for (const { block } of blocks) await chain.acceptHeaders([block.header]);
  const byId = new Map(blocks.map((each) => [each.block.header.idHex, each.block]));
  const arrived = () => chain.tip().id === tip.block.header.idHex;
  for (let round = 0; round < 200 && failure() === null; round++) {
    const missing = lackingBodies(chain, 16).flatMap(({ id }) => byId.get(id) ?? []);
    if (missing.length === 0 && arrived()) return true;
    for (const block of missing) await chain.submitBlock(block.bytes);
    if (missing.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return false;
}

/** Null when the chain has this block as its tip, and the coins and totals that belong to it. */
export async function compare(
  chain: Chain,
  { coins, issued, burned, block }: ModelBlock,
): Promise<Extract<Recovery, { end: 'different' }> | null> {
  const made = { tip: chain.tip().id, ...chain.totals(), set: await chain.setHash() };
  const total = sumOf(coins);
  const wanted = { tip: block.header.idHex, coins: coins.size, total, issued, burned, set: hashOf(coins) };
  const [a, b] = [JSON.stringify(made), JSON.stringify(wanted)];
  return a === b ? null : { end: 'different', what: `${a} instead of ${b}` };
}
