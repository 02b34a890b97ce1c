import type { Stream } from '@libp2p/interface';
import { describe, expect, test } from 'vitest';
import { FRAME } from '../../main/net/protocol/frame-types.ts';
import { encodeGetHeaders } from '../../main/net/protocol/sync-messages.ts';
import { REGTEST_NETWORK } from '../../main/core/params/built-in-networks.ts';
import type { Random } from '../support/random.ts';
import { scale } from '../support/scale.ts';
import { until } from '../support/until.ts';
import { head } from './support/malformed.ts';
import { suffer } from './support/oracle.ts';
import { NAMES, type Stranger } from './support/stranger.ts';
import { inOneWorld } from './support/world.ts';

const PEERS = scale(8, 60);
const world = inOneWorld(scale(300, 2000));

/** Opens a stream of this protocol as each of the peers, and does the same with all of them at once. */
async function onAll(
  protocol: keyof typeof NAMES,
  hostile: readonly Stranger[],
  work: (stream: Stream, peer: Stranger) => Promise<void>,
): Promise<void> {
  await Promise.all(hostile.map(async (peer) => work(await peer.open(NAMES[protocol]), peer)));
}

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a peer is disconnected', () => {
  test.each([
    ['sync', 'a length of 4 GiB', () => head(0xffff_ffff, FRAME.getBlocks.type)],
    ['sync', 'one byte above the cap', () => head(FRAME.getHeaders.cap + 1, FRAME.getHeaders.type)],
    ['relay', 'a payment of 2 GiB', () => head(0x7fff_ffff, FRAME.handOver.type)],
    ['relay', 'a type that does not exist', () => head(0, 0xee)],
    ['relay', 'an answer as a request', () => head(10, FRAME.transactions.type)],
    ['snapshot', 'a chunk that was not requested', () => head(FRAME.chunk.cap, FRAME.chunk.type)],
    ['sync', 'random bytes', (random: Random) => random.bytes(5000)],
  ] as const)('that sends on the protocol %s %s', async (protocol, what, bytesOf) => {
    const hostile: Stranger[] = [];
    await suffer(world(), {
      what: `${protocol}: ${what}`,
      seed: 3,
      async run(random) {
        for (let i = 0; i < PEERS; i++) hostile.push(await world().peer());
        await onAll(protocol, hostile, async (stream) => void stream.send(bytesOf(random)));
        await until(() => hostile.every((peer) => peer.gone()), 'gone');
        return `${PEERS} peers`;
      },
      hostile: () => hostile,
    });
  });
});

type Way = (stream: Stream, peer: Stranger, random: Random) => Promise<void>;

const ask = encodeGetHeaders([REGTEST_NETWORK.id]);
const question = Buffer.concat([head(ask.length, FRAME.getHeaders.type), ask]);
const HEADERS_MB = 0.026;

/** Routes to be slow, each with the protocol on which it is tried. */
const WAYS: Readonly<Record<string, readonly [keyof typeof NAMES, Way]>> = {
  'a frame that never ends': [
    'relay',
    async (stream, peer, random) => {
      stream.send(head(FRAME.handOver.cap, FRAME.handOver.type));
      for (; !peer.gone() && stream.status === 'open'; await rest(200)) stream.send(random.bytes(1));
    },
  ],
  'a head that never ends': ['sync', async (stream) => void stream.send(Uint8Array.of(1, 0, 0))],
  'questions without reading': [
    'sync',
    async (stream) => {
      stream.pause();
      for (let asked = 0; asked < 3000 && stream.status === 'open'; asked++) {
        stream.send(question);
        if (asked % 200 === 0) await rest(5);
      }
    },
  ],
};

test('peers that are slow on purpose are disconnected', async () => {
  const hostile: Stranger[] = [];
  await suffer(world(), {
    what: 'slow peers',
    seed: 5,
    async run(random) {
      const took: string[] = [];
      const began = performance.now();
      const timed = async (what: string, peers: readonly Stranger[]) => {
        await until(() => peers.every((peer) => peer.gone()), `${what}: gone`);
        took.push(`${what} ${((performance.now() - began) / 1000).toFixed(1)} s`);
      };
      const silent: Stranger[] = [];
      for (let i = 0; i < PEERS; i++) silent.push(await world().stranger());
      const ready = new Map<string, readonly Stranger[]>();
      for (const what of Object.keys(WAYS))
        ready.set(what, await Promise.all(Array.from({ length: PEERS }, () => world().peer())));
      const all = [timed('no greeting', silent)];
      for (const [what, [protocol, way]] of Object.entries(WAYS)) {
        const peers = ready.get(what)!;
        all.push(
          onAll(protocol, peers, (stream, peer) => way(stream, peer, random)).then(() => timed(what, peers)),
        );
        hostile.push(...peers);
      }
      await Promise.all(all);
      return `${PEERS} peers each, questions for ${(PEERS * 3000 * HEADERS_MB).toFixed(0)} MB; ${took.join(', ')}`;
    },
    hostile: () => hostile,
  });
  expect(await world().victim.call.peers.list()).toHaveLength(1);
});
