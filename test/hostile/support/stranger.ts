import { noise } from '@chainsafe/libp2p-noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { generateKeyPair } from '@libp2p/crypto/keys';
import type { Connection, PrivateKey, Stream } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { namesOf } from '../../../main/net/transport/protocols.ts';
import { type Control, greet } from '../../../main/net/protocol/control.ts';
import { FRAME } from '../../../main/net/protocol/frame-types.ts';
import { type Hello, PROTOCOL_VERSION } from '../../../main/net/protocol/hello.ts';
import { isPeerViolation } from '../../../main/net/protocol/wire-violation.ts';
import { encodeRecords } from '../../../main/net/protocol/record-messages.ts';
import { type Handler, serve } from '../../../main/net/protocol/responder.ts';
import { createGossipPen, type GossipPen } from './gossip-pen.ts';
import { systemClock } from '../../../main/lib/clock.ts';

const NETWORK = REGTEST_NETWORK;
export const NAMES = namesOf(NETWORK.idHex);

/** A peer of regtest with a name of its own, an address of its own, no node behind it, and no manners. */
export interface Stranger {
  readonly id: string;
  readonly connection: Connection;
  /** Of its peer id. */
  readonly key: PrivateKey;
  open(protocol: string): Promise<Stream>;
  /** Introduces itself; null when the node would not have it. */
  greet(hello?: Partial<Hello>): Promise<Control | null>;
  /** The node has ended the connection. */
  gone(): boolean;
  gossip(): Promise<GossipPen>;
  stop(): Promise<void>;
}

export interface StrangerOptions {
  /** The loopback address that it comes from: each stands for a group and a host of its own. */
  readonly from?: string;
  /** What it answers, by protocol; where nothing is given it leaves the asker waiting. */
  readonly answers?: Readonly<Record<string, ReadonlyMap<number, Handler>>>;
  /** What it does with streams of further protocols. */
  readonly takes?: Readonly<Record<string, (stream: Stream) => void>>;
  /** What it does when it is asked who it is; it doesn't know the question unless given. */
  readonly identify?: (stream: Stream) => void;
}

const NO_RECORDS: Handler = {
  cap: FRAME.getRecords.cap,
  async handle(_frame, reply) {
    await reply(FRAME.records.type, encodeRecords([]));
    return null;
  },
};

/** Connects; rejects when the node does not let it. */
export async function meet(address: string, options: StrangerOptions = {}): Promise<Stranger> {
  // Handed on to the socket, of whose options the library's type knows a part.
  const source = { localAddress: options.from } as object;
  const key = await generateKeyPair('Ed25519');
  const node = await createLibp2p({
    privateKey: key,
    addresses: { listen: [] },
    transports: [tcp({ dialOpts: source })],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ maxOutboundStreams: 1024 })],
    connectionManager: { reconnectRetries: 0 },
    connectionMonitor: { enabled: false },
  });
  const relay = new Map([[FRAME.getRecords.type, NO_RECORDS], ...(options.answers?.[NAMES.relay] ?? [])]);
  const answers = { ...options.answers, [NAMES.relay]: relay };
  for (const [protocol, handlers] of Object.entries(answers))
    await node.handle(protocol, (stream) => void serve(stream, handlers, { clock: systemClock }));
  for (const [protocol, take] of Object.entries(options.takes ?? {})) await node.handle(protocol, take);
  if (options.identify !== undefined) await node.handle('/ipfs/id/1.0.0', options.identify);
  const connection = await node
    .dial(multiaddr(address), { signal: AbortSignal.timeout(10_000) })
    .catch(async (error: unknown) => {
      await node.stop();
      throw error;
    });
  const open = (protocol: string) => connection.newStream(protocol, { maxOutboundStreams: 1024 });
  return {
    id: node.peerId.toString(),
    connection,
    key,
    open,
    async greet(hello) {
      const control = await greet(await open(NAMES.hello), {
        ours: helloOf(hello),
        opened: true,
        clock: systemClock,
      });
      if (control === null || isPeerViolation(control)) return null;
      void control.run(() => {});
      return control;
    },
    gone: () => connection.status !== 'open',
    gossip: async () => createGossipPen(await open('/meshsub/1.1.0')),
    stop: async () => node.stop(),
  };
}

/** A greeting of regtest, with nothing in it that anybody could object to unless told. */
export function helloOf(hello: Partial<Hello> = {}): Hello {
  return {
    networkId: NETWORK.id,
    versionMin: PROTOCOL_VERSION,
    versionMax: PROTOCOL_VERSION,
    software: 'stranger/1',
    services: ['archive', 'relay'],
    servesFrom: 0,
    clock: Math.floor(Date.now() / 1000),
    height: 0,
    work: 0n,
    id: NETWORK.id,
    ...hello,
  };
}

/** An address of loopback that nobody has used yet in this process. */
export function newSource(): string {
  const n = sources++;
  return `127.${66 + Math.floor(n / 62_500)}.${Math.floor(n / 250) % 250}.${1 + (n % 250)}`;
}
let sources = 0;
