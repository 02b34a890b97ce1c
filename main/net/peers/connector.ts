import type { Connection } from '@libp2p/interface';
import type { PeerSource } from '../../../shared/contract/vocabulary.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import { codeOf, KithError, messageOf } from '../../lib/errors.ts';
import { guarded } from '../../lib/guarded.ts';
import type { Log } from '../../lib/log.ts';
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
  /** Those of them that a join link named. */
  readonly joined: ReadonlySet<string>;
  /** Full-relay connections wanted above the usual, while something looks wrong with the chain. */
  readonly extra: () => number;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
}

/** Keeps this node connected: opens connections, opens them again when they break, and gives up what never works. */
export interface Connector {
  /** Reads the anchors of the last run. */
  load(): Promise<void>;
  start(): void;
  stop(): void;
  /** Connects now and from then on. @throws {KithError} `address-invalid`, `dial-failed`, `peer-self`, `peer-id-shared`, `peer-banned`, `peer-other-network`, `peer-version`, `peer-gone`. */
  add(address: string): Promise<void>;
  /** Stops keeping up a connection that the user asked for, and leaves the peer alone for a while. */
  forget(peerId: string): void;
  /** Why the last attempts failed, newest last; for the sentence when there is no peer at all. */
  failures(): readonly { readonly address: string; readonly cause: string }[];
}

/** Full-relay connections that this node opens. */
export const OUTBOUND = 8;
/** Connections for blocks alone, so that nobody learns our place in the network from payments; kept as anchors. */
export const BLOCK_ONLY = 2;
/** How often an address that never worked is tried, only to know whether it does. */
const FEELER_MS = 120_000;
const TICK_MS = 250;
/** With so many connections that carry payments, others may be opened beside them. */
const ENOUGH = 2;
const DIALS_AT_ONCE = 4;
/** Addresses whose last tries are remembered; more only while all of them are fresh. */
const MOST_ATTEMPTS = 1000;
const FIRST_DELAY_MS = 500;
/** The longest pause between two tries of one address: short while there is nobody at all, or for the user's own choice. */
const LONGEST_MS = { alone: 8000, chosen: 15_000, remembered: 120_000, wrong: 600_000 };
/** A peer that this node has disconnected is dialled again so much later, unless there is no other. */
const DISCONNECTED_MS = 60_000;

/** Trying the same address again soon would give the same answer. */
const HOPELESS_CODES = new Set(['peer-other-network', 'peer-version', 'peer-self', 'peer-id-shared']);

/** What an anchor was when it was saved, and is again. */
type AnchorKind = 'block-only' | 'full-relay';

interface Attempt {
  failures: number;
  notBefore: number;
  /** Learnt when a dial succeeded, for addresses that don't say it. */
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
  let feltAt = clock.ms();
  let timer: NodeJS.Timeout | undefined;

  const attemptOf = (address: string): Attempt => {
    const found = attempts.get(address) ?? { failures: 0, notBefore: 0, peerId: peerIdOf(address) };
    attempts.set(address, found);
    return found;
  };

  /** @param chosen by the user, who may know better than we what an address is worth. */
  function usable(address: string, facts: AddressFacts = factsOf(address), chosen = false): boolean {
    const attempt = attempts.get(address);
    const peerId = attempt?.peerId ?? facts.peerId;
    if (dialling.has(address) || (attempt?.notBefore ?? 0) > clock.ms()) return false;
    if (deps.bans.has(facts.host ?? '') || (peerId !== null && deps.bans.has(peerId))) return false;
    // Without any peer a bad neighbour of a good address must not keep this node alone.
    if (!chosen && deps.bans.discourages(facts.host ?? '') && peers.list().length > 0) return false;
    return peerId === null || (!peers.knows(peerId) && (shunned.get(peerId) ?? 0) <= clock.ms());
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
    attempt.notBefore = clock.ms() + delay * (0.75 + 0.5 * deps.random());
    // Without anybody it is our own line that is down: days of that must not empty the book.
    if (wrong || peers.list().length > 0) book.tried(address, false);
  }

  async function connect(address: string, origin: Origin): Promise<void> {
    dialling.add(address);
    try {
      const connection = await deps.dial(address);
      const peerId = connection.remotePeer.toString();
      attemptOf(address).peerId = peerId;
      // Asked through a relay, it called us back: it is our guest now.
      if (connection.direction === 'inbound') return book.tried(address, true);
      if (
        isRelayed(address) &&
        origin.kind !== 'manual' &&
        taken().has(groupOf(connection.remoteAddr.toString()))
      ) {
        connection.abort(new Error('not another one of this group'));
        throw new KithError('dial-failed', 'somebody else of its group is connected already');
      }
      const outcome = await peers.adopt(connection, origin);
      // It dialled us at the same moment, and that connection is the one that stays.
      if (outcome === null && peers.get(peerId) !== undefined) return book.tried(address, true);
      if (outcome === null) throw new KithError('peer-gone', `${address} left while we introduced ourselves`);
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
    // Those of the last run first: whoever made us restart must not choose all our peers.
    for (const [address, kind] of anchors) yield [address, { kind, foundBy: 'address-book' }];
    const all = peers.list();
    const groups = new Set([...taken(), ...groupsOfDials()]);
    // Behind a relay anybody may be: whose group that is shows only once there is a direct way.
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
    // A small network never fills all places for payments: it needs anchors and news of addresses all the same.
    if (relaying >= ENOUGH && all.filter((peer) => peer.kind === 'block-only').length < BLOCK_ONLY) {
      // An anchor must be there again after a restart; a way through routers is not.
      const entry = pick(({ address, lastGood }) => lastGood > 0 && !isRelayed(address));
      if (entry !== null) yield [entry.address, { kind: 'block-only', foundBy: savedSource(entry.foundBy) }];
    }
    if (relaying >= ENOUGH && clock.ms() - feltAt > FEELER_MS) {
      feltAt = clock.ms();
      const entry = pick(({ lastGood }) => lastGood === 0);
      if (entry !== null) yield [entry.address, { kind: 'feeler', foundBy: savedSource(entry.foundBy) }];
    }
  }

  function saveAnchors(): void {
    const outbound = peers.list().filter((peer) => peer.direction === 'outbound' && peer.kind !== 'feeler');
    // Those for blocks alone first; where there are none, any that has lasted is better than nobody.
    const now = outbound.sort((a, b) => Number(b.kind === 'block-only') - Number(a.kind === 'block-only'));
    const found = now.map(({ address, id, kind }): [string, AnchorKind] => [
      `${withoutPeer(address)}/p2p/${id}`,
      kind === 'block-only' ? 'block-only' : 'full-relay',
    ]);
    // Those of the last run that are still to be tried stay: a crash right after the start must not lose them.
    const all = [...new Map([...anchors, ...found])].slice(0, BLOCK_ONLY);
    const kept = new Map(all.map(([address, kind]) => [address, { kind }]));
    void deps.store.replace('anchor', kept).catch(() => undefined);
  }

  /** Connections that were opened to look around are given back when nothing looks wrong any more. */
  function giveBack(): void {
    const relaying = peers.list().filter(({ kind }) => kind === 'full-relay');
    const surplus = relaying.length - OUTBOUND - deps.extra();
    if (surplus <= 0) return;
    // Those that know of the best chain stay, and of equals those that have lasted.
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
    for (const [peerId, until] of shunned) if (until <= clock.ms()) shunned.delete(peerId);
    // Those that the book gave up long ago.
    for (const [address, { notBefore, peerId }] of attempts) {
      if (attempts.size <= MOST_ATTEMPTS) break;
      if (notBefore + LONGEST_MS.wrong < clock.ms() && !peers.knows(peerId ?? '')) attempts.delete(address);
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
      // A connection that worked and broke is worth a quick second try; a peer that stalls or breaks rules is not.
      peers.events.on('gone', ({ peer, code }) => {
        const isWanted = code === null || code === 'peer-silent' || peers.list().length === 0;
        const delay = isWanted ? FIRST_DELAY_MS : DISCONNECTED_MS;
        for (const attempt of attempts.values()) {
          if (attempt.peerId === peer.id) attempt.notBefore = clock.ms() + delay * (0.5 + deps.random());
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
      // One that is just being tried anyway isn't tried twice at once.
      while (dialling.has(address)) await sleep(TICK_MS);
      if (peerId === null || peers.get(peerId) === undefined)
        await connect(address, { kind: 'manual', foundBy: 'manual' });
      manual.add(address);
    },
    forget(peerId) {
      shunned.set(peerId, clock.ms() + LONGEST_MS.wrong);
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

// What the book remembers from an earlier run was found by the book, whoever told it then.
function savedSource(source: PeerSource): PeerSource {
  return TOLD_SOURCES.has(source) ? source : 'address-book';
}

function refusal(address: string, code: PeerViolationCode): KithError {
  const known =
    code === 'hello-network' ? 'peer-other-network' : code === 'hello-version' ? 'peer-version' : 'peer-gone';
  return new KithError(known, reasonOf(code), { data: { address, reason: reasonOf(code) } });
}
