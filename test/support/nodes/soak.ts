import { expect } from 'vitest';
import type { NodeProcess } from './node-process.ts';
import { createRandom } from '../random.ts';
import { until } from '../until.ts';
import { createWiredNodes, type WiredNodes } from './wired-nodes.ts';

const NODES = 5;
const PASSWORD = 'correct horse battery staple';
/** A block about so often, whatever happens. */
const BLOCK_MS = 700;
const RECOVERED = { ms: 20_000, every: 100 };
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What becomes of a node that people use; it is well again when this is over. */
const DEEDS: Readonly<Record<string, (network: WiredNodes, index: number) => Promise<void>>> = {
  /** A crash, and somebody who starts it again. */
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
    await asleep(network.nodes[index]!, 10_000);
  },
  /** A lid that was closed until everybody else has taken it for gone. */
  async asleep(network, index) {
    await asleep(network.nodes[index]!, 75_000);
  },
  async disconnected(network, index) {
    network.cut(index);
    await sleep(10_000);
    network.heal(index);
  },
};

async function asleep({ pid }: NodeProcess, ms: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await sleep(ms);
  process.kill(pid, 'SIGCONT');
}

export type Deed = keyof typeof DEEDS;

/**
 * A network of {@link NODES} whole nodes that mines and pays while one of them after the other meets with what happens
 * to desktops. After each it must be with the others again in {@link RECOVERED}, with the same coins.
 */
export async function soak(deeds: readonly Deed[], seed: number): Promise<void> {
  const network = createWiredNodes();
  const random = createRandom(seed);
  const { nodes } = network;
  try {
    await network.grow(NODES);
    await nodes[0]!.call.wallet.create({ name: 'w', password: PASSWORD });
    const { address } = await nodes[0]!.call.wallet.address({ name: 'w' });
    await nodes[0]!.call.mining.generate({ address, blocks: 20 });
    await until(async () => (await network.tips()) === 1, 'all are in sync at first', { ms: 60_000 });

    for (const deed of deeds) {
      // The first keeps the money and finds the blocks meanwhile.
      const index = 1 + random.int(NODES - 1);
      const going = live(nodes[0]!, address);
      try {
        await DEEDS[deed]!(network, index);
      } finally {
        await going.stop();
      }
      const began = performance.now();
      await until(
        async () => (await network.tips()) === 1,
        `${deed}: node ${index} is with the others`,
        RECOVERED,
      );
      const took = Math.round(performance.now() - began);
      console.log(`${deed}: node ${index} back after ${took} ms, ${going.blocks()} blocks found meanwhile`);
    }
    const sets = await Promise.all(nodes.map(async (node) => (await node.call.chain.stats()).setHash));
    expect(new Set(sets).size).toBe(1);
    for (const node of nodes) expect(await node.call.peers.bans()).toEqual([]);
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
