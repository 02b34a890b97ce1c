import type { Connection, Stream } from '@libp2p/interface';
import { generateKeyPair } from '@libp2p/crypto/keys';
import type { Network } from '../../../main/core/params/network.ts';
import { createHost, type Host } from '../../../main/net/transport/host.ts';
import { type Names, namesOf } from '../../../main/net/transport/protocols.ts';
import { type Caller, createCaller } from '../../../main/net/protocol/requester.ts';
import { type Control, greet } from '../../../main/net/protocol/control.ts';
import { type Hello, PROTOCOL_VERSION } from '../../../main/net/protocol/hello.ts';
import { FRAME } from '../../../main/net/protocol/frame-types.ts';
import { encodeRecords } from '../../../main/net/protocol/record-messages.ts';
import { isPeerViolation, type PeerViolation } from '../../../main/net/protocol/wire-violation.ts';
import { type Handler, serve } from '../../../main/net/protocol/responder.ts';
import { systemClock } from '../../../main/lib/clock.ts';
import { systemRandom } from '../../../main/lib/random.ts';

/** A peer without a node behind it, which says whatever a test wants to say. */
export interface RawPeer {
  readonly id: string;
  readonly host: Host;
  readonly names: Names;
  readonly connection: Connection;
  readonly control: Control;
  /** What the node said last: its `bye`, or null when the stream ended without one. */
  readonly bye: Promise<string | null>;
  readonly sync: Caller;
  readonly relay: Caller;
  readonly push: Caller;
  /** A stream of its own, for bytes that no caller would send. */
  open(protocol: string): Promise<Stream>;
  stop(): Promise<void>;
}

export interface RawPeerOptions {
  readonly network: Network;
  readonly hello?: Partial<Hello>;
  /** What it answers when the node asks; nothing unless given. */
  readonly sync?: ReadonlyMap<number, Handler>;
  readonly relay?: ReadonlyMap<number, Handler>;
  readonly push?: ReadonlyMap<number, Handler>;
}

/** Every node asks where others can be reached. */
const NO_RECORDS: Handler = {
  cap: FRAME.getRecords.cap,
  async handle(_frame, reply) {
    await reply(FRAME.records.type, encodeRecords([]));
    return null;
  },
};

/** Connects to a node and introduces itself. Rejects with the violation's code when it isn't taken. */
export async function startRawPeer(address: string, options: RawPeerOptions): Promise<RawPeer> {
  const { network } = options;
  const names = namesOf(network.idHex);
  const host = await createHost({
    clock: systemClock,
    random: systemRandom,
    key: await generateKeyPair('Ed25519'),
    listen: [],
    topics: [names.transactions, names.blocks],
    software: 'raw/test',
    denied: { host: () => false, peer: () => false },
    scoreOf: () => 0,
  });
  // What a node need not support is answered by `unknown`; without handlers for headers and blocks it says nothing.
  const answer =
    (handlers: ReadonlyMap<number, Handler> = new Map()) =>
    (stream: Stream) =>
      void serve(stream, handlers, { clock: systemClock, isNewer: true });
  await host.handle(names.sync, 2, options.sync === undefined ? () => undefined : answer(options.sync));
  const relay = options.relay && new Map([[FRAME.getRecords.type, NO_RECORDS], ...options.relay]);
  await host.handle(names.relay, 2, answer(relay));
  await host.handle(names.push, 2, answer(options.push));
  await host.start();
  for (const topic of [names.transactions, names.blocks]) host.gossip.join(topic, () => 'drop');
  const connection = await host.dial(address);
  const control = await introduce(connection, names, helloOf(options));
  if (control === null || isPeerViolation(control)) {
    await host.stop();
    throw new Error(control?.code ?? 'lost');
  }
  const bye = control
    .run(() => {})
    .then((said) => (said !== null && !isPeerViolation(said) ? said.bye : null));
  const callerOf = (protocol: string) =>
    createCaller({ open: () => connection.newStream(protocol), clock: systemClock, onViolation: () => {} });
  return {
    id: host.peerId,
    host,
    names,
    connection,
    control,
    bye,
    sync: callerOf(names.sync),
    relay: callerOf(names.relay),
    push: callerOf(names.push),
    open: (protocol) => connection.newStream(protocol),
    stop: () => host.stop(),
  };
}

async function introduce(
  connection: Connection,
  names: Names,
  hello: Hello,
): Promise<Control | PeerViolation | null> {
  return greet(await connection.newStream(names.hello), { ours: hello, opened: true, clock: systemClock });
}

function helloOf({ network, hello }: RawPeerOptions): Hello {
  return {
    networkId: network.id,
    versionMin: PROTOCOL_VERSION,
    versionMax: PROTOCOL_VERSION,
    software: 'raw/test',
    services: ['archive', 'relay'],
    servesFrom: 0,
    clock: Math.floor(Date.now() / 1000),
    height: 0,
    work: 0n,
    id: network.id,
    ...hello,
  };
}
