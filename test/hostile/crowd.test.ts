import { expect, test } from 'vitest';
import { encodeBlockAnnouncement, encodeWids, MAX_WIDS } from '../../main/net/protocol/announcements.ts';
import { FRAME } from '../../main/net/protocol/frame-types.ts';
import { type NodeProcess, startNodeProcess } from '../support/nodes/node-process.ts';
import type { Random } from '../support/random.ts';
import { scale } from '../support/scale.ts';
import { until } from '../support/until.ts';
import { nextBlock, PAYEE, withoutWork } from './support/blocks.ts';
import { head, sendMalformed } from './support/malformed.ts';
import { suffer } from './support/oracle.ts';
import { meet, NAMES, newSource, type Stranger } from './support/stranger.ts';
import { inOneWorld } from './support/world.ts';

const HONEST = scale(5, 20);
const HOSTILE = scale(10, 40);
const world = inOneWorld(30);

/** What a hostile peer does to its node until the node closes the connection. */
const ATTACKS: readonly ((peer: Stranger, node: NodeProcess, random: Random) => Promise<unknown>)[] = [
  (peer, _node, random) => sendMalformed(peer, 'gossip', 50, random),
  (peer, _node, random) => sendMalformed(peer, 'relay', 50, random),
  async (peer) => (await peer.open(NAMES.sync)).send(head(0xffff_ffff, FRAME.getBlocks.type)),
  async (peer, node, random) => {
    const pen = await peer.gossip();
    for (let i = 0; i < 3 && !peer.gone(); i++) {
      const { header, bytes } = await nextBlock(node);
      const twin = bytes.slice();
      twin[twin.length - 1]! ^= 1 + i;
      // Headers without work, too: at the first of those it is over.
      const bad = withoutWork(header, random.int(0xffff_ffff)).bytes;
      pen.publish(NAMES.blocks, encodeBlockAnnouncement(header.bytes, i === 0 ? twin : null));
      pen.publish(NAMES.blocks, encodeBlockAnnouncement(bad, null));
    }
  },
  async (peer, _node, random) => {
    const pen = await peer.gossip();
    for (let i = 0; i < 5000 && (await pen.ready()) && !peer.gone(); i++) {
      const wids = Array.from({ length: MAX_WIDS }, () => random.bytes(32));
      pen.publish(NAMES.transactions, encodeWids({ salt: random.bytes(8), wids }));
      if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
  },
];

test(`${HONEST} honest nodes stay one network while ${HOSTILE} hostile peers attack them`, async () => {
  const { victim, honest, later } = world();
  const nodes = [victim, honest];
  while (nodes.length < HONEST) {
    const bootstrap = nodes.slice(-3).flatMap(({ addresses }) => addresses);
    const node = await startNodeProcess({ bootstrap, listen: [`/ip4/127.64.0.${nodes.length}/tcp/0`] });
    later(() => node.stop());
    nodes.push(node);
  }
  const oneTip = async () =>
    new Set(await Promise.all(nodes.map(async ({ call }) => (await call.chain.tip()).id))).size === 1;
  await until(oneTip, 'all in sync');
  const hostile: Stranger[] = [];
  const tips: number[] = [];
  await suffer(world(), {
    what: `${HONEST} honest and ${HOSTILE} hostile`,
    seed: 41,
    async run(random) {
      const attacks = Array.from({ length: HOSTILE }, async (_, i) => {
        const node = nodes[i % nodes.length]!;
        const peer = await meet(node.addresses[0]!, { from: newSource() });
        later(() => peer.stop());
        hostile.push(peer);
        await peer.greet();
        await ATTACKS[i % ATTACKS.length]!(peer, node, random).catch(() => undefined);
      });
      for (let i = 0; i < scale(3, 20); i++) {
        const before = performance.now();
        const miner = nodes[random.int(nodes.length)]!;
        await miner.call.mining.generate({ address: PAYEE, blocks: 1 });
        const { height } = await miner.call.chain.tip();
        const everybody = async () => {
          const tips = await Promise.all(nodes.map(({ call }) => call.chain.tip()));
          return tips.every((tip) => tip.height >= height);
        };
        await until(everybody, 'everybody has the block within 10 s', { ms: 10_000 });
        tips.push(performance.now() - before);
      }
      await Promise.all(attacks);
      return `everybody had ${tips.length} blocks within ${Math.max(...tips).toFixed(0)} ms`;
    },
    hostile: () => hostile,
  });
  await until(oneTip, 'one tip in the end');
  const ids = new Set(nodes.map(({ peerId }) => peerId));
  for (const node of nodes) {
    expect((await node.call.peers.bans()).filter(({ id }) => id !== null && ids.has(id))).toEqual([]);
    expect((await node.call.peers.list()).filter(({ id, score }) => ids.has(id) && score > 0)).toEqual([]);
  }
});
