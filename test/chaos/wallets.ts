import { ORPCError } from '@orpc/client';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type NodeProcess, startNodeProcess } from '../support/nodes/node-process.ts';
import { createRandom } from '../support/random.ts';
import { newDirectory } from '../support/chain/test-chain.ts';
import { REGTEST_NETWORK } from '../../main/core/params/built-in-networks.ts';
import { startRawPeer } from '../support/nodes/raw-peer.ts';
import { type Changes, FIRST, FIRST_WORDS, type Operation, PASSWORD, SECOND } from './operation.ts';
import { createChainTruth, type Facts, problemsOf, readFacts } from './wallet-facts.ts';
import { createOperations } from './wallet-operations.ts';

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
  /** How often an operation of this name ended while the node lived. */
  readonly done: ReadonlyMap<string, number>;
  /** How often one was refused, with the code: `pay wallet-insufficient`. */
  readonly refused: ReadonlyMap<string, number>;
  /** How often it died right after a write of this kind; `timer`: wherever it was. */
  readonly kinds: ReadonlyMap<string, number>;
  /** Facts in the end, by kind. */
  readonly facts: ReadonlyMap<string, number>;
  readonly directories: readonly string[];
}

const WATCHING = 'watching';
/** Four periods of twenty blocks, in which miners signal the rule of policy locks: set-ups need it. */
const FIRST_BLOCKS = 85;
/** Writes after which it dies, at most: a few operations. */
const MAX_WRITES = 10;
/** Share of the kills that come after a time and not after a write: signing writes nothing. */
const BY_TIMER = 0.4;
/** In which these kills come after a slow operation began, in milliseconds: about as long as the longest takes. */
const TIMER_MS = 4_000;
/** How long the wallets may take to follow the chain, and a killed process to end, in milliseconds. */
const LIMIT_MS = 60_000;

/**
 * Kills a node with SIGKILL while its wallets, contacts, requests, frozen coins, settings, set-ups and backups are being
 * written and their payments signed, starts it again, and compares everything with what it had acknowledged and with its
 * blocks.
 */
export async function walletChaos({ kills, seed, say }: WalletChaosOptions): Promise<WalletChaosResult> {
  const random = createRandom(seed);
  const [datadir, folder] = [newDirectory(), newDirectory()];
  const nextOperation = createOperations(random, folder);
  const truth = createChainTruth();
  const problems: string[] = [];
  const counts = { during: counter(), kinds: counter(), done: counter(), refused: counter() };
  const start = (env: Readonly<Record<string, string>> = {}) => startNodeProcess({ datadir, env });

  let node = await start();
  await prepare(node);
  let known: Facts = await readFacts(node.call);
  await node.stop();
  let [whole, kill] = [0, 0];
  let last: Death = { killed: 'nothing', begun: new Map() };
  for (;;) {
    const byTimer = random.next() < BY_TIMER;
    node = await start(
      byTimer ? {} : { KITH_CRASH_AFTER: `${1 + random.int(MAX_WRITES)}`, KITH_CRASH_ARM: 'signal' },
    );
    // Waits for the wallets, so it comes before their facts.
    const balances = await wrongBalances(node.call, truth);
    const actual = await readFacts(node.call);
    const wrong = [...problemsOf(actual, known, last.begun), ...balances];
    for (const problem of wrong) problems.push(`kill ${kill}, during ${last.killed}: ${problem}`);
    if (wrong.length > 0) say(problems.slice(-wrong.length).join('\n'));
    else if (kill > 0) whole++;
    if (kill > 0 && kill % 10 === 0) say(`${kill} kills, ${whole} times everything was whole`);
    known = actual;
    if (kill === kills) break;
    last = await killWhileWorking({
      node,
      next: () => nextOperation(known, byTimer),
      timerMs: byTimer ? random.int(TIMER_MS) : null,
      acknowledged: (changes) => (known = changed(known, changes)),
      counts,
    });
    kill++;
    counts.during.add(last.killed);
    counts.kinds.add(/crash point: (.*)/.exec(node.errors())?.[1] ?? 'timer');
  }
  await node.stop();
  const facts = counter();
  for (const key of known.keys()) facts.add(key.slice(0, key.indexOf(' ')));
  const { during, kinds, done, refused } = counts;
  const figures = { during: during.of, kinds: kinds.of, done: done.of, refused: refused.of, facts: facts.of };
  return { whole, problems, ...figures, directories: [datadir, folder] };
}

function counter() {
  const of = new Map<string, number>();
  return { of, add: (key: string): void => void of.set(key, (of.get(key) ?? 0) + 1) };
}

async function prepare({ call }: NodeProcess): Promise<void> {
  // A wallet may be restored beside a watch-only one, and not the other way round.
  await call.wallet.createWatchOnly({ name: WATCHING, keys: await publicKeys() });
  await call.wallet.restore({ name: FIRST, password: PASSWORD, mnemonic: FIRST_WORDS });
  await call.wallet.create({ name: SECOND, password: PASSWORD });
  const { address } = await call.wallet.address({ name: FIRST });
  await call.mining.generate({ address, blocks: FIRST_BLOCKS });
}

async function publicKeys(): Promise<string> {
  const node = await startNodeProcess({ args: ['--no-listen'], listen: [] });
  try {
    await node.call.wallet.restore({ name: FIRST, password: PASSWORD, mnemonic: FIRST_WORDS });
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

interface Round {
  readonly node: NodeProcess;
  readonly next: () => Operation;
  /** Milliseconds after the begin of a slow operation; null where a write kills. */
  readonly timerMs: number | null;
  readonly acknowledged: (changes: Changes) => void;
  readonly counts: Readonly<Record<'done' | 'refused', { add(key: string): void }>>;
}

/** Works on a node until it dies. Without a peer a node does not know that it is synced, and refuses heights of set-ups. */
async function killWhileWorking(round: Round): Promise<Death> {
  const { node, timerMs } = round;
  // It has no data of its own, so that a lost payment stays lost.
  const peer = await startRawPeer(node.addresses[0]!, { network: REGTEST_NETWORK });
  let timer: NodeJS.Timeout | undefined;
  if (timerMs === null) process.kill(node.pid, 'SIGUSR2');
  try {
    return await workUntilDead(round, ({ isSlow }) => {
      if (timerMs !== null && isSlow === true)
        timer ??= setTimeout(() => process.kill(node.pid, 'SIGKILL'), timerMs);
    });
  } finally {
    clearTimeout(timer);
    await peer.stop();
  }
}

async function workUntilDead(
  { node, next, acknowledged, counts }: Round,
  begins: (operation: Operation) => void,
): Promise<Death> {
  for (;;) {
    const operation = next();
    begins(operation);
    try {
      acknowledged(await operation.run(node.call));
      counts.done.add(operation.name);
    } catch (error) {
      if (await isDead(node, error)) return { killed: operation.name, begun: operation.begun };
      counts.refused.add(`${operation.name} (${(error as ORPCError<string, unknown>).code})`);
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
  for (const { name } of await call.wallet.list({})) {
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
export function describeWalletRun({ during, kinds, done, refused, facts }: WalletChaosResult): string {
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts]
      .sort(([, a], [, b]) => b - a)
      .map(([name, times]) => `${times} × ${name}`)
      .join(', ');
  return [
    `killed right after: ${list(kinds)}`,
    `killed during: ${list(during)}`,
    `ended: ${list(done)}`,
    `refused: ${list(refused)}`,
    `in the end there were: ${list(facts)}`,
  ].join('\n');
}
