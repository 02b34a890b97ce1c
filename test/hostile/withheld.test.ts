import { expect, test } from 'vitest';
import { encodeBlockAnnouncement } from '../../main/net/protocol/announcements.ts';
import { FRAME } from '../../main/net/protocol/frame-types.ts';
import type { Handler } from '../../main/net/protocol/responder.ts';
import { decodeGetBlocks } from '../../main/net/protocol/sync-messages.ts';
import { isViolation } from '../../main/core/violation.ts';
import { scale } from '../support/scale.ts';
import { until } from '../support/until.ts';
import { nextBlock } from './support/blocks.ts';
import { suffer } from './support/oracle.ts';
import { meet, NAMES, newSource, type Stranger } from './support/stranger.ts';
import { inOneWorld } from './support/world.ts';

const PEERS = scale(4, 40);
const world = inOneWorld(30);

/** What is asked for blocks: nothing ever comes, or the answer that it isn't there. */
const SILENT: Handler = { cap: FRAME.getBlocks.cap, handle: () => new Promise(() => undefined) };
const ABSENT: Handler = {
  cap: FRAME.getBlocks.cap,
  async handle(frame, reply) {
    const ids = decodeGetBlocks(frame.body);
    if (isViolation(ids)) return ids;
    for (const id of ids) await reply(FRAME.absent.type, id);
    return null;
  },
};

test.each([
  ['and do not answer', SILENT],
  ['and answer that they do not have it', ABSENT],
])(
  `honest blocks are accepted while ${PEERS} peers announce headers, withhold the blocks %s`,
  async (what, handler) => {
    const { victim, honest } = world();
    const peers: Stranger[] = [];
    await suffer(world(), {
      what: `withheld blocks ${what}`,
      seed: 51,
      async run() {
        for (let n = 0; n < PEERS; n++) {
          const answers = { [NAMES.sync]: new Map([[FRAME.getBlocks.type, handler]]) };
          const peer = await world().peer({ answers });
          peers.push(peer);
          const { header } = await nextBlock(victim);
          (await peer.gossip()).publish(NAMES.blocks, encodeBlockAnnouncement(header.bytes, null));
          const known = async () =>
            (await victim.call.chain.header({ id: header.idHex }).catch(() => null)) !== null;
          await until(async () => peer.gone() || (await known()), 'the header is known', { ms: 10_000 });
          // An honest miner's own block of that height comes second, and must be taken all the same.
          const own = await nextBlock(honest);
          const { status } = await honest.call.chain.submit({ hex: Buffer.from(own.bytes).toString('hex') });
          if (status !== 'connected') continue;
          const taken = async () => (await victim.call.chain.tip()).height >= own.header.height;
          await until(taken, 'the honest block is taken', { ms: 10_000 });
        }
        for (const peer of peers) await peer.stop();
        return `${PEERS} headers`;
      },
    });
    const bans = await victim.call.peers.bans();
    expect(bans.filter(({ id }) => id === honest.peerId)).toEqual([]);
  },
);

test('honest nodes give each other no penalty when hostile peers send them wrong or withheld bodies', async () => {
  const { victim, honest } = world();
  await suffer(world(), {
    what: 'twins over a hop',
    seed: 52,
    async run(random) {
      for (let n = 0; n < PEERS; n++) {
        const peer = await meet(honest.addresses[0]!, { from: newSource() });
        world().later(() => peer.stop());
        await peer.greet();
        const block = await nextBlock(honest);
        const twin = block.bytes.slice();
        twin[twin.length - 1]! ^= 1 + random.int(255);
        const garbage = Buffer.concat([block.header.bytes, random.bytes(300)]);
        const pen = await peer.gossip();
        const body = n % 3 === 0 ? twin : n % 3 === 1 ? garbage : null;
        pen.publish(NAMES.blocks, encodeBlockAnnouncement(block.header.bytes, body));
        const arrived = async () =>
          body === null
            ? (await honest.call.chain.header({ id: block.header.idHex }).catch(() => null)) !== null
            : ((await honest.call.peers.list()).find(({ id }) => id === peer.id)?.score ?? 0) > 0;
        await until(async () => peer.gone() || (await arrived()), 'it arrives', { ms: 10_000 });
        await peer.stop();
      }
      return `${PEERS} bodies`;
    },
  });
  for (const [node, other] of [
    [victim, honest],
    [honest, victim],
  ] as const) {
    const seen = (await node.call.peers.list()).find(({ id }) => id === other.peerId);
    expect(seen?.score).toBe(0);
  }
});
