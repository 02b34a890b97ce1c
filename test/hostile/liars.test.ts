import { expect, test } from 'vitest';
import { encodeBlockAnnouncement } from '../../main/net/protocol/announcements.ts';
import { FRAME } from '../../main/net/protocol/frame-types.ts';
import { encodeHeaders } from '../../main/net/protocol/sync-messages.ts';
import type { Handler } from '../../main/net/protocol/responder.ts';
import { scale } from '../support/scale.ts';
import { until } from '../support/until.ts';
import { nextBlock } from './support/blocks.ts';
import { suffer } from './support/oracle.ts';
import { NAMES, type Stranger } from './support/stranger.ts';
import { inOneWorld } from './support/world.ts';

const TWINS = scale(4, 50);
const LIARS = scale(8, 100);
const world = inOneWorld(30);

const scoreOf = async (peer: string) =>
  (await world().victim.call.peers.list()).find(({ id }) => id === peer)?.score ?? 0;

test(`blocks are accepted although peers sent ${TWINS * 3} mutated copies before, and those peers are disconnected`, async () => {
  const { victim, honest } = world();
  const hostile: Stranger[] = [];
  let seen = 0;
  await suffer(world(), {
    what: 'mutated twins',
    seed: 31,
    async run(random) {
      for (let n = 0; n < TWINS; n++) {
        const peer = await world().peer();
        hostile.push(peer);
        const pen = await peer.gossip();
        pen.subscribe(NAMES.blocks);
        for (let i = 0; i < 3; i++) {
          const block = await nextBlock(victim);
          const twin = block.bytes.slice();
          // The witness of the coinbase: the header's Merkle root commits to it.
          twin[twin.length - 1 - random.int(8)]! ^= 1 + random.int(255);
          pen.publish(NAMES.blocks, encodeBlockAnnouncement(block.header.bytes, twin));
          // The body is looked at before anything is passed on, and held against who made it.
          const blamed = async () => (await scoreOf(peer.id)) > i * 30;
          await until(async () => peer.gone() || (await blamed()), 'the twin arrives', { ms: 10_000 });
          const { status } = await honest.call.chain.submit({
            hex: Buffer.from(block.bytes).toString('hex'),
          });
          if (status !== 'connected') continue;
          seen++;
          const height = block.header.height;
          const there = async () => (await victim.call.chain.tip()).height >= height;
          await until(there, 'the true one is taken', { ms: 10_000 });
        }
      }
      return `${TWINS * 3} twins, ${seen} of them of blocks that became the tip`;
    },
    hostile: () => hostile,
  });
  expect(seen).toBeGreaterThan(0);
  expect(await scoreOf(honest.peerId)).toBe(0);
});

test(`${LIARS} peers that claim a great height without proof are disconnected, and the node stays synced`, async () => {
  const { victim } = world();
  const hostile: Stranger[] = [];
  let asked = 0;
  const nothing: Handler = {
    cap: FRAME.getHeaders.cap,
    async handle(_frame, reply) {
      asked++;
      await reply(FRAME.headers.type, encodeHeaders([]));
      return null;
    },
  };
  await suffer(world(), {
    what: 'claims of a great height',
    seed: 32,
    async run(random) {
      const claim = () => ({ height: 1_000_000, work: 1n << 80n, id: random.bytes(32) });
      for (let n = 0; n < LIARS; n++) {
        const answers = { [NAMES.sync]: new Map([[FRAME.getHeaders.type, nothing]]) };
        const peer = await world().stranger({ answers });
        const control = await peer.greet(claim());
        hostile.push(peer);
        for (let before = asked; control !== null && !peer.gone(); before = asked) {
          control.sendTip(claim());
          await until(() => asked > before || peer.gone(), 'asked for it');
        }
      }
      return `${LIARS} peers, asked ${asked} times`;
    },
    hostile: () => hostile,
  });
  const status = await victim.call.node.status();
  expect(status.headers).toBe(status.height);
  expect(status.phase).toBe('synced');
});
