import type { Connection, IdentifyResult, PeerId, PeerStore, Stream } from '@libp2p/interface';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { abortAfter, type Clock } from '../../lib/clock.ts';
import { createBucket } from '../protocol/bucket.ts';
import type { StreamClock } from '../protocol/deadline.ts';
import { createPrefixed } from '../protocol/prefixed.ts';
import { bytesOf, type Field, readFields } from '../protocol/protobuf.ts';
import { perConnection } from '../protocol/per-connection.ts';

const IDENTIFY_PROTOCOL = '/ipfs/id/1.0.0';

/** Limits on an identify message of at most `bytes` bytes. Further addresses and protocols are ignored. */
export const IDENTIFY = { bytes: 8192, fields: 256, addresses: 32, protocols: 64, waitMs: 5000 } as const;

/**
 * Identify pushes that are read from one connection: the burst, and the number per second. Others are reset without
 * reading them.
 */
export const PUSHES = { burst: 3, perSecond: 1 / 180 } as const;

/** The libp2p components that store identify results. */
export interface IdentifyDeps {
  readonly peerStore: Pick<PeerStore, 'patch'>;
  readonly events: {
    safeDispatchEvent(type: 'peer:identify', options: { readonly detail: IdentifyResult }): boolean;
  };
}

/**
 * The receiving side of identify and identify push. That of libp2p is not used: it reads ten messages with any number
 * of addresses, and checks a signature that the encrypted connection makes redundant, which takes 30 ms of processor
 * time per 8 KB.
 */
export interface Identify {
  /** Requests the identify message of a new connection. Never rejects. */
  ask(connection: Connection): Promise<void>;
  /** The peer sends changed properties. Accepted at most as often as PUSHES allows. */
  acceptPush(stream: Stream, connection: Connection): void;
}

export function createIdentify(deps: IdentifyDeps, clock: StreamClock): Identify {
  const pushes = perConnection(() => createBucket(PUSHES.burst, PUSHES.perSecond, clock.monotonic));

  async function read(stream: Stream, connection: Connection): Promise<void> {
    const messages = createPrefixed(stream, clock);
    try {
      const said = decodeIdentify(await messages.receive(IDENTIFY.bytes, IDENTIFY.waitMs));
      if (said !== null) await take(said, connection);
      await messages.close();
    } catch (error) {
      messages.abort(error);
    }
  }

  async function take(said: Identity, connection: Connection): Promise<void> {
    const { remotePeer } = connection;
    await deps.peerStore.patch(remotePeer, storedFrom(said));
    deps.events.safeDispatchEvent('peer:identify', { detail: resultOf(said, remotePeer, connection) });
  }

  return {
    async ask(connection) {
      try {
        const signal = abortAfter(clock, IDENTIFY.waitMs);
        const options = { signal, runOnLimitedConnection: true };
        await read(await connection.newStream(IDENTIFY_PROTOCOL, options), connection);
      } catch {
        // The peer disconnected or does not answer, so nothing is known about it.
      }
    },
    acceptPush(stream, connection) {
      if (pushes(connection).take(1)) void read(stream, connection);
      else stream.abort(new Error('too many identify pushes'));
    },
  };
}

/** How long `Identified` waits for a result, and how many results are kept. */
const WAIT_MS = 3000;
const MAX_RESULTS = 500;

/** Resolves to the identify result of a connection; to null when none arrives in time. */
export type Identified = (connection: Connection) => Promise<IdentifyResult | null>;

/** Keeps the identify results by connection. libp2p identifies every new connection automatically. */
export function createIdentified(
  onIdentify: (listener: (result: IdentifyResult) => void) => void,
  clock: Pick<Clock, 'after'>,
): Identified {
  const known = new Map<string, IdentifyResult>();
  const waiting = new Map<string, Set<(result: IdentifyResult) => void>>();
  onIdentify((result) => {
    const { id } = result.connection;
    known.set(id, result);
    if (known.size > MAX_RESULTS) known.delete(known.keys().next().value!);
    for (const done of waiting.get(id) ?? []) done(result);
  });

  return ({ id }) => {
    const found = known.get(id);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => {
      const others = waiting.get(id) ?? new Set();
      waiting.set(id, others);
      const done = (result: IdentifyResult | null) => {
        timer.cancel();
        others.delete(done);
        if (others.size === 0) waiting.delete(id);
        resolve(result);
      };
      const timer = clock.after(WAIT_MS, () => done(null));
      others.add(done);
    });
  };
}

/** The fields of an identify message that are used. A push leaves out unchanged fields. */
export interface Identity {
  readonly listenAddrs: readonly Multiaddr[];
  readonly protocols: readonly string[];
  /** The address at which the peer sees our end of the connection. */
  readonly observedAddr: Multiaddr | null;
  readonly agentVersion: string | null;
  readonly protocolVersion: string | null;
}

/** Reads an identify message (libp2p specs, identify). Null when the bytes are not one. */
export function decodeIdentify(bytes: Uint8Array): Identity | null {
  const fields = readFields(bytes, IDENTIFY.fields);
  if (fields === null) return null;
  const addresses = bytesOf(fields, 2).slice(0, IDENTIFY.addresses);
  return {
    listenAddrs: addresses.map(readMultiaddr).filter((address) => address !== null),
    protocols: bytesOf(fields, 3).slice(0, IDENTIFY.protocols).map(textOf),
    observedAddr: readMultiaddr(bytesOf(fields, 4)[0]),
    agentVersion: optionalText(fields, 6),
    protocolVersion: optionalText(fields, 5),
  };
}

function readMultiaddr(bytes: Uint8Array | undefined): Multiaddr | null {
  try {
    return bytes === undefined || bytes.length === 0 ? null : multiaddr(bytes);
  } catch {
    return null;
  }
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function optionalText(fields: readonly Field[], number: number): string | null {
  const bytes = bytesOf(fields, number).at(-1);
  return bytes === undefined ? null : textOf(bytes);
}

function storedFrom(said: Identity): Parameters<PeerStore['patch']>[1] {
  const addresses = said.listenAddrs.map((address) => ({ isCertified: false, multiaddr: address }));
  const texts = { AgentVersion: said.agentVersion, ProtocolVersion: said.protocolVersion };
  const metadata = Object.entries(texts).flatMap(([name, text]) =>
    text === null ? [] : [[name, new TextEncoder().encode(text)] as const],
  );
  return {
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(said.protocols.length === 0 ? {} : { protocols: [...said.protocols] }),
    ...(metadata.length === 0 ? {} : { metadata: Object.fromEntries(metadata) }),
  };
}

function resultOf(said: Identity, peerId: PeerId, connection: Connection): IdentifyResult {
  const { listenAddrs, protocols, observedAddr, agentVersion, protocolVersion } = said;
  return {
    peerId,
    connection,
    listenAddrs: [...listenAddrs],
    protocols: [...protocols],
    ...(observedAddr === null ? {} : { observedAddr }),
    ...(agentVersion === null ? {} : { agentVersion }),
    ...(protocolVersion === null ? {} : { protocolVersion }),
  };
}
