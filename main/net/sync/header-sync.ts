import type { UnixSeconds } from '../../../shared/units.ts';
import { equalBytes } from '../../core/codec/bytes.ts';
import { fromHex, toHex } from '../../core/codec/hex.ts';
import { bitsToTarget, workOf } from '../../core/consensus/compact.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import type { Header } from '../../core/primitives/header.ts';
import { isViolation } from '../../core/violation.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { AcceptResult, Chain } from '../../chain/chain.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { Peer } from '../peers/peer.ts';
import { MAX_HEADERS } from '../protocol/frame-types.ts';
import { isUnanswered } from '../protocol/requester.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import { handlerFailure } from '../protocol/handler-failure.ts';
import { REQUEST } from '../protocol/requests.ts';
import { decodeHeaders, encodeGetHeaders } from '../protocol/sync-messages.ts';
import { createPresync, type PresyncDeps } from './presync.ts';

export interface HeaderSyncDeps extends PresyncDeps {
  readonly chain: Pick<Chain, 'tip' | 'bestHeader' | 'entry' | 'locator' | 'acceptHeaders'>;
  readonly peers: {
    list(): readonly Peer[];
    get(id: string): Peer | undefined;
    report(peerId: string, peerViolation: PeerViolation): void;
  };
  readonly clock: Clock;
  /** Chains with less work are not stored. */
  minimumWork(): bigint;
  /** Headers were accepted; bodies may be missing now. */
  readonly onHeaders: () => void;
  readonly log: Log;
}

/** Downloads the header chains that peers claim, from one peer at a time. */
export interface HeaderSync {
  /** Checks whether a peer claims a better chain; called when a peer connects or its tip changes. */
  consider(): void;
  /** Requests headers from this peer whatever it claims: it announced a block with an unknown parent. */
  ask(peerId: string): void;
  /** The peer that headers are being requested from, or null. */
  source(): Peer | null;
  /** Requests headers again that were ahead of our clock and no longer are; called about every second. */
  look(): void;
  /** For each peer with a better chain that is ahead of our clock: the time of the first such header. */
  early(): UnixSeconds[];
  forget(peerId: string): void;
}

/**
 * A source that takes longer than this for one message is replaced by another peer, if there is one. Doubled each
 * time, so that headers arrive even when every peer is slow.
 */
const SLOW_MS = 5000;
const LOOK_MS = 250;

export function createHeaderSync(deps: HeaderSyncDeps): HeaderSync {
  const { chain, peers, clock, log } = deps;
  // Claims that a peer could not prove, or that are useless here: not requested again until the peer claims something
  // else.
  const settled = new Map<string, string>();
  const asked = new Set<string>();
  // Sources that were replaced because other peers may be faster, and how often.
  const slow = new Map<string, number>();
  // The time of the first header ahead of our clock, by peer; for the current source it is in `earlyNow`.
  const early = new Map<string, UnixSeconds>();
  let earlyNow: UnixSeconds | null = null;
  const leaving = new Set<string>();
  let timeoutMs = SLOW_MS;
  let current: Peer | null = null;

  const usable = (): Peer[] =>
    peers
      .list()
      .filter((peer) => asked.has(peer.id) || (isBetter(peer) && settled.get(peer.id) !== claimOf(peer)));

  function choose(): Peer | null {
    const better = usable();
    const slowness = (peer: Peer) => slow.get(peer.id) ?? 0;
    // An outbound peer is less likely to be an attacker's.
    better.sort(
      (a, b) =>
        slowness(a) - slowness(b) || rank(a) - rank(b) || (a.latencyMs ?? 1000) - (b.latencyMs ?? 1000),
    );
    return better[0] ?? null;
  }

  // A chain with the same work as our best headers counts too: the bodies of those may never arrive.
  function isBetter(peer: Peer): boolean {
    const { work } = peer.tip;
    if (work > chain.bestHeader().work) return true;
    return work > chain.tip().work && chain.entry(claimOf(peer)) === undefined;
  }

  function consider(): void {
    if (current !== null) return;
    const peer = choose();
    if (peer === null) return;
    current = peer;
    asked.delete(peer.id);
    void follow(peer)
      .catch((error: unknown) => {
        handlerFailure('headers', error);
        log.error('headers could not be accepted', { error: String(error) });
      })
      .finally(() => {
        current = null;
        consider();
      });
  }

  async function follow(peer: Peer): Promise<void> {
    const claim = claimOf(peer);
    const claimed = peer.tip;
    let clean = false;
    earlyNow = null;
    try {
      clean = await fetchAll(peer);
    } catch (error) {
      if (!isUnanswered(error)) throw error;
    }
    // The source was too slow, and another peer has a better chain too. Its headers are kept; it may be asked again.
    const left = leaving.delete(peer.id) && !clean;
    if (left || peers.get(peer.id) === undefined) return;
    settled.set(peer.id, claim);
    if (earlyNow === null) early.delete(peer.id);
    else early.set(peer.id, earlyNow);
    if (clean) timeoutMs = SLOW_MS;
    const shown = chain.entry(toHex(claimed.id)) !== undefined || chain.bestHeader().work >= claimed.work;
    // The peer may have announced a new tip in the meantime.
    if (clean && !shown && claimOf(peer) === claim)
      peers.report(peer.id, peerViolation('headers-unproven', { height: claimed.height }));
  }

  /** Whether to replace the source by another peer. */
  function leave(peer: Peer, tookMs: number): boolean {
    if (tookMs < timeoutMs || !usable().some(({ id }) => id !== peer.id)) return false;
    timeoutMs = Math.min(REQUEST.getHeaders.deadlineMs, timeoutMs * 2);
    slow.set(peer.id, (slow.get(peer.id) ?? 0) + 1);
    leaving.add(peer.id);
    log.debug('headers arrive slowly; another peer is asked', { peer: peer.id, tookMs: Math.round(tookMs) });
    return true;
  }

  /** True when the peer had no more headers; false when some of its headers are useless here. */
  async function fetchAll(peer: Peer): Promise<boolean> {
    leaving.delete(peer.id);
    const start = chain.locator(chain.bestHeader());
    const first = await request(peer, start);
    if (first === null) return false;
    const fork = first[0] === undefined ? undefined : chain.entry(toHex(first[0].prev));
    if (fork === undefined || hasEnough(fork, first)) return accept(peer, start, first);
    return presync(peer, start, first, fork);
  }

  const hasEnough = (fork: HeaderEntry, headers: readonly Header[]): boolean =>
    headers.reduce((work, { bits }) => work + workOf(bitsToTarget(bits)), fork.work) >= deps.minimumWork();

  /** Accepts the headers and all that follow them. */
  async function accept(peer: Peer, start: readonly Hash[], first: readonly Header[]): Promise<boolean> {
    let accepting: Promise<AcceptResult> = chain.acceptHeaders(first);
    let full = first.length === MAX_HEADERS;
    let last = first.at(-1);
    for (;;) {
      accepting.catch(() => undefined);
      // The next message is requested while the proof of work of the previous one is checked.
      const next = full && last !== undefined ? await request(peer, [last.id, ...start]) : [];
      const { violation, earlyTime } = await accepting;
      deps.onHeaders();
      earlyNow ??= earlyTime;
      if (violation) peers.report(peer.id, violation);
      if (violation || next === null) return false;
      if (next[0] === undefined) return true;
      // Every message must extend the previous one, or a peer could keep this node busy for ever. An honest peer that
      // reorganised meanwhile has announced its new tip, and is asked again.
      if (last === undefined || !equalBytes(next[0].prev, last.id)) return changed(peer);
      last = next.at(-1);
      full = next.length === MAX_HEADERS;
      accepting = chain.acceptHeaders(next);
    }
  }

  /** Presync and redownload, since the chain so far has less work than the minimum. */
  async function presync(
    peer: Peer,
    start: readonly Hash[],
    first: readonly Header[],
    fork: HeaderEntry,
  ): Promise<boolean> {
    const pre = createPresync(deps, fork, deps.minimumWork());
    let headers: readonly Header[] | null = first;
    for (let state = pre.first(headers); state !== 'enough'; state = pre.first(headers)) {
      if (state === 'changed') return changed(peer);
      if (state !== 'more') return blame(peer, state);
      // The chain ends below the minimum: nothing is stored, and the peer is not blamed for being behind.
      if (headers.length < MAX_HEADERS) {
        log.info('a chain with too little work was ignored', { peer: peer.id, headers: pre.count });
        return false;
      }
      headers = await request(peer, [headers.at(-1)!.id, ...start]);
      if (headers === null) return false;
    }
    log.debug('presync is complete; redownload begins', { peer: peer.id, headers: pre.count });
    let locator: readonly Hash[] = [fromHex(fork.id)!];
    while (!pre.complete) {
      headers = await request(peer, locator);
      if (headers === null) return false;
      if (pre.second(headers) === 'changed') return changed(peer);
      const { violation, earlyTime } = await chain.acceptHeaders(headers);
      earlyNow ??= earlyTime;
      if (violation) return blame(peer, violation);
      locator = [headers.at(-1)!.id];
    }
    deps.onHeaders();
    return accept(peer, start, headers);
  }

  /**
   * The peer has reorganised, and announces its new tip. This is no violation, but other peers are asked first from
   * now on, so that a peer which changes its chain all the time delays nothing.
   */
  function changed(peer: Peer): false {
    log.debug('a peer reorganised during header sync', { peer: peer.id });
    slow.set(peer.id, (slow.get(peer.id) ?? 0) + 1);
    return false;
  }

  function blame(peer: Peer, wrong: PeerViolation): false {
    peers.report(peer.id, wrong);
    return false;
  }

  async function request(peer: Peer, locator: readonly Hash[]): Promise<Header[] | null> {
    let headers: Header[] = [];
    if (leaving.has(peer.id)) return null;
    const began = clock.monotonic();
    const answered = peer.sync.call({
      kind: REQUEST.getHeaders,
      body: encodeGetHeaders(locator),
      onReply(frame) {
        const decoded = decodeHeaders(frame.body);
        if (isViolation(decoded)) return decoded;
        if (!linked(decoded)) return peerViolation('headers-unlinked');
        headers = decoded;
        return null;
      },
    });
    const wrong = await unlessLate(peer, began, answered);
    if (wrong === 'late') {
      // The caller no longer waits for this answer; a missing answer is still counted (requester.ts).
      answered.catch(() => undefined);
      return null;
    }
    // Headers that have arrived are used all the same.
    if (wrong === null) leave(peer, clock.monotonic() - began);
    return wrong === null ? headers : null;
  }

  /** Waits for the answer, or until the source was replaced because it is too slow. */
  async function unlessLate<T>(peer: Peer, began: number, answer: Promise<T>): Promise<T | 'late'> {
    let watch: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      watch = setInterval(() => {
        if (leave(peer, clock.monotonic() - began)) resolve('late');
      }, LOOK_MS);
    });
    return Promise.race([answer, late]).finally(() => clearInterval(watch));
  }

  return {
    consider,
    ask(peerId) {
      if (peers.get(peerId) !== undefined) asked.add(peerId);
      consider();
    },
    source: () => current,
    look() {
      const latest = clock.now() + deps.network.params.futureLimit;
      for (const [id, time] of early) {
        if (time > latest) continue;
        early.delete(id);
        settled.delete(id);
      }
      consider();
    },
    early: () =>
      peers.list().flatMap((peer) => {
        const time = early.get(peer.id);
        return time !== undefined && isBetter(peer) ? [time] : [];
      }),
    forget(peerId) {
      for (const each of [settled, asked, slow, leaving, early]) each.delete(peerId);
    },
  };
}

const claimOf = (peer: Peer): string => toHex(peer.tip.id);
const rank = (peer: Peer): number => (peer.direction === 'outbound' ? 0 : 1);

function linked(headers: readonly Header[]): boolean {
  return headers.every((header, i) => i === 0 || equalBytes(header.prev, headers[i - 1]!.id));
}
