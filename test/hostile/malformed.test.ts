import type { Stream } from '@libp2p/interface';
import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { decodeBlockAnnouncement, decodeWids } from '../../main/net/protocol/announcements.ts';
import { decodeBye, decodeHello, decodeServes, decodeTip } from '../../main/net/protocol/hello.ts';
import { decodeGetParts, decodeParts } from '../../main/net/protocol/block-txn-messages.ts';
import { decodePushed, decodeWant } from '../../main/net/protocol/push-messages.ts';
import { decodeRecords } from '../../main/net/protocol/record-messages.ts';
import {
  decodeGetTransactions,
  decodeTransactions,
  decodeWidList,
} from '../../main/net/protocol/relay-messages.ts';
import {
  decodeGetChunk,
  decodeGetManifest,
  decodeManifest,
} from '../../main/net/protocol/snapshot-messages.ts';
import { decodeGetBlocks, decodeGetHeaders, decodeHeaders } from '../../main/net/protocol/sync-messages.ts';
import { decodeDialRequest, decodeDialResponse } from '../../main/net/nat/autonat-messages.ts';
import { decodeHolePunch } from '../../main/net/nat/hole-punching-messages.ts';
import { decodeTransaction } from '../../main/core/primitives/transaction.ts';
import { createRandom } from '../support/random.ts';
import { scale } from '../support/scale.ts';
import { malformedIdentity, PROTOCOLS, sendMalformed } from './support/malformed.ts';
import { until } from '../support/until.ts';
import { suffer } from './support/oracle.ts';
import { NAMES, type Stranger } from './support/stranger.ts';
import { inOneWorld } from './support/world.ts';

const MESSAGES = 100_000;

const decoders: Record<string, (bytes: Uint8Array) => unknown> = {
  hello: decodeHello,
  tip: decodeTip,
  serves: decodeServes,
  bye: decodeBye,
  getHeaders: decodeGetHeaders,
  headers: decodeHeaders,
  getBlocks: decodeGetBlocks,
  getTransactions: decodeGetTransactions,
  transactions: decodeTransactions,
  wids: decodeWidList,
  getParts: decodeGetParts,
  parts: decodeParts,
  handOver: decodeTransaction,
  records: decodeRecords,
  getManifest: decodeGetManifest,
  manifest: (bytes) => decodeManifest(bytes, new Uint8Array(32)),
  getChunk: decodeGetChunk,
  pushed: decodePushed,
  want: decodeWant,
  dialRequest: decodeDialRequest,
  dialResponse: decodeDialResponse,
  punch: decodeHolePunch,
  announcedWids: decodeWids,
  announcedBlock: decodeBlockAnnouncement,
};

/** Every file that says how a message is read. */
async function allDecoders(): Promise<unknown[]> {
  const network = new URL('../../main/net/', import.meta.url);
  const files = (await readdir(network, { recursive: true })).filter((file) =>
    /^(protocol|nat)\/[^/]+\.ts$/.test(file),
  );
  const modules = await Promise.all(
    files.map((file) => import(new URL(file, network).href) as Promise<Record<string, unknown>>),
  );
  return modules.flatMap((each) =>
    Object.entries(each).flatMap(([name, value]) => (name.startsWith('decode') ? [value] : [])),
  );
}

test('the tests below cover every decoder and every protocol', async () => {
  const all = await allDecoders();
  expect(all.length).toBeGreaterThan(20);
  const met = new Set<unknown>([...Object.values(decoders), decodeManifest]);
  expect(all.filter((decoder) => !met.has(decoder))).toEqual([]);
  // Two are topics of the router's; of a network that was founded and of the table only a node beyond loopback knows.
  const { transactions, blocks, join, kad, ...answered } = NAMES;
  const ids = Object.values(PROTOCOLS).map(({ id }) => id);
  expect(Object.values(answered).filter((id) => !ids.includes(id))).toEqual([]);
  expect([transactions, blocks, join, kad].filter((id) => ids.includes(id))).toEqual([]);
});

describe(`${MESSAGES} malformed messages of every kind`, () => {
  test.each(Object.entries(decoders))('never make the decoder of %s throw', (_name, decode) => {
    const random = createRandom(77);
    for (let i = 0; i < MESSAGES; i++) {
      const bytes = random.bytes(random.int(i % 50 === 0 ? 2000 : 120));
      // Small first bytes look like counts, so the decoders get further.
      if (bytes.length > 0 && i % 3 === 0) bytes[0] = random.int(8);
      decode(bytes);
    }
  });
});

const OVER_THE_WIRE = scale(600, MESSAGES);
/** A peer is gone soon after its first one, so the rest need others. */
const EACH = scale(30, 100);

describe(`${OVER_THE_WIRE} malformed messages over a protocol of a running node`, () => {
  const world = inOneWorld(10);

  test.each(Object.keys(PROTOCOLS))('do no harm to the node: %s', async (name) => {
    const hostile: Stranger[] = [];
    await suffer(world(), {
      what: `malformed ${name}`,
      seed: 4711,
      async run(random) {
        let sent = 0;
        while (sent < OVER_THE_WIRE) {
          const peer = name === 'hello' ? await world().stranger() : await world().peer();
          hostile.push(peer);
          sent += Math.max(1, await sendMalformed(peer, name, EACH, random));
          if (name === 'ping') await peer.stop();
        }
        return `${sent} messages from ${hostile.length} peers`;
      },
      hostile: () => hostile,
    });
  });

  test('do no harm as answers to identify', async () => {
    await suffer(world(), {
      what: 'malformed identify',
      seed: 4712,
      async run(random) {
        let sent = 0;
        for (; sent < OVER_THE_WIRE; sent += EACH) {
          let asked = false;
          const answer = malformedIdentity(EACH, random);
          const identify = (stream: Stream) => {
            asked = true;
            answer(stream);
          };
          const peer = await world().peer({ identify });
          await until(() => asked, 'it is asked who it is');
          await peer.stop();
        }
        return `${sent} messages`;
      },
    });
  });
});
