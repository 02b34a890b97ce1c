import { expect } from 'vitest';
import type { NodeProcess } from './node-process.ts';
import { PENALTY, POINTS } from '../../../main/net/peers/penalties.ts';
import type { PeerViolationCode } from '../../../main/net/protocol/wire-violation.ts';
import { createRandom } from '../random.ts';
import { scale } from '../scale.ts';
import { until } from '../until.ts';
import { createWiredNodes, type WiredNodes } from './wired-nodes.ts';

const NODES = 5;
const PASSWORD = 'correct horse battery staple';
/** A block about so often, whatever happens. */
const BLOCK_MS = 700;
const RECOVERED = { every: 100 };
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What becomes of a node that people use; it is well again when this is over. */
const ACTIONS: Readonly<
  Record<string, (network: WiredNodes, index: number, address: string) => Promise<void>>
> = {
  /** A crash and a restart by the user. */
  async killed(network, index) {
    await network.nodes[index]!.kill();
    await sleep(1000);
    await network.again(index);
  },
  async restarted(network, index) {
    expect(await network.nodes[index]!.stop()).toBe(0);
    await network.again(index);
  },
  /** A lid that was closed for a moment: nobody has noticed. */
  async paused(network, index) {
    await asleep(network.nodes[index]!, scale(4000, 10_000));
  },
  /** A lid that was closed until everybody else has taken it for gone. */
  async asleep(network, index) {
    await asleep(network.nodes[index]!, 75_000);
  },
  async disconnected(network, index) {
    network.cut(index);
    await sleep(scale(5000, 10_000));
    network.heal(index);
  },
  /** Alone with a few blocks of its own: when it is back, it takes them back. */
  async reorganised(network, index, address) {
    network.cut(index);
    const alone = network.nodes[index]!.call;
    await alone.mining.generate({ address, blocks: 2 });
    const { height } = await alone.chain.tip();
    const others = network.nodes[0]!.call;
    await until(async () => (await others.chain.tip()).height > height, 'the other nodes have more work');
    network.heal(index);
  },
  /** Alone with more work than all others: when it is back, these take their blocks back. */
  async outmined(network, index, address) {
    network.cut(index);
    await sleep(3000);
    await network.nodes[index]!.call.mining.generate({ address, blocks: 25 });
    network.heal(index);
  },
};

async function asleep({ pid }: NodeProcess, ms: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await sleep(ms);
  process.kill(pid, 'SIGCONT');
}

export type Action = keyof typeof ACTIONS;

/**
 * What these nodes have counted against each other since they started: all of them are honest, so it must be nothing.
 * Ended connections without points are no accusation.
 */
async function accusations(nodes: readonly NodeProcess[]): Promise<string[]> {
  const found: string[] = [];
  for (const [index, { call }] of nodes.entries()) {
    const entries = await call.peers.journal({ limit: 500 });
    expect(entries.some(({ event }) => event === 'connected')).toBe(true);
    for (const { event, code } of entries) {
      const points = code !== null && code in PENALTY ? POINTS[PENALTY[code as PeerViolationCode]] : 0;
      if (event === 'banned' || (event === 'penalty' && points > 0)) found.push(`node ${index}: ${code}`);
    }
    for (const { score, fault } of await call.peers.list())
      if (score > 0) found.push(`node ${index}: ${score} points, the last for ${fault?.code}`);
    for (const { code } of await call.peers.bans()) found.push(`node ${index}: a ban for ${code}`);
  }
  return found;
}

/**
 * A network of {@link NODES} whole nodes that mines and pays while one of them after the other meets with what happens
 * to desktops. After each it must be with the other nodes again in {@link RECOVERED}, with the same coins, and no node may have
 * counted anything against another.
 */
export async function soak(actions: Iterable<Action>, seed: number): Promise<void> {
  const network = createWiredNodes();
  const random = createRandom(seed);
  const { nodes } = network;
  try {
    await network.grow(NODES);
    await nodes[0]!.call.wallet.create({ name: 'w', password: PASSWORD });
    const { address } = await nodes[0]!.call.wallet.address({ name: 'w' });
    await nodes[0]!.call.mining.generate({ address, blocks: 20 });
    await until(async () => (await network.tips()) === 1, 'all are in sync at first');

    for (const action of actions) {
      // The first keeps the money and finds the blocks meanwhile.
      const index = 1 + random.int(NODES - 1);
      const going = live(nodes[0]!, address);
      try {
        await ACTIONS[action]!(network, index, address);
      } finally {
        await going.stop();
      }
      const began = performance.now();
      await until(
        async () => (await network.tips()) === 1,
        `${action}: node ${index} is with the other nodes`,
        RECOVERED,
      );
      const took = Math.round(performance.now() - began);
      expect(await accusations(nodes)).toEqual([]);
      console.log(`${action}: node ${index} back after ${took} ms, ${going.blocks()} blocks found meanwhile`);
    }
    const sets = await Promise.all(nodes.map(async (node) => (await node.call.chain.stats()).setHash));
    expect(new Set(sets).size).toBe(1);
  } finally {
    await network.end();
  }
}

/** Blocks and payments, until it is stopped. */
function live(node: NodeProcess, address: string): { stop(): Promise<void>; blocks(): number } {
  let blocks = 0;
  let on = true;
  const going = (async () => {
    while (on) {
      await node.call.wallet.send({ name: 'w', password: PASSWORD, to: [{ address, amount: 1_000_000 }] });
      await node.call.mining.generate({ address, blocks: 1 });
      blocks++;
      await sleep(BLOCK_MS);
    }
  })();
  going.catch(() => undefined);
  return {
    blocks: () => blocks,
    async stop() {
      on = false;
      await going;
    },
  };
}
