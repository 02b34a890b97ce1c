import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Stream } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import type { Block } from '../../../main/core/primitives/block.ts';
import { signRecord } from '../../../main/net/transport/peer-records.ts';
import { FRAME } from '../../../main/net/protocol/frame-types.ts';
import { createFrameReader } from '../../../main/net/protocol/frames.ts';
import { compactOf } from '../../../main/net/protocol/compact-block.ts';
import { encodeGetParts } from '../../../main/net/protocol/block-txn-messages.ts';
import { encodePushed, encodeWant } from '../../../main/net/protocol/push-messages.ts';
import { encodeGetTransactions } from '../../../main/net/protocol/relay-messages.ts';
import { encodeGetChunk } from '../../../main/net/protocol/snapshot-messages.ts';
import { encodeGetBlocks, encodeGetHeaders } from '../../../main/net/protocol/sync-messages.ts';
import { isPeerViolation } from '../../../main/net/protocol/wire-violation.ts';
import { head } from './malformed.ts';
import { NAMES, type Stranger } from './stranger.ts';
import { systemClock } from '../../../main/lib/clock.ts';

/** Valid requests, sent as fast as they are answered until `over`; says how many more were answered, each time. */
export type Flood = (peer: Stranger, over: () => boolean, onAnswer: (more: number) => void) => Promise<void>;

/** What there is to ask for. */
export interface Asked {
  /** A full block near the tip. */
  readonly block: Block;
  /** Ids of sixteen blocks. */
  readonly ids: readonly Uint8Array[];
  /** The root of a snapshot. */
  readonly root: Uint8Array;
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
  async (peer, over, onAnswer) => {
    const sent = await body(peer);
    await Promise.all(
      Array.from({ length: STREAMS }, async () =>
        ask(await peer.open(NAMES[protocol]), { over, onAnswer, make: (id) => frame(type, id, sent), ahead }),
      ),
    );
  };

function frame(type: number, id: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(9 + body.length);
  bytes.set(head(body.length, type));
  new DataView(bytes.buffer).setUint32(5, id, true);
  bytes.set(body, 9);
  return bytes;
}

interface AutonatClient {
  readonly over: () => boolean;
  readonly onAnswer: (more: number) => void;
  make(id: number): Uint8Array;
  readonly ahead: number;
}

async function ask(stream: Stream, { over, onAnswer, make, ahead }: AutonatClient): Promise<void> {
  let sent = 0;
  let answered = 0;
  const reader = createFrameReader(stream, systemClock, () => FRAME.chunk.cap);
  const reading = (async () => {
    for (;;) {
      const answer = await reader.next();
      if (answer === null || isPeerViolation(answer)) return;
      // A request may have several answers.
      if (answer.id === answered) continue;
      onAnswer(answer.id - answered);
      answered = answer.id;
    }
  })().catch(() => undefined);
  while (!over() && stream.status === 'open') {
    while (sent - answered < ahead && stream.status === 'open') stream.send(make(++sent));
    await pause(1);
  }
  if (stream.status === 'open') stream.abort(new Error('enough'));
  await reading;
}

/** Opens a stream of a protocol again and again, and does something on each. */
const streams =
  (protocol: string, work: (stream: Stream) => Promise<void>, maxRunning = 4): Flood =>
  async (peer, over, onAnswer) => {
    const one = async () => {
      while (!over() && !peer.gone()) {
        try {
          const stream = await peer.open(protocol);
          await work(stream);
          if (stream.status === 'open') stream.abort(new Error('enough'));
          onAnswer(1);
        } catch {
          // A protocol that the node doesn't speak: the negotiation was all there is to it.
          onAnswer(1);
          await pause(1);
        }
      }
    };
    await Promise.all(Array.from({ length: maxRunning }, one));
  };

const firstBytes = (stream: Stream): Promise<void> =>
  new Promise((resolve) => {
    stream.addEventListener('message', () => resolve());
    stream.addEventListener('close', () => resolve());
  });

const pings: Flood = async (peer, over, onAnswer) => {
  const stream = await peer.open('/ipfs/ping/1.0.0');
  let echoed = 0;
  stream.addEventListener('message', ({ data }) => {
    echoed += data.byteLength;
    onAnswer(data.byteLength / 32);
  });
  for (let sent = 0; !over() && stream.status === 'open'; await pause(1)) {
    for (; sent - echoed < 1024 && stream.status === 'open'; sent += 32) stream.send(randomBytes(32));
  }
};

const ownRecord = ({ key }: Stranger): Promise<Uint8Array> =>
  signRecord(key, [multiaddr('/ip4/127.0.0.9/tcp/30000')]);

/** Packets of the router: a subscription each, and nothing that changes anything. */
const packets: Flood = async (peer, over, onAnswer) => {
  const pen = await peer.gossip();
  while (!over() && !peer.gone() && (await pen.ready())) {
    for (let i = 0; i < 50; i++) pen.subscribe(NAMES.blocks);
    onAnswer(50);
    await pause(1);
  }
};

/** Every request type that a node on loopback answers. */
export function requestFloods(asked: Asked): Readonly<Record<string, Flood>> {
  const { block, ids, root } = asked;
  const { id } = block.header;
  // Every fourth transaction: 2 000 of the largest block that the tests mine.
  const places = Array.from({ length: Math.min(2000, block.transactions.length >> 2) }, (_, i) => i * 4);
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
    'getParts, many': frames('relay', FRAME.getParts.type, () => encodeGetParts({ id, indexes: places }), 4),
    handOver: frames('relay', FRAME.handOver.type, () => block.transactions[1]!.bytes),
    getRecords: frames('relay', FRAME.getRecords.type, () => NOTHING),
    newRecord: frames('relay', FRAME.newRecord.type, ownRecord),
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

/** The root of the newest snapshot that a node has built. */
export function snapshotRoot(datadir: string): Uint8Array {
  const folder = path.join(datadir, 'snapshots');
  const name = readdirSync(folder)
    .filter((each) => existsSync(path.join(folder, each, 'manifest.json')))
    .sort()
    .at(-1);
  if (name === undefined) throw new Error('the node has no snapshot');
  const manifest = JSON.parse(readFileSync(path.join(folder, name, 'manifest.json'), 'utf8')) as {
    root: string;
  };
  return Uint8Array.from(Buffer.from(manifest.root, 'hex'));
}
