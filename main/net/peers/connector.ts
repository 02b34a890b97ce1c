import type { Connection } from '@libp2p/interface';
import type { PeerSource } from '../../../shared/contract/vocabulary.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import { codeOf, KithError, messageOf } from '../../lib/errors.ts';
import { guarded } from '../../lib/guarded.ts';
import type { Log } from '../../lib/log.ts';
import type { Random } from '../../lib/random.ts';
import {
  groupOf,
  hostPart,
  isRelayed,
  parseAddress,
  peerIdOf,
  withoutPeer,
} from '../transport/multiaddrs.ts';
import type { PeerViolationCode } from '../protocol/wire-violation.ts';
import type { Bans } from './ban-list.ts';
import {
  type AddressManager,
  type AddressFacts,
  type AddressEntry,
  factsOf,
  TOLD_SOURCES,
} from './address-manager.ts';
import type { PeerStore } from './peer-store.ts';
import type { Origin } from './peer.ts';
import type { Peers } from './peers.ts';
import { reasonOf } from './penalties.ts';

export interface ConnectorDeps {
  readonly dial: (address: string) => Promise<Connection>;
  readonly peers: Peers;
  readonly book: AddressManager;
  readonly bans: Bans;
  readonly store: PeerStore;
  readonly bootstrap: readonly string[];
  /** The bootstrap addresses that came from a join link. */
  readonly joined: ReadonlySet<string>;
  /** Extra full-relay connections to open while the chain looks wrong. */
  readonly extra: () => number;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Pick<Random, 'number'>;
}

/** Opens the outbound connections, reopens them when they break, and gives up addresses that never work. */
export interface Connector {
  /** Reads the anchors of the last run. */
  load(): Promise<void>;
  start(): void;
  stop(): void;
  /**
   * Connects now and keeps the connection. @throws {KithError} `address-invalid`, `dial-failed`, `peer-self`,
   * `peer-id-shared`, `peer-banned`, `peer-other-network`, `peer-version`, `peer-gone`.
   */
  add(address: string): Promise<void>;
  /** Stops keeping a connection that the user requested, and does not dial the peer for a while. */
  forget(peerId: string): void;
  /** Causes of the last failed attempts, newest last; used in the sentence that explains why there is no peer. */
  failures(): readonly { readonly address: string; readonly cause: string }[];
}

/** Full-relay connections that this node opens. */
export const OUTBOUND = 8;
/**
 * Block-relay-only connections, which hide the node's position in the network from observers of transactions; saved
 * as anchors.
 */
export const BLOCK_ONLY = 2;
/** Interval of feeler connections, which only test whether an address works. */
const FEELER_MS = 120_000;
const TICK_MS = 250;
/** With this many full-relay connections, block-relay-only connections and feelers may be opened as well. */
const ENOUGH = 2;
const DIALS_AT_ONCE = 4;
/** Addresses whose attempts are remembered; more only while all of them are recent. */
const MOST_ATTEMPTS = 1000;
const FIRST_DELAY_MS = 500;
/**
 * Longest pause between two attempts at one address: without any peer, for an address of the user, for a remembered
 * address, and after a permanent error.
 */
const LONGEST_MS = { alone: 8000, chosen: 15_000, remembered: 120_000, wrong: 600_000 };
/** A peer that this node disconnected is not dialled again for this time, unless there is no other peer. */
const DISCONNECTED_MS = 60_000;

/** Errors after which another attempt at the same address would fail in the same way. */
const HOPELESS_CODES = new Set(['peer-other-network', 'peer-version', 'peer-self', 'peer-id-shared']);

/** The kind of connection of an anchor, which is restored after a restart. */
type AnchorKind = 'block-only' | 'full-relay';

interface Attempt {
  failures: number;
  notBefore: number;
  /** Learnt from a successful dial, for addresses without a peer id. */
  peerId: string | null;
}

export function createConnector(deps: ConnectorDeps): Connector {
  const { peers, book, clock } = deps;
  const manual = new Set<string>();
  const attempts = new Map<string, Attempt>();
  const dialling = new Set<string>();
  const groupsOfDials = () => [...dialling].map((address) => groupOf(address) ?? address);
  const shunned = new Map<string, number>();
  const recent: { address: string; cause: string }[] = [];
  const anchors = new Map<string, AnchorKind>();
  let feltAt = clock.monotonic();
  let timer: NodeJS.Timeout | undefined;

  const attemptOf = (address: string): Attempt => {
    const found = attempts.get(address) ?? { failures: 0, notBefore: 0, peerId: peerIdOf(address) };
    attempts.set(address, found);
    return found;
  };

  /** @param chosen the user entered the address, so that a discouraged host is no reason to skip it. */
  function usable(address: string, facts: AddressFacts = factsOf(address), chosen = false): boolean {
    const attempt = attempts.get(address);
    const peerId = attempt?.peerId ?? facts.peerId;
    if (dialling.has(address) || (attempt?.notBefore ?? 0) > clock.monotonic()) return false;
    if (deps.bans.has(facts.host ?? '') || (peerId !== null && deps.bans.has(peerId))) return false;
    // Without any peer, a banned peer at the same host must not keep this node disconnected.
    if (!chosen && deps.bans.discourages(facts.host ?? '') && peers.list().length > 0) return false;
    return peerId === null || (!peers.knows(peerId) && (shunned.get(peerId) ?? 0) <= clock.monotonic());
  }

  function remember(address: string, cause: string): void {
    recent.push({ address, cause });
    if (recent.length > 8) recent.shift();
  }

  function failed(address: string, origin: Origin, wrong: boolean): void {
    const attempt = attemptOf(address);
    attempt.failures++;
    const longest = LONGEST_MS[wrong ? 'wrong' : peers.list().length === 0 ? 'alone' : patienceFor(origin)];
    const delay = wrong ? longest : Math.min(longest, FIRST_DELAY_MS * 2 ** Math.min(attempt.failures, 10));
    attempt.notBefore = clock.monotonic() + delay * (0.75 + 0.5 * deps.random.number());
    // Without any peer our own connection to the internet is down: an outage of days must not empty the address
    // manager.
    if (wrong || peers.list().length > 0) book.tried(address, false);
  }

  async function connect(address: string, origin: Origin): Promise<void> {
    dialling.add(address);
    try {
      const connection = await deps.dial(address);
      const peerId = connection.remotePeer.toString();
      attemptOf(address).peerId = peerId;
      // The peer behind a relay dialled back: the connection is inbound now.
      if (connection.direction === 'inbound') return book.tried(address, true);
      if (
        isRelayed(address) &&
        origin.kind !== 'manual' &&
        taken().has(groupOf(connection.remoteAddr.toString()))
      ) {
        connection.abort(new Error('not another one of this group'));
        throw new KithError('dial-failed', 'another peer of its network group is connected already');
      }
      const outcome = await peers.adopt(connection, origin);
      // The peer dialled us at the same moment, and its connection is the one that stays.
      if (outcome === null && peers.get(peerId) !== undefined) return book.tried(address, true);
      if (outcome === null)
        throw new KithError('peer-gone', `${address} closed the connection during the handshake`);
      if (typeof outcome === 'string') throw refusal(address, outcome);
      attemptOf(address).failures = 0;
      const full = `${withoutPeer(address)}/p2p/${peerId}`;
      book.add(full, { foundBy: origin.foundBy });
      book.tried(full, true);
      if (origin.kind === 'feeler') peers.part(peerId, 'peer-crowded');
      if (origin.kind !== 'feeler') saveAnchors();
    } catch (error) {
      const refused = HOPELESS_CODES.has(codeOf(error) ?? '');
      failed(address, origin, refused);
      remember(address, refused ? messageOf(error) : 'no answer');
      deps.log.debug('could not connect', { address, cause: messageOf(error) });
      throw error;
    } finally {
      dialling.delete(address);
    }
  }

  const taken = () =>
    new Set(
      peers
        .list()
        .filter((peer) => peer.direction === 'outbound')
        .map((peer) => groupOf(peer.address)),
    );

  function* candidates(): Generator<[string, Origin]> {
    for (const address of manual) yield [address, { kind: 'manual', foundBy: 'manual' }];
    // Peers of the last run first: an attacker that forces a restart must not choose all peers of this node.
    for (const [address, kind] of anchors) yield [address, { kind, foundBy: 'address-book' }];
    const all = peers.list();
    const groups = new Set([...taken(), ...groupsOfDials()]);
    // Any network group may be behind a relay: the group is known only once there is a direct connection.
    const apart = (address: string, { group }: AddressFacts) => isRelayed(address) || !groups.has(group);
    const pick = (test: (entry: AddressEntry) => boolean) =>
      book.pick((it, facts) => apart(it.address, facts) && usable(it.address, facts) && test(it));
    const relaying = all.filter((peer) => peer.kind === 'full-relay').length;
    if (relaying + dialling.size < OUTBOUND + deps.extra()) {
      for (const address of deps.bootstrap) {
        const foundBy = deps.joined.has(address) ? 'join-link' : 'bootstrap';
        yield [address, { kind: 'full-relay', foundBy }];
      }
      const entry = pick(() => true);
      if (entry !== null) yield [entry.address, { kind: 'full-relay', foundBy: savedSource(entry.foundBy) }];
    }
    // A small network never fills all full-relay slots, but needs anchors and addresses all the same.
    if (relaying >= ENOUGH && all.filter((peer) => peer.kind === 'block-only').length < BLOCK_ONLY) {
      // An anchor must be reachable after a restart; a connection made by hole punching may not be.
      const entry = pick(({ address, lastGood }) => lastGood > 0 && !isRelayed(address));
      if (entry !== null) yield [entry.address, { kind: 'block-only', foundBy: savedSource(entry.foundBy) }];
    }
    if (relaying >= ENOUGH && clock.monotonic() - feltAt > FEELER_MS) {
      feltAt = clock.monotonic();
      const entry = pick(({ lastGood }) => lastGood === 0);
      if (entry !== null) yield [entry.address, { kind: 'feeler', foundBy: savedSource(entry.foundBy) }];
    }
  }

  function saveAnchors(): void {
    const outbound = peers.list().filter((peer) => peer.direction === 'outbound' && peer.kind !== 'feeler');
    // Block-relay-only connections first; without one, any lasting connection is better than no anchor.
    const now = outbound.sort((a, b) => Number(b.kind === 'block-only') - Number(a.kind === 'block-only'));
    const found = now.map(({ address, id, kind }): [string, AnchorKind] => [
      `${withoutPeer(address)}/p2p/${id}`,
      kind === 'block-only' ? 'block-only' : 'full-relay',
    ]);
    // Anchors of the last run that have not been tried yet stay: a crash right after the start must not lose them.
    const all = [...new Map([...anchors, ...found])].slice(0, BLOCK_ONLY);
    const kept = new Map(all.map(([address, kind]) => [address, { kind }]));
    void deps.store.replace('anchor', kept).catch(() => undefined);
  }

  /** Closes the extra connections when the chain looks right again. */
  function giveBack(): void {
    const relaying = peers.list().filter(({ kind }) => kind === 'full-relay');
    const surplus = relaying.length - OUTBOUND - deps.extra();
    if (surplus <= 0) return;
    // Peers with the best chain stay, and among equals the oldest connections.
    relaying.sort((a, b) => (a.tip.work === b.tip.work ? 0 : a.tip.work > b.tip.work ? -1 : 1));
    for (const { id } of relaying.slice(-surplus)) peers.part(id, 'peer-crowded');
  }

  function tick(): void {
    giveBack();
    for (const [address, origin] of candidates()) {
      if (dialling.size >= DIALS_AT_ONCE) return;
      if (!usable(address, factsOf(address), origin.kind === 'manual')) continue;
      anchors.delete(address);
      connect(address, origin).catch(() => undefined);
    }
    for (const [peerId, until] of shunned) if (until <= clock.monotonic()) shunned.delete(peerId);
    // Addresses that the address manager removed long ago.
    for (const [address, { notBefore, peerId }] of attempts) {
      if (attempts.size <= MOST_ATTEMPTS) break;
      if (notBefore + LONGEST_MS.wrong < clock.monotonic() && !peers.knows(peerId ?? ''))
        attempts.delete(address);
    }
  }

  return {
    async load() {
      for (const { key, value } of (await deps.store.list('anchor')).slice(0, BLOCK_ONLY)) {
        const { kind } = (value ?? {}) as { kind?: unknown };
        anchors.set(key, kind === 'full-relay' ? kind : 'block-only');
      }
    },
    start() {
      // A connection that worked and broke is retried quickly; one that ended with a violation is not.
      peers.events.on('gone', ({ peer, code }) => {
        const isWanted = code === null || code === 'peer-silent' || peers.list().length === 0;
        const delay = isWanted ? FIRST_DELAY_MS : DISCONNECTED_MS;
        for (const attempt of attempts.values()) {
          if (attempt.peerId === peer.id)
            attempt.notBefore = clock.monotonic() + delay * (0.5 + deps.random.number());
        }
      });
      timer = setInterval(guarded(deps.log, 'connector', tick), TICK_MS);
      tick();
    },
    stop: () => clearInterval(timer),
    async add(address) {
      if (parseAddress(address) === null)
        throw new KithError('address-invalid', address, { data: { address } });
      const peerId = peerIdOf(address);
      if (deps.bans.has(hostPart(address) ?? '') || (peerId !== null && deps.bans.has(peerId)))
        throw new KithError('peer-banned', `${address} is banned`, { data: { address } });
      if (peerId !== null) shunned.delete(peerId);
      // A dial of the same address that is in progress is awaited instead of repeated.
      while (dialling.has(address)) await sleep(TICK_MS);
      if (peerId === null || peers.get(peerId) === undefined)
        await connect(address, { kind: 'manual', foundBy: 'manual' });
      manual.add(address);
    },
    forget(peerId) {
      shunned.set(peerId, clock.monotonic() + LONGEST_MS.wrong);
      for (const address of manual) {
        if ((attempts.get(address)?.peerId ?? peerIdOf(address)) === peerId) manual.delete(address);
      }
    },
    failures: () => recent,
  };
}

function patienceFor({ foundBy }: Origin): 'chosen' | 'remembered' {
  return foundBy === 'manual' || foundBy === 'bootstrap' || foundBy === 'join-link' ? 'chosen' : 'remembered';
}

// Addresses restored from an earlier run have the source `address-book`, whichever source they had before.
function savedSource(source: PeerSource): PeerSource {
  return TOLD_SOURCES.has(source) ? source : 'address-book';
}

function refusal(address: string, code: PeerViolationCode): KithError {
  const known =
    code === 'hello-network' ? 'peer-other-network' : code === 'hello-version' ? 'peer-version' : 'peer-gone';
  return new KithError(known, reasonOf(code), { data: { address, reason: reasonOf(code) } });
}
