/**
 * Valid requests of every kind, as fast as they are answered, from many peers of as many network groups. None of it is a
 * violation, so nobody is sent away: the budgets (docs/costs.md) have to keep the node working (support/oracle.ts).
 * `npm run test:long` takes the sixty peers of the requirement.
 */
import { beforeAll, expect, test } from 'vitest';
import type { Block } from '../../main/core/primitives/block.ts';
import { PENALTY, POINTS } from '../../main/net/peers/penalties.ts';
import { FRAME } from '../../main/net/protocol/frame-types.ts';
import type { PeerViolationCode } from '../../main/net/protocol/wire-violation.ts';
import type { Handler } from '../../main/net/protocol/responder.ts';
import { type NodeProcess, startNodeProcess, type Vitals } from '../support/nodes/node-process.ts';
import { scale } from '../support/scale.ts';
import { until } from '../support/until.ts';
import { blockAt } from './support/blocks.ts';
import { mineFullBlock } from './support/full-block.ts';
import { suffer } from './support/oracle.ts';
import { type Flood, requestFloods, snapshotRoot } from './support/requests.ts';
import { meet, NAMES, newSource, type Stranger } from './support/stranger.ts';
import { inOneWorld, type World } from './support/world.ts';

const PEERS = scale(6, 60);
const MS = scale(300, 15_000);
/** A budget that is short makes its peers wait, but not for longer than this. */
const ANSWERED = { ms: 60_000 };
/** A block of the largest size in the long form; a quarter of it otherwise, which is made and fetched as much faster. */
const FULL_TRANSACTIONS = scale(2500, 9900);
const world = inOneWorld(200);

/** What it holds in memory with a full block, and what it has prepared to serve that. */
let resting: Vitals;
let block: Block;
let ids: readonly Uint8Array[];

beforeAll(async () => {
  const { victim } = world();
  ids = await Promise.all(
    Array.from({ length: 16 }, async (_, i) => (await blockAt(victim, 20 + i)).header.id),
  );
  await mineAndSend();
  // One of each kind is served, so that everything is loaded and every cache is there before memory is measured.
  for (const flood of Object.values(floods())) {
    const peer = await aPeer(victim);
    let answers = 0;
    await flood(
      peer,
      () => answers > 0 || peer.gone(),
      (more) => (answers += more),
    ).catch(() => undefined);
    await peer.stop();
  }
  resting = await victim.vitals();
}, ANSWERED.ms * 3);

/** Parts of blocks are served near the tip alone, and every attack moves it. */
async function mineAndSend(): Promise<void> {
  const { victim, honest } = world();
  block = await mineFullBlock(victim, FULL_TRANSACTIONS);
  await until(
    async () => (await honest.call.chain.tip()).id === (await victim.call.chain.tip()).id,
    'the honest peer has the full block',
    ANSWERED,
  );
}

const floods = () => requestFloods({ block, ids, root: snapshotRoot(world().victim.datadir) });

/** It has no list of wids, and says so. */
const noWids: Handler = {
  cap: FRAME.getWids.cap,
  async handle(_frame, reply) {
    await reply(FRAME.unknown.type);
    return null;
  },
};

async function aPeer({ addresses }: NodeProcess): Promise<Stranger> {
  const answers = { [NAMES.relay]: new Map([[FRAME.getWids.type, noWids]]) };
  const peer = await meet(addresses[0]!, { from: newSource(), answers });
  world().later(() => peer.stop());
  if ((await peer.greet()) === null) throw new Error('the node did not greet back');
  return peer;
}

async function peersOf(node: NodeProcess, count = PEERS): Promise<Stranger[]> {
  const met: Stranger[] = [];
  for (let i = 0; i < count; i++) met.push(await aPeer(node));
  return met;
}

/** Each peer sends requests of its kind, at least until every one of them was answered or sent away by the budgets. */
function attack(peers: readonly Stranger[], kinds: readonly Flood[]) {
  const answers = peers.map(() => 0);
  let over = false;
  const flooding = Promise.all(
    peers.map((peer, i) =>
      // A stream that ends under it, with its connection, ends the flood.
      kinds[i % kinds.length]!(
        peer,
        () => over,
        (more) => (answers[i]! += more),
      ).catch(() => undefined),
    ),
  );
  return {
    everyoneServed: () =>
      until(() => peers.every((peer, i) => answers[i]! > 0 || peer.gone()), 'all are answered', ANSWERED),
    async stop(): Promise<string> {
      over = true;
      await flooding;
      await Promise.all(peers.map((peer) => peer.stop()));
      const served = answers.filter((count) => count > 0).length;
      return `${answers.reduce((sum, count) => sum + count, 0)} answers to ${served} of ${peers.length} peers`;
    },
  };
}

/** What is valid is no violation, however much of it there is. */
async function expectNobodyBlamed({ call }: NodeProcess, after: number): Promise<void> {
  const entries = await call.peers.journal({ limit: 500, after });
  const blamed = entries.filter(
    ({ code }) => code !== null && code in PENALTY && POINTS[PENALTY[code as PeerViolationCode]] > 0,
  );
  expect(entries.some(({ event }) => event === 'connected')).toBe(true);
  expect(blamed).toEqual([]);
}

const lastEntry = async ({ call }: NodeProcess): Promise<number> =>
  (await call.peers.journal({ limit: 1 }))[0]?.number ?? 0;

const settled = (): World => ({ ...world(), resting });

/** The names are needed before there is a block. */
const KINDS = Object.keys(
  requestFloods({
    block: { header: { id: new Uint8Array(32) }, transactions: [], bytes: new Uint8Array(0) } as never,
    ids: [],
    root: new Uint8Array(32),
  }),
);
/** In a mixed attack every kind has at least one peer. */
const MIXED = Math.max(PEERS, KINDS.length);
const NEAR_TIP = new Set(['getBlocks, full', 'getParts, one', 'getParts, many', 'pushBlock', 'getCompact']);

// The mixed attack comes before the attacks of one kind: the blocks that each of those mines take memory too.
test('a node that is flooded with requests of all kinds stays in sync, and a new node syncs from it', async () => {
  const { victim, later } = world();
  await mineAndSend();
  const before = await lastEntry(victim);
  const peers = await peersOf(victim, MIXED);
  await suffer(settled(), {
    what: 'all kinds at once',
    seed: 41,
    async run() {
      const { everyoneServed, stop } = attack(peers, Object.values(floods()));
      const began = performance.now();
      const newcomer = await startNodeProcess({
        bootstrap: [victim.addresses[0]!],
        listen: ['/ip4/127.64.9.9/tcp/0'],
      });
      later(() => newcomer.stop());
      const { height } = await victim.call.chain.tip();
      await until(
        async () => (await newcomer.call.chain.tip()).height >= height,
        'a new node fetches everything from the attacked one',
        ANSWERED,
      );
      const took = performance.now() - began;
      await everyoneServed();
      return `${await stop()}; ${height} blocks fetched by a new node in ${took.toFixed(0)} ms`;
    },
  });
  await expectNobodyBlamed(victim, before);
});

test('a node that is flooded with requests while it syncs reaches the tip', async () => {
  const { honest, later, victim } = world();
  await mineAndSend();
  const node = await startNodeProcess({ bootstrap: honest.addresses, listen: ['/ip4/127.64.9.8/tcp/0'] });
  later(() => node.stop());
  const peers = await peersOf(node, MIXED);
  const { stop } = attack(peers, Object.values(floods()));
  const { height } = await victim.call.chain.tip();
  await until(
    async () => (await node.call.chain.tip()).height >= height,
    'the attacked node is in sync',
    ANSWERED,
  );
  console.log(`a node that syncs: ${await stop()}`);
  await expectNobodyBlamed(node, 0);
});

test.each(KINDS)(
  'each of many peers that send requests of the kind %s is answered, and the node stays healthy',
  async (kind) => {
    const { victim } = world();
    if (NEAR_TIP.has(kind)) await mineAndSend();
    const flood = floods()[kind]!;
    const before = await lastEntry(victim);
    const peers = await peersOf(victim);
    await suffer(settled(), {
      what: kind,
      seed: 35,
      async run() {
        const { everyoneServed, stop } = attack(peers, [flood]);
        await Promise.all([everyoneServed(), new Promise((resolve) => setTimeout(resolve, MS))]);
        return `${await stop()} in ${MS} ms or more`;
      },
    });
    await expectNobodyBlamed(victim, before);
  },
);
