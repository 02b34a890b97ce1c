import type { Connection, IdentifyResult, Stream } from '@libp2p/interface';
import { abortAfter, type Clock } from '../../lib/clock.ts';
import { KithError, messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { numberBelow, type Random } from '../../lib/random.ts';
import { addressBytes, isPublic, readAddress, relayOf, withoutPeer } from '../transport/multiaddrs.ts';
import type { Libp2pInternals } from '../transport/libp2p-internals.ts';
import { createPrefixed, type Prefixed } from '../protocol/prefixed.ts';
import {
  decodeHolePunch,
  encodeHolePunch,
  PUNCH,
  PUNCH_CAP,
  PUNCH_PROTOCOL,
} from './hole-punching-messages.ts';

export interface HolePunchingDeps {
  readonly internals: Pick<Libp2pInternals, 'dialBeside'>;
  /**
   * The identify result of a connection, which includes the address at which the peer sees this node. Null when it does
   * not arrive in time.
   */
  readonly identified: (connection: Connection) => Promise<IdentifyResult | null>;
  readonly clock: Clock;
  readonly random: Pick<Random, 'number'>;
  readonly log: Log;
}

/** Replaces a connection through a relay by a direct one (DCUtR). Implements both ends. */
export interface HolePunching {
  /**
   * For a peer that connected to this node through a relay. Resolves to the direct connection that replaces the relayed
   * one, or to null when none was possible.
   */
  upgrade(relayed: Connection): Promise<Connection | null>;
  /**
   * For a relay through which this node connected. Opens a port in advance, so that the first message of the peer can
   * be answered immediately.
   */
  prepare(relayed: Connection): void;
  /** The peer sent a DCUtR message. */
  accept(stream: Stream, relayed: Connection): void;
}

const MAX_ATTEMPTS = 2;
const MESSAGE_MS = 4000;
const OBSERVE_MS = 3000;
const STRIKE_MS = 3000;
const AGAIN_MS = 40;
/** The dynamic port range of IANA. Routers that preserve ports preserve these. */
const PORTS = { first: 49_152, count: 16_384 };

/**
 * The DCUtR service of libp2p for JavaScript cannot pass two NATs: it dials from any free port, and identify hides its
 * observed TCP address (docs/adr/0015). This implementation dials the relay once more from a port of its choice, and
 * reads from identify to which public port the NAT mapped it. Then it dials the peer from that port at the moment at
 * which the peer dials back.
 */
export function createHolePunching(deps: HolePunchingDeps): HolePunching {
  const { clock, log } = deps;
  // The peer measures the round trip of its message, so nothing slow may come before the answer. The port is opened in
  // advance.
  const ready = new WeakMap<Connection, Promise<Door>>();

  function prepare(relayed: Connection): Promise<Door> {
    const made = openDoor(deps, relayed);
    made.catch(() => undefined);
    ready.set(relayed, made);
    return made;
  }

  /** The side to which the peer connected: sends the first message and measures the round trip. */
  async function ask(messages: Prefixed, relayed: Connection, signal: AbortSignal): Promise<Connection> {
    const { port, address } = await openDoor(deps, relayed, signal);
    const began = clock.monotonic();
    await messages.send(encodeHolePunch({ type: PUNCH.connect, addresses: [addressBytes(address)] }));
    const theirs = await receive(messages, PUNCH.connect);
    const target = targetOf(theirs.addresses, relayed.remotePeer.toString());
    const tour = clock.monotonic() - began;
    await messages.send(encodeHolePunch({ type: PUNCH.sync, addresses: [] }));
    // After half a round trip the message has arrived at the peer. Then both ends dial.
    await clock.sleep(Math.min(tour, MESSAGE_MS) / 2);
    return strike(deps, { target, localPort: port, initiator: false, signal });
  }

  async function once(relayed: Connection, signal: AbortSignal): Promise<Connection> {
    const stream = await relayed.newStream(PUNCH_PROTOCOL, {
      signal: abortAfter(clock, MESSAGE_MS),
      runOnLimitedConnection: true,
    });
    const messages = createPrefixed(stream, clock);
    try {
      const direct = await ask(messages, relayed, signal);
      await messages.close();
      return direct;
    } catch (error) {
      messages.abort(error);
      throw error;
    }
  }

  /** The side that connected through the relay. */
  async function answer(messages: Prefixed, relayed: Connection): Promise<void> {
    // A peer may make this node dial only if this node opened the relayed connection.
    if (relayed.limits === undefined || relayed.direction !== 'outbound') throw new KithError('stream-lost');
    const theirs = await receive(messages, PUNCH.connect);
    const target = targetOf(theirs.addresses, relayed.remotePeer.toString());
    const { port, address } = await (ready.get(relayed) ?? prepare(relayed));
    await messages.send(encodeHolePunch({ type: PUNCH.connect, addresses: [addressBytes(address)] }));
    await receive(messages, PUNCH.sync);
    await strike(deps, { target, localPort: port, initiator: true });
    await messages.close();
  }

  return {
    async upgrade(relayed) {
      const peer = relayed.remotePeer.toString();
      // If the relayed connection is closed or evicted, no further dials follow.
      const left = new AbortController();
      relayed.addEventListener('close', () => left.abort(), { once: true });
      let direct = await dialPlainly(deps, relayed, left.signal);
      for (let i = 0; i < MAX_ATTEMPTS && direct === null && relayed.status === 'open'; i++) {
        direct = await once(relayed, left.signal).catch((error: unknown) => {
          log.debug('hole punching failed', { peer, cause: messageOf(error) });
          return null;
        });
      }
      relayed.close().catch((error: unknown) => relayed.abort(error as Error));
      if (direct !== null)
        log.info('hole punching succeeded', { peer, address: direct.remoteAddr.toString() });
      return direct;
    },
    accept(stream, relayed) {
      const messages = createPrefixed(stream, clock);
      answer(messages, relayed).catch((error: unknown) => {
        log.debug('hole punching failed', { peer: relayed.remotePeer.toString(), cause: messageOf(error) });
        messages.abort(error);
        // The next attempt uses another port, which is opened in advance.
        if (relayed.status === 'open') void prepare(relayed);
      });
    },
    prepare: (relayed) => void prepare(relayed),
  };
}

/** Dials the peer without hole punching, in case it is reachable directly. */
async function dialPlainly(
  { identified, internals }: HolePunchingDeps,
  relayed: Connection,
  signal: AbortSignal,
): Promise<Connection | null> {
  const theirs = (await identified(relayed))?.listenAddrs.map(String).filter((each) => isPublic(each)) ?? [];
  const peerId = relayed.remotePeer.toString();
  for (const address of theirs.filter((each) => relayOf(each) === null).slice(0, 2)) {
    const full = `${withoutPeer(address)}/p2p/${peerId}`;
    const direct = await internals.dialBeside(full, { timeoutMs: OBSERVE_MS, signal }).catch(() => null);
    if (direct !== null) return direct;
  }
  return null;
}

interface Door {
  readonly port: number;
  readonly address: string;
}

/** Opens a new local port and finds its public address at the NAT. @throws {KithError} `dial-failed` */
async function openDoor(
  { internals, identified, random }: HolePunchingDeps,
  relayed: Connection,
  signal?: AbortSignal,
): Promise<Door> {
  const port = PORTS.first + numberBelow(random, PORTS.count);
  const relay = relayOf(relayed.remoteAddr.toString()) ?? '';
  const probe = await internals.dialBeside(relay, { timeoutMs: OBSERVE_MS, localPort: port, signal });
  const seen = (await identified(probe))?.observedAddr?.toString();
  // The probe is closed first, because the simultaneous dials need the port.
  await probe.close().catch((error: unknown) => probe.abort(error as Error));
  if (seen === undefined || !isPublic(seen))
    throw new KithError('dial-failed', 'the relay did not report the observed address');
  return { port, address: withoutPeer(seen) };
}

interface Strike {
  readonly target: string;
  readonly localPort: number;
  readonly initiator: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Dials the peer repeatedly; both ends call this at the same moment. A NAT without a mapping refuses the connection,
 * so the dial is repeated immediately.
 */
async function strike(
  { internals, clock }: HolePunchingDeps,
  { target, signal, ...side }: Strike,
): Promise<Connection> {
  const latest = clock.monotonic() + STRIKE_MS;
  for (;;) {
    try {
      const timeoutMs = Math.max(200, latest - clock.monotonic());
      return await internals.dialBeside(target, { timeoutMs, signal, ...side });
    } catch (error) {
      if (clock.monotonic() > latest || signal?.aborted === true) throw error;
      await clock.sleep(AGAIN_MS);
    }
  }
}

/**
 * The address of the peer to dial.
 * @throws {KithError} `dial-failed` when the peer sent no public address
 */
function targetOf(addresses: readonly Uint8Array[], peerId: string): string {
  const address = addresses
    .slice(0, 4)
    .map(readAddress)
    .find((each) => each !== null && isPublic(each));
  if (address === undefined || address === null)
    throw new KithError('dial-failed', 'the peer sent no address');
  return `${withoutPeer(address)}/p2p/${peerId}`;
}

async function receive(messages: Prefixed, type: number): Promise<{ addresses: readonly Uint8Array[] }> {
  const message = decodeHolePunch(await messages.receive(PUNCH_CAP, MESSAGE_MS));
  if (message?.type !== type) throw new KithError('stream-lost', 'unexpected DCUtR message');
  return message;
}
