import { expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../main/core/params/built-in-networks.ts';
import type { Header } from '../../main/core/primitives/header.ts';
import { encodeBlockAnnouncement } from '../../main/net/protocol/announcements.ts';
import { FRAME, MAX_HEADERS } from '../../main/net/protocol/frame-types.ts';
import { encodeHeaders } from '../../main/net/protocol/sync-messages.ts';
import { scale } from '../support/scale.ts';
import { mineOn, parentOf, testKey } from '../support/chain/test-chain.ts';
import { until } from '../support/until.ts';
import { nextBlock, withoutWork } from './support/blocks.ts';
import { suffer } from './support/oracle.ts';
import { NAMES, newSource, type Stranger, meet } from './support/stranger.ts';
import { inOneWorld } from './support/world.ts';

const LOW_WORK = scale(6000, 100_000);
const BAD_WORK = scale(40, 10_000);
/** As many headers as a chain from the bottom may have and still count as one of little work. */
const CHEAP = scale(50, 1400);
const world = inOneWorld(1440 + CHEAP + 10);

const known = async (id: string) =>
  (await world()
    .victim.call.chain.header({ id })
    .catch(() => null)) !== null;

test(`none of ${LOW_WORK} announced headers with little work is stored`, async () => {
  const hostile: Stranger[] = [];
  await suffer(world(), {
    what: 'low-work headers by gossip',
    seed: 11,
    async run(random) {
      const genesis = parentOf(REGTEST_NETWORK.genesis);
      const mined: Header[] = [];
      for (let i = 0; i < LOW_WORK; i++) {
        const time = genesis.time + 1 + random.int(80_000);
        mined.push(mineOn({ network: REGTEST_NETWORK }, genesis, { payTo: LOCK, header: { time } }).header);
      }
      let sent = 0;
      while (sent < mined.length) {
        const peer = await world().peer();
        hostile.push(peer);
        const pen = await peer.gossip();
        pen.subscribe(NAMES.blocks);
        for (let i = 0; i < 5000 && sent < mined.length && (await pen.ready()); i++)
          pen.publish(NAMES.blocks, encodeBlockAnnouncement(mined[sent++]!.bytes, null));
      }
      // Below what is noise nobody is blamed; the rest of them leave by themselves.
      for (const peer of hostile.slice(-1)) await peer.stop();
      for (let i = 0; i < 20; i++) expect(await known(mined[random.int(mined.length)]!.idHex)).toBe(false);
      return `${sent} headers from ${hostile.length} peers`;
    },
  });
});

const ANSWERERS = scale(10, 72);

test(`none of ${ANSWERERS * CHEAP} headers with little work in answers is stored`, async () => {
  const chain: Header[] = [];
  let parent = parentOf(REGTEST_NETWORK.genesis);
  for (let i = 0; i < CHEAP; i++) {
    const block = mineOn({ network: REGTEST_NETWORK }, parent, { payTo: LOCK });
    chain.push(block.header);
    parent = parentOf(block);
  }
  let served = 0;
  const headers = {
    cap: FRAME.getHeaders.cap,
    async handle(_frame: unknown, reply: (type: number, ...parts: Uint8Array[]) => Promise<void>) {
      served += chain.length;
      await reply(FRAME.headers.type, encodeHeaders(chain.slice(0, MAX_HEADERS).map(({ bytes }) => bytes)));
      return null;
    },
  };
  await suffer(world(), {
    what: 'low-work headers as answers',
    seed: 12,
    async run(random) {
      for (let i = 0; i < ANSWERERS; i++) {
        const claim = { height: 1_000_000, work: 1n << 80n, id: random.bytes(32) };
        const answers = { [NAMES.sync]: new Map([[FRAME.getHeaders.type, headers]]) };
        const peer = await world().peer({ answers }, claim);
        await until(() => served > i * CHEAP, 'its headers are asked for');
        await peer.stop();
      }
      for (let i = 0; i < 20; i++) expect(await known(chain[random.int(chain.length)]!.idHex)).toBe(false);
      return `${served} headers from ${ANSWERERS} peers`;
    },
  });
});

test(`each sender of ${BAD_WORK} headers with wrong proof of work is banned after the first one`, async () => {
  const hostile: Stranger[] = [];
  await suffer(world(), {
    what: 'headers with bad proof of work',
    seed: 13,
    async run(random) {
      let refused = 0;
      let source = newSource();
      const { header } = await nextBlock(world().victim);
      for (let sent = 0; sent < BAD_WORK;) {
        // A banned peer returns with a new peer id, and from a new address once the old one is refused.
        const peer = await meet(world().address, { from: source }).catch(() => null);
        if (peer === null || (await peer.greet().catch(() => null)) === null) {
          refused++;
          await peer?.stop();
          source = newSource();
          continue;
        }
        hostile.push(peer);
        const bad = withoutWork(header, random.int(0xffff_ffff));
        const pen = await peer.gossip();
        pen.publish(NAMES.blocks, encodeBlockAnnouncement(bad.bytes, null));
        sent++;
        await until(() => peer.gone(), 'gone after one', { every: 2 });
        await peer.stop();
        expect(await known(bad.idHex)).toBe(false);
      }
      return `${BAD_WORK} headers from ${hostile.length} peers, ${refused} refused when they returned`;
    },
    hostile: () => hostile,
  });
  const bans = await world().victim.call.peers.bans();
  const senders = new Set(hostile.map(({ id }) => id));
  const theirs = bans.filter(({ id }) => id !== null && senders.has(id));
  expect(new Set(theirs.map(({ id }) => id))).toEqual(senders);
  expect([...new Set(theirs.map(({ code }) => code))]).toEqual(['header-pow']);
});

const LOCK = testKey(9).lock;
