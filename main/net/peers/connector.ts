import type { Connection } from '@libp2p/interface';
import { createAlarm } from '../../lib/alarm.ts';
import type { Clock } from '../../lib/clock.ts';
import { codeOf, KithError, messageOf } from '../../lib/errors.ts';
import { guarded } from '../../lib/guarded.ts';
import type { Log } from '../../lib/log.ts';
import type { Random } from '../../lib/random.ts';
import {
  type GroupOf,
  hostKeyOf,
  isRelayed,
  parseAddress,
  peerIdOf,
  withoutPeer,
} from '../transport/multiaddrs.ts';
import type { PeerViolationCode } from '../protocol/wire-violation.ts';
import type { Bans } from './ban-list.ts';
import { type AddressFacts, type AddressManager, factsOf } from './address-manager.ts';
import { type Anchors, createAnchors } from './anchors.ts';
import { createDialAttempts, type DialAttempts, FIRST_DELAY_MS } from './dial-attempts.ts';
import { BLOCK_ONLY, createOutboundSlots, type OutboundSlots } from './outbound-slots.ts';
import type { PeerStore } from './peer-store.ts';
import type { Origin } from './peer.ts';
import type { Peers, PeersEvents } from './peers.ts';
import { reasonOf } from './penalties.ts';

export interface ConnectorDeps {
  readonly dial: (address: string) => Promise<Connection>;
  readonly peers: Peers;
  readonly addrman: AddressManager;
  readonly bans: Bans;
  readonly store: PeerStore;
  readonly bootstrap: readonly string[];
  /** The bootstrap addresses that came from a join link. */
  readonly joined: ReadonlySet<string>;
  /** Number of additional full-relay connections to open while the chain looks wrong. */
  readonly extra: () => number;
  readonly clock: Clock;
  readonly log: Log;
  readonly groupOf: GroupOf;
  readonly random: Pick<Random, 'number'>;
}

/** Opens outbound connections, reopens them when they break, and gives up addresses that never work. */
export interface Connector {
  /** Reads the anchors of the last run. */
  load(): Promise<void>;
  start(): void;
  stop(): void;
  /**
   * Connects now and keeps the connection open.
   * @throws {KithError} `address-invalid`, `dial-failed`, `peer-self`, `peer-id-shared`, `peer-banned`,
   * `peer-other-network`, `peer-version`, `peer-gone`
   */
  add(address: string): Promise<void>;
  /**
   * Stops keeping a connection that the user requested, and does not dial the peer for the longest pause
   * (LONGEST_MS).
   */
  forget(peerId: string): void;
  /** Causes of the last failed attempts, newest last, for the sentence that explains why there is no peer. */
  failures(): readonly { readonly address: string; readonly cause: string }[];
}

/** Pause after a dial and between two rounds of dials, so that a burst of events starts one round. */
const ROUND_MS = 250;
/** A round starts at least this often, because bans end, and the chain may begin to look wrong, without an event. */
const IDLE_ROUND_MS = 5000;
const MAX_PARALLEL_DIALS = 4;
/**
 * Longest pause between two attempts at one address: without any peer, for an address of the user, for an address of
 * the address manager, and after a permanent error.
 */
const LONGEST_MS = { alone: 8000, chosen: 15_000, remembered: 120_000, wrong: 600_000 };
/** A peer that this node disconnected is not dialled again for this time, unless there is no other peer. */
const DISCONNECTED_MS = 60_000;
/** How long a connection of a peer that dialled at the same moment may take for its handshake, and how often that is looked at. */
const OTHER_HANDSHAKE_MS = 5000;
const LOOK_AGAIN_MS = 50;
/** Number of failed attempts that are shown to the user. */
const MAX_FAILURES = 8;

/** Errors after which another attempt at the same address would fail in the same way. */
const HOPELESS_CODES = new Set(['peer-other-network', 'peer-version', 'peer-self', 'peer-id-shared']);

/** What dialling and the schedule of dials share. */
interface Outbound {
  readonly deps: ConnectorDeps;
  readonly attempts: DialAttempts;
  readonly anchors: Anchors;
  readonly slots: OutboundSlots;
  /** The dials in progress, by address. */
  readonly dialling: ReadonlyMap<string, Promise<void>>;
  usable(address: string, facts: AddressFacts, chosen: boolean): boolean;
  /** Dials and waits for the handshake. @throws {KithError} as Connector.add */
  connect(address: string, origin: Origin): Promise<void>;
}

export function createConnector(deps: ConnectorDeps): Connector {
  const { peers, bans } = deps;
  const manual = new Set<string>();
  const recent: { address: string; cause: string }[] = [];
  const outbound = createOutbound(deps, {
    failed(address, cause) {
      recent.push({ address, cause });
      if (recent.length > MAX_FAILURES) recent.shift();
    },
    ended: () => rounds.soon(),
  });
  const { attempts, anchors, dialling, connect } = outbound;
  const rounds = createRounds(outbound, manual);

  return {
    load: anchors.load,
    start: rounds.start,
    stop: rounds.stop,
    async add(address) {
      if (parseAddress(address) === null)
        throw new KithError('address-invalid', address, { data: { address } });
      const peerId = peerIdOf(address);
      if (bans.has(hostKeyOf(address) ?? '') || (peerId !== null && bans.has(peerId)))
        throw new KithError('peer-banned', `${address} is banned`, { data: { address } });
      if (peerId !== null) attempts.readmit(peerId);
      // Waits for a dial of the same address that is in progress instead of repeating it.
      while (dialling.has(address)) await dialling.get(address)!.catch(() => undefined);
      if (peerId === null || peers.get(peerId) === undefined)
        await connect(address, { kind: 'manual', foundBy: 'manual' });
      manual.add(address);
    },
    forget(peerId) {
      attempts.shun(peerId, LONGEST_MS.wrong);
      for (const address of manual)
        if ((attempts.peerAt(address) ?? peerIdOf(address)) === peerId) manual.delete(address);
    },
    failures: () => recent,
  };
}

interface DialListener {
  failed(address: string, cause: string): void;
  ended(): void;
}

function createOutbound(deps: ConnectorDeps, listener: DialListener): Outbound {
  const { peers, addrman, bans, clock, random } = deps;
  const attempts = createDialAttempts({ clock, random });
  const anchors = createAnchors(deps.store, BLOCK_ONLY);
  const dialling = new Map<string, Promise<void>>();
  const slots = createOutboundSlots({
    peers,
    addrman,
    bootstrap: deps.bootstrap,
    joined: deps.joined,
    extra: deps.extra,
    clock,
    groupOf: deps.groupOf,
    dialling: () => [...dialling.keys()],
    usable: (address, facts) => usable(address, facts, false),
  });

  /** @param chosen whether the user entered the address. It is then not skipped because its host is discouraged. */
  function usable(address: string, facts: AddressFacts, chosen: boolean): boolean {
    if (dialling.has(address) || attempts.isPausing(address)) return false;
    const peerId = attempts.peerAt(address) ?? facts.peerId;
    if (bans.has(facts.host ?? '') || (peerId !== null && bans.has(peerId))) return false;
    // Without any peer, banned peers at the same host must not keep this node disconnected.
    if (!chosen && bans.discourages(facts.host ?? '') && peers.list().length > 0) return false;
    return peerId === null || (!peers.knows(peerId) && !attempts.isShunned(peerId));
  }

  function noteFailure(address: string, origin: Origin, error: unknown): void {
    const wrong = HOPELESS_CODES.has(codeOf(error) ?? '');
    const isAlone = peers.list().length === 0;
    attempts.failed(address, LONGEST_MS[wrong ? 'wrong' : isAlone ? 'alone' : pauseOf(origin)], wrong);
    // If this node has no peer at all, its own connection to the internet may be down. An outage of days must not empty
    // the address manager.
    if (wrong || !isAlone) addrman.tried(address, false);
    listener.failed(address, wrong ? messageOf(error) : 'no answer');
    deps.log.debug('could not connect', { address, cause: messageOf(error) });
  }

  async function dial(address: string, origin: Origin): Promise<void> {
    try {
      const connection = await deps.dial(address);
      const peerId = connection.remotePeer.toString();
      attempts.answered(address, peerId);
      // The peer behind a relay dialled back, so the connection is inbound.
      if (connection.direction === 'inbound') return addrman.tried(address, true);
      const isTaken = () => slots.groups().has(deps.groupOf(connection.remoteAddr.toString()));
      if (isRelayed(address) && origin.kind !== 'manual' && isTaken()) refuseGroup(connection);
      const outcome = await peers.adopt(connection, origin);
      // The peer dialled this node at the same moment, and its connection was kept.
      if (outcome === null && (await isConnectedBy(peerId))) return addrman.tried(address, true);
      if (outcome === null)
        throw new KithError('peer-gone', `${address} closed the connection during the handshake`);
      if (typeof outcome === 'string') throw refusal(address, outcome);
      attempts.succeeded(address);
      const full = `${withoutPeer(address)}/p2p/${peerId}`;
      addrman.add(full, { foundBy: origin.foundBy });
      addrman.tried(full, true);
      if (origin.kind === 'feeler') peers.part(peerId, 'peer-crowded');
      else anchors.save(peers.list());
    } catch (error) {
      noteFailure(address, origin, error);
      throw error;
    }
  }

  /** Whether the peer has another connection that completes its handshake. */
  async function isConnectedBy(peerId: string): Promise<boolean> {
    const end = clock.monotonic() + OTHER_HANDSHAKE_MS;
    while (peers.get(peerId) === undefined && peers.knows(peerId) && clock.monotonic() < end)
      await clock.sleep(LOOK_AGAIN_MS);
    return peers.get(peerId) !== undefined;
  }

  function connect(address: string, origin: Origin): Promise<void> {
    const ends = dial(address, origin).finally(() => {
      dialling.delete(address);
      listener.ended();
    });
    dialling.set(address, ends);
    return ends;
  }

  return { deps, attempts, anchors, slots, dialling, usable, connect };
}

/**
 * Refuses a peer behind a relay because another outbound peer is in its network group, which is known only after there is a
 * direct connection. A peer that was added manually is not refused.
 */
function refuseGroup(connection: Connection): never {
  connection.abort(new Error('not another one of this group'));
  throw new KithError('dial-failed', 'another peer of its network group is connected already');
}

/** Starts the dials that are due when something changed or a pause ends. */
interface Rounds {
  start(): void;
  stop(): void;
  soon(): void;
}

function createRounds(outbound: Outbound, manual: ReadonlySet<string>): Rounds {
  const { attempts, anchors, slots, dialling, usable, connect } = outbound;
  const { peers, addrman, clock, log } = outbound.deps;
  const off: (() => void)[] = [];
  let isStarted = false;
  const isBusy = (): boolean => dialling.size >= MAX_PARALLEL_DIALS;

  function* candidates(): ReturnType<OutboundSlots['candidates']> {
    for (const address of manual) yield [address, { kind: 'manual', foundBy: 'manual' }];
    // Anchors first, so that an attacker who forces a restart does not choose all peers of this node.
    for (const [address, kind] of anchors.untried()) yield [address, { kind, foundBy: 'address-book' }];
    yield* slots.candidates();
  }

  /** Starts a dial if one is due. Returns whether it did. */
  function dialDue(): boolean {
    let began = false;
    for (const [address, origin] of candidates()) {
      if (isBusy()) break;
      if (!usable(address, factsOf(address, outbound.deps.groupOf), origin.kind === 'manual')) continue;
      anchors.tried(address);
      connect(address, origin).catch(() => undefined);
      began = true;
    }
    return began;
  }

  const round = guarded(log, 'connector', () => {
    for (const { id } of slots.surplus()) peers.part(id, 'peer-crowded');
    const began = dialDue();
    attempts.prune((peerId) => peers.knows(peerId));
    if (began) return soon();
    // A feeler waits until no dial is in progress. The end of a dial starts the next round.
    if (isBusy()) return;
    alarm.scheduleBy(slots.next());
    if (slots.isFree() || manual.size > 0) alarm.scheduleBy(attempts.next());
  });
  const alarm = createAlarm(clock, () => {
    round();
    alarm.scheduleBy(clock.monotonic() + IDLE_ROUND_MS);
  });
  function soon(): void {
    if (isStarted) alarm.scheduleBy(clock.monotonic() + ROUND_MS);
  }

  // A connection that worked and broke is opened again after FIRST_DELAY_MS. After a violation the pause is longer.
  function onDisconnected({ peer, code }: PeersEvents['disconnected']): void {
    const isWanted = code === null || code === 'peer-silent' || peers.list().length === 0;
    attempts.pause(peer.id, isWanted ? FIRST_DELAY_MS : DISCONNECTED_MS);
    soon();
  }

  return {
    start() {
      isStarted = true;
      off.push(
        peers.events.on('disconnected', onDisconnected),
        peers.events.on('handshakeCompleted', soon),
        addrman.onAdded(soon),
      );
      alarm.scheduleBy(clock.monotonic());
    },
    stop() {
      isStarted = false;
      for (const each of off.splice(0)) each();
      alarm.stop();
    },
    soon,
  };
}

function pauseOf({ foundBy }: Origin): 'chosen' | 'remembered' {
  return foundBy === 'manual' || foundBy === 'bootstrap' || foundBy === 'join-link' ? 'chosen' : 'remembered';
}

function refusal(address: string, code: PeerViolationCode): KithError {
  const known =
    code === 'hello-network' ? 'peer-other-network' : code === 'hello-version' ? 'peer-version' : 'peer-gone';
  return new KithError(known, reasonOf(code), { data: { address, reason: reasonOf(code) } });
}
