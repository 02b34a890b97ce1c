import { randomBytes } from 'node:crypto';
import type { Stream } from '@libp2p/interface';
import { REGTEST_NETWORK } from '../../../main/core/networks/built-in.ts';
import type { Block } from '../../../main/core/primitives/block.ts';
import { FRAME } from '../../../main/network/wire/frame-types.ts';
import { createFrameReader } from '../../../main/network/wire/frames.ts';
import { compactOf } from '../../../main/network/wire/messages/compact-block.ts';
import { encodeGetParts } from '../../../main/network/wire/messages/part-messages.ts';
import { encodePushed, encodeWant } from '../../../main/network/wire/messages/push-messages.ts';
import { encodeGetTransactions } from '../../../main/network/wire/messages/relay-messages.ts';
import { encodeGetChunk } from '../../../main/network/wire/messages/snapshot-messages.ts';
import { encodeGetBlocks, encodeGetHeaders } from '../../../main/network/wire/messages/sync-messages.ts';
import { isOffence } from '../../../main/network/wire/offence.ts';
import { head } from './malformed.ts';
import { NAMES, type Stranger } from './stranger.ts';

/** Valid requests, sent as fast as they are answered until `over`; gives how many were answered. */
export type Flood = (peer: Stranger, over: () => boolean) => Promise<number>;

/** What there is to ask for. */
export interface Asked {
  /** A full block near the tip. */
  readonly block: Block;
  /** Ids of sixteen blocks. */
  readonly ids: readonly Uint8Array[];
  /** The root of a snapshot. */
  readonly root: Uint8Array;
  /** A signed record of the peer itself. */
  readonly record: (peer: Stranger) => Promise<Uint8Array>;
}

const STREAMS = 2;
/** Requests on their way on one stream. */
const AHEAD = 16;
const NOTHING = new Uint8Array(0);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Keeps requests of one kind on their way on both streams of a protocol. */
const frames =
  (
    protocol: keyof typeof NAMES,
    type: number,
    body: (peer: Stranger) => Uint8Array | Promise<Uint8Array>,
    ahead = AHEAD,
  ): Flood =>
  async (peer, over) => {
    const sent = await body(peer);
    const counts = await Promise.all(
      Array.from({ length: STREAMS }, async () =>
        ask(await peer.open(NAMES[protocol]), over, (id) => frame(type, id, sent), ahead),
      ),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  };

function frame(type: number, id: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(9 + body.length);
  bytes.set(head(body.length, type));
  new DataView(bytes.buffer).setUint32(5, id, true);
  bytes.set(body, 9);
  return bytes;
}

async function ask(
  stream: Stream,
  over: () => boolean,
  make: (id: number) => Uint8Array,
  ahead: number,
): Promise<number> {
  let sent = 0;
  let answered = 0;
  const reader = createFrameReader(stream, () => FRAME.chunk.cap);
  const reading = (async () => {
    for (;;) {
      const answer = await reader.next();
      if (answer === null || isOffence(answer)) return;
      answered = Math.max(answered, answer.id);
    }
  })().catch(() => undefined);
  while (!over() && stream.status === 'open') {
    while (sent - answered < ahead && stream.status === 'open') stream.send(make(++sent));
    await pause(1);
  }
  if (stream.status === 'open') stream.abort(new Error('enough'));
  await reading;
  return answered;
}

/** Opens a stream of a protocol again and again, and does something on each. */
const streams =
  (protocol: string, work: (stream: Stream) => Promise<void>, atOnce = 4): Flood =>
  async (peer, over) => {
    let done = 0;
    const one = async () => {
      while (!over() && !peer.gone()) {
        try {
          const stream = await peer.open(protocol);
          await work(stream);
          if (stream.status === 'open') stream.abort(new Error('enough'));
          done++;
        } catch {
          await pause(1);
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, one));
    return done;
  };

const firstBytes = (stream: Stream): Promise<void> =>
  new Promise((resolve) => {
    stream.addEventListener('message', () => resolve());
    stream.addEventListener('close', () => resolve());
  });

const pings: Flood = async (peer, over) => {
  const stream = await peer.open('/ipfs/ping/1.0.0');
  let echoed = 0;
  stream.addEventListener('message', ({ data }) => (echoed += data.byteLength));
  for (let sent = 0; !over() && stream.status === 'open'; await pause(1)) {
    for (; sent - echoed < 1024 && stream.status === 'open'; sent += 32) stream.send(randomBytes(32));
  }
  return echoed / 32;
};

/** Packets of the router: a subscription each, and nothing that changes anything. */
const packets: Flood = async (peer, over) => {
  const pen = await peer.gossip();
  let sent = 0;
  while (!over() && !peer.gone() && (await pen.ready())) {
    for (let i = 0; i < 50; i++, sent++) pen.subscribe(NAMES.blocks);
    await pause(1);
  }
  return sent;
};

/** Every request type that a node on loopback answers. */
export function requestFloods(asked: Asked): Readonly<Record<string, Flood>> {
  const { block, ids, root } = asked;
  const { id } = block.header;
  const places = Array.from({ length: 2000 }, (_, i) => i * 4);
  const pushed = () => encodePushed(compactOf(block, randomBytes(8), () => false));
  const strangers = Array.from({ length: 256 }, () => randomBytes(32));
  return {
    getHeaders: frames('sync', FRAME.getHeaders.type, () => encodeGetHeaders([REGTEST_NETWORK.id])),
    'getHeaders, nothing known': frames('sync', FRAME.getHeaders.type, () =>
      encodeGetHeaders(strangers.slice(0, 64)),
    ),
    'getBlocks, small': frames('sync', FRAME.getBlocks.type, () => encodeGetBlocks(ids)),
    'getBlocks, full': frames('sync', FRAME.getBlocks.type, () => encodeGetBlocks(ids.map(() => id)), 4),
    'getBlocks, unknown': frames('sync', FRAME.getBlocks.type, () => encodeGetBlocks(strangers.slice(0, 16))),
    getTransactions: frames('relay', FRAME.getTransactions.type, () =>
      encodeGetTransactions({ by: 'wid', ids: strangers }),
    ),
    getWids: frames('relay', FRAME.getWids.type, () => NOTHING),
    'getParts, one': frames('relay', FRAME.getParts.type, () => encodeGetParts({ id, indexes: [5] })),
    'getParts, 2 000': frames('relay', FRAME.getParts.type, () => encodeGetParts({ id, indexes: places }), 4),
    handOver: frames('relay', FRAME.handOver.type, () => block.transactions[1]!.bytes),
    getRecords: frames('relay', FRAME.getRecords.type, () => NOTHING),
    newRecord: frames('relay', FRAME.newRecord.type, asked.record),
    getManifest: frames('snapshot', FRAME.getManifest.type, () => root),
    getChunk: frames('snapshot', FRAME.getChunk.type, () => encodeGetChunk({ root, index: 0 })),
    pushBlock: frames('push', FRAME.pushBlock.type, pushed, 4),
    getCompact: frames('push', FRAME.getCompact.type, () => id),
    wantBlocks: frames('push', FRAME.wantBlocks.type, () => encodeWant(true)),
    'streams of no protocol': streams('/nothing/1', firstBytes),
    'streams of ours': streams(NAMES.sync, () => Promise.resolve()),
    identify: streams('/ipfs/id/1.0.0', firstBytes, 1),
    ping: pings,
    gossip: packets,
  };
}
