import { FRAME } from '../../../main/net/protocol/frame-types.ts';
import type { Stream } from '@libp2p/interface';
import type { Random } from '../../support/random.ts';
import { until } from '../../support/until.ts';
import { createGossipPen } from './gossip-pen.ts';
import { NAMES, type Stranger } from './stranger.ts';

/** The protocols that a node answers, by their ids, and what is asked there. */
export const PROTOCOLS: Readonly<Record<string, { readonly id: string; readonly types: readonly number[] }>> =
  {
    hello: { id: NAMES.hello, types: [FRAME.hello.type, FRAME.tip.type, FRAME.serves.type, FRAME.bye.type] },
    sync: { id: NAMES.sync, types: [FRAME.getHeaders.type, FRAME.getBlocks.type] },
    relay: {
      id: NAMES.relay,
      types: [
        FRAME.getTransactions.type,
        FRAME.getWids.type,
        FRAME.getParts.type,
        FRAME.handOver.type,
        FRAME.getRecords.type,
        FRAME.newRecord.type,
      ],
    },
    push: {
      id: NAMES.push,
      types: [FRAME.pushBlock.type, FRAME.getCompact.type, FRAME.wantBlocks.type],
    },
    snapshot: { id: NAMES.snapshot, types: [FRAME.getManifest.type, FRAME.getChunk.type] },
    ping: { id: '/ipfs/ping/1.0.0', types: [] },
    gossip: { id: '/meshsub/1.1.0', types: [] },
  };

/** A frame's head, whatever follows it. */
export function head(length: number, type: number, id = 0): Uint8Array {
  const bytes = new Uint8Array(9);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint8(4, type);
  view.setUint32(5, id, true);
  return bytes;
}

const frame = (type: number, body: Uint8Array, length = body.length) =>
  Buffer.concat([head(length, type), body]);
const pick = <T>(random: Random, among: readonly T[]): T => among[random.int(among.length)]!;

/** One message that no honest node sends; in one of the ways in which a message can be wrong. */
export function malformed(random: Random, types: readonly number[]): Uint8Array {
  const type = pick(random, types.length > 0 ? types : [random.int(256)]);
  const count = 1 + random.int(9);
  const ids = random.bytes(32 * count);
  switch (random.int(7)) {
    case 0: // more is counted than there is
      return frame(type, Buffer.concat([Uint8Array.of(count + 1), ids]));
    case 1: // less is counted than there is
      return frame(type, Buffer.concat([Uint8Array.of(count - 1), ids]));
    case 2: // cut in the middle of an item
      return frame(type, Buffer.concat([Uint8Array.of(count), ids.subarray(1 + random.int(31))]));
    case 3: // a count that takes nine bytes, or isn't written in the shortest way
      return frame(type, Buffer.concat([Uint8Array.of(253 + random.int(3)), random.bytes(8), ids]));
    case 4: // a length that nobody can mean
      return frame(type, ids, pick(random, [0xffff_ffff, 0x7fff_ffff, 0x0100_0000]));
    case 5: // a type that isn't one, or an answer
      return frame(pick(random, [0x00, 0x04, 0x11, 0x13, 0x21, 0x31, 0x53, 0xee, 0xff]), ids);
    default:
      return random.bytes(1 + random.int(200));
  }
}

/** Field numbers, wire types and lengths of a protocol buffer, more wrong than right. */
export function malformedBuffer(random: Random): Uint8Array {
  const parts = Array.from({ length: 1 + random.int(6) }, () => {
    const tag = Uint8Array.of((random.int(16) << 3) | random.int(8));
    const bytes = random.bytes(random.int(60));
    const length = Uint8Array.of(pick(random, [bytes.length, bytes.length + 1, 127, random.int(128)]));
    return Buffer.concat([tag, length, bytes]);
  });
  return Buffer.concat(parts);
}

/** Answers the question who it is with so many wrong messages. */
export const malformedIdentity =
  (messages: number, random: Random) =>
  (stream: Stream): void => {
    const pen = createGossipPen(stream);
    for (let i = 0; i < messages; i++) pen.packet(malformedBuffer(random));
    void stream.close().catch(() => undefined);
  };

/** Sends so many over one protocol, as one peer, until nobody takes any more; gives how many went out. */
export async function sendMalformed(
  peer: Stranger,
  name: string,
  messages: number,
  random: Random,
): Promise<number> {
  const { id, types } = PROTOCOLS[name]!;
  const framed = types.length > 0;
  let sent = 0;
  while (sent < messages && !peer.gone()) {
    const stream = await peer.open(id).catch(() => null);
    if (stream === null) break;
    const pen = createGossipPen(stream);
    // Each stream ends at its first wrong message, so many short ones say more than a long one.
    for (let i = 0; i < 10 && sent < messages && stream.status === 'open'; i++, sent++) {
      if (framed) stream.send(malformed(random, types));
      else if (name === 'ping') stream.send(random.bytes(1 + random.int(4000)));
      else if (random.int(2) === 0) pen.packet(malformedBuffer(random));
      else if (random.int(8) === 0) pen.raw(random.bytes(1 + random.int(300)));
      else pen.publish(pick(random, [NAMES.blocks, NAMES.transactions]), malformed(random, []));
    }
    await new Promise((resolve) => setImmediate(resolve));
    if (!framed)
      await stream
        .close({ signal: AbortSignal.timeout(1000) })
        .catch(() => stream.abort(new Error('enough')));
  }
  // The router drops what it can't read without a word to us; this one it hands on.
  if (name === 'gossip') {
    const pen = await until(async () => peer.gone() || peer.gossip().catch(() => null), 'one stream more');
    if (pen !== true) pen.publish(NAMES.transactions, random.bytes(40));
  }
  return sent;
}
