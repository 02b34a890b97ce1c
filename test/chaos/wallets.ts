import { ORPCError } from '@orpc/client';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type NodeProcess, startNodeProcess } from '../support/nodes/node-process.ts';
import { createRandom } from '../support/random.ts';
import { newDirectory } from '../support/chain/test-chain.ts';
import { createChainTruth, type Facts, problemsOf, readFacts } from './wallet-facts.ts';
import {
  type Changes,
  createOperations,
  FIRST,
  type Operation,
  PASSWORD,
  SECOND,
} from './wallet-operations.ts';

export interface WalletChaosOptions {
  readonly kills: number;
  readonly seed: number;
  say(line: string): void;
}

export interface WalletChaosResult {
  /** Kills after which every wallet opened, had what the chain has for it, and everything acknowledged before. */
  readonly whole: number;
  /** What was wrong after a kill. */
  readonly problems: readonly string[];
  /** How often the node was killed during an operation of this name. */
  readonly during: ReadonlyMap<string, number>;
  /** How often it died right after a write of this kind; `timer`: wherever it was. */
  readonly kinds: ReadonlyMap<string, number>;
  /** Facts in the end, by kind. */
  readonly facts: ReadonlyMap<string, number>;
  readonly directories: readonly string[];
}

const WORDS =
  'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art';
const WATCHING = 'watching';
/** Four periods of twenty blocks, in which miners signal the rule of policy locks: set-ups need it. */
const FIRST_BLOCKS = 85;
/** Writes after which it dies, at most: a few operations. */
const MAX_WRITES = 10;
/** How long the wallets may take to follow the chain, and a killed process to end, in milliseconds. */
const LIMIT_MS = 60_000;

/**
 * Kills a node with SIGKILL while its wallets, contacts, requests, frozen coins, settings, set-ups and backups are being
 * written, starts it again, and compares everything with what it had acknowledged and with its blocks.
 */
export async function walletChaos({ kills, seed, say }: WalletChaosOptions): Promise<WalletChaosResult> {
  const random = createRandom(seed);
  const [datadir, folder] = [newDirectory(), newDirectory()];
  const nextOperation = createOperations(random, folder);
  const truth = createChainTruth();
  const problems: string[] = [];
  const during = new Map<string, number>();
  const kinds = new Map<string, number>();
  const start = (env: Readonly<Record<string, string>> = {}) =>
    startNodeProcess({ datadir, args: ['--no-listen'], listen: [], env });

  let node = await start();
  await prepare(node);
  let known: Facts = await readFacts(node.call);
  await node.stop();
  let [whole, kill] = [0, 0];
  let last: Death = { killed: 'nothing', begun: new Map() };
  for (;;) {
    node = await start({ KITH_CRASH_AFTER: String(1 + random.int(MAX_WRITES)), KITH_CRASH_ARM: 'signal' });
    const actual = await readFacts(node.call);
    const wrong = [...problemsOf(actual, known, last.begun), ...(await wrongBalances(node.call, truth))];
    for (const problem of wrong) problems.push(`kill ${kill}, during ${last.killed}: ${problem}`);
    if (wrong.length > 0) say(problems.slice(-wrong.length).join('\n'));
    else if (kill > 0) whole++;
    if (kill > 0 && kill % 10 === 0) say(`${kill} kills, ${whole} times everything was whole`);
    known = actual;
    if (kill === kills) break;
    process.kill(node.pid, 'SIGUSR2');
    last = await workUntilDead(
      node,
      () => nextOperation(known),
      (changes) => (known = changed(known, changes)),
    );
    kill++;
    count(during, last.killed);
    count(kinds, /crash point: (.*)/.exec(node.errors())?.[1] ?? 'unknown');
  }
  await node.stop();
  const facts = new Map<string, number>();
  for (const key of known.keys()) count(facts, key.slice(0, key.indexOf(' ')));
  return { whole, problems, during, kinds, facts, directories: [datadir, folder] };
}

const count = (counts: Map<string, number>, key: string): void =>
  void counts.set(key, (counts.get(key) ?? 0) + 1);

async function prepare({ call }: NodeProcess): Promise<void> {
  // A wallet may be restored beside a watch-only one, and not the other way round.
  await call.wallet.createWatchOnly({ name: WATCHING, keys: await publicKeys() });
  await call.wallet.restore({ name: FIRST, password: PASSWORD, mnemonic: WORDS });
  await call.wallet.create({ name: SECOND, password: PASSWORD });
  const { address } = await call.wallet.address({ name: FIRST });
  await call.mining.generate({ address, blocks: FIRST_BLOCKS });
}

async function publicKeys(): Promise<string> {
  const node = await startNodeProcess({ args: ['--no-listen'], listen: [] });
  try {
    await node.call.wallet.restore({ name: FIRST, password: PASSWORD, mnemonic: WORDS });
    return (await node.call.wallet.exportKeys({ name: FIRST })).keys;
  } finally {
    await node.stop();
  }
}

function changed(facts: ReadonlyMap<string, string>, changes: Changes): Map<string, string> {
  const next = new Map(facts);
  for (const [key, value] of changes)
    if (value === null) next.delete(key);
    else next.set(key, value);
  return next;
}

/** The operation during which a node died, and what that had begun. */
interface Death {
  readonly killed: string;
  readonly begun: Changes;
}

/** Resolves with the operation during which the node died, and what that had begun. */
async function workUntilDead(
  node: NodeProcess,
  next: () => Operation,
  acknowledged: (changes: Changes) => void,
): Promise<Death> {
  for (;;) {
    const operation = next();
    try {
      acknowledged(await operation.run(node.call));
    } catch (error) {
      if (await isDead(node, error)) return { killed: operation.name, begun: operation.begun };
    }
  }
}

/** An operation may be refused, such as a payment without coins; a lost connection means that the node dies. */
async function isDead(node: NodeProcess, error: unknown): Promise<boolean> {
  if (error instanceof ORPCError) return false;
  const dead = await Promise.race([
    node.ended.then(() => true),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), LIMIT_MS)),
  ]);
  if (!dead) throw error;
  return true;
}

/** Waits until the wallets have followed the chain, then compares each with the blocks. */
async function wrongBalances(
  call: KithClient,
  truth: ReturnType<typeof createChainTruth>,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const name of [FIRST, SECOND, WATCHING]) {
    const end = Date.now() + LIMIT_MS;
    for (;;) {
      const [balance, { height }] = [await call.wallet.balance({ name }), await call.chain.tip()];
      const { available, frozen, pendingChange, pendingOut, immature } = balance;
      // Pending coins of others are in no block yet; what pending payments spend still is.
      const actual = available + frozen + pendingChange + immature + pendingOut;
      const expected = await truth.sum(call, name);
      if (balance.asOfHeight === height && actual === expected) break;
      if (Date.now() > end) {
        wrong.push(
          `${name} has ${actual} at ${balance.asOfHeight}, its blocks up to ${height} have ${expected}`,
        );
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return wrong;
}

/** What a run hit, in lines for people. */
export function describeWalletRun({ during, kinds, facts }: WalletChaosResult): string {
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts]
      .sort(([, a], [, b]) => b - a)
      .map(([name, times]) => `${times} × ${name}`)
      .join(', ');
  return [
    `killed right after: ${list(kinds)}`,
    `killed during: ${list(during)}`,
    `in the end there were: ${list(facts)}`,
  ].join('\n');
}
