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
  /** Below it no chain is stored. */
  minimumWork(): bigint;
  /** Headers were taken; bodies may be missing now. */
  readonly onHeaders: () => void;
  readonly log: Log;
}

/** Follows the header chains that peers claim, one peer at a time. */
export interface HeaderSync {
  /** Looks whether a peer claims more than we have; call it when a peer came or its tip changed. */
  consider(): void;
  /** Asks this peer whatever it claims: it announced a block whose parent we don't know. */
  ask(peerId: string): void;
  /** The peer that headers come from now, or null. */
  source(): Peer | null;
  /** Asks again for headers that were ahead of our clock and are not any more; call it every second or so. */
  look(): void;
  /** Of each peer with a better chain that is ahead of our clock: the time of the first header that is. */
  early(): UnixSeconds[];
  forget(peerId: string): void;
}

/** A source that takes longer for one message gives way to another, if there is one: doubled each time, so that where
 * everybody is slow the headers come all the same. */
const SLOW_MS = 5000;
const LOOK_MS = 250;

export function createHeaderSync(deps: HeaderSyncDeps): HeaderSync {
  const { chain, peers, clock, log } = deps;
  // Claims that a peer couldn't show, or that we couldn't use: not asked for again until it claims something else.
  const settled = new Map<string, string>();
  const asked = new Set<string>();
  // Those that were left because others may be quicker, and how often.
  const slow = new Map<string, number>();
  // The time of the first header that was ahead of our clock, by peer; of the peer that is asked now, in `earlyNow`.
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
    // A peer that we chose ourselves is less likely to be an attacker's.
    better.sort(
      (a, b) =>
        slowness(a) - slowness(b) || rank(a) - rank(b) || (a.latencyMs ?? 1000) - (b.latencyMs ?? 1000),
    );
    return better[0] ?? null;
  }

  // Its chain may also just equal the best headers that we know: the bodies of those may never come.
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
    // It was too slow this time, and somebody else has what we want. What it has shown stays; it may be asked again.
    const left = leaving.delete(peer.id) && !clean;
    if (left || peers.get(peer.id) === undefined) return;
    settled.set(peer.id, claim);
    if (earlyNow === null) early.delete(peer.id);
    else early.set(peer.id, earlyNow);
    if (clean) timeoutMs = SLOW_MS;
    const shown = chain.entry(toHex(claimed.id)) !== undefined || chain.bestHeader().work >= claimed.work;
    // It may have left its claim behind by now; then it has told us so.
    if (clean && !shown && claimOf(peer) === claim)
      peers.report(peer.id, peerViolation('headers-unproven', { height: claimed.height }));
  }

  /** Whether it is left for another one. */
  function leave(peer: Peer, tookMs: number): boolean {
    if (tookMs < timeoutMs || !usable().some(({ id }) => id !== peer.id)) return false;
    timeoutMs = Math.min(REQUEST.getHeaders.deadlineMs, timeoutMs * 2);
    slow.set(peer.id, (slow.get(peer.id) ?? 0) + 1);
    leaving.add(peer.id);
    log.debug('headers come slowly; another peer is asked', { peer: peer.id, tookMs: Math.round(tookMs) });
    return true;
  }

  /** True when the peer had no more; false when something of it can't be used. */
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

  /** Takes the headers and all that come after them. */
  async function accept(peer: Peer, start: readonly Hash[], first: readonly Header[]): Promise<boolean> {
    let accepting: Promise<AcceptResult> = chain.acceptHeaders(first);
    let full = first.length === MAX_HEADERS;
    let last = first.at(-1);
    for (;;) {
      accepting.catch(() => undefined);
      // While these come over the wire, the work of the last ones is checked.
      const next = full && last !== undefined ? await request(peer, [last.id, ...start]) : [];
      const { violation, earlyTime } = await accepting;
      deps.onHeaders();
      earlyNow ??= earlyTime;
      if (violation) peers.report(peer.id, violation);
      if (violation || next === null) return false;
      if (next[0] === undefined) return true;
      // Every message must lead on from the one before it, or a peer could keep us for ever. An honest one whose chain
      // changed meanwhile has told us, and is asked again.
      if (last === undefined || !equalBytes(next[0].prev, last.id)) return changed(peer);
      last = next.at(-1);
      full = next.length === MAX_HEADERS;
      accepting = chain.acceptHeaders(next);
    }
  }

  /** Two passes, since the chain so far has less work than anything worth storing. */
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
      // It ends below what it should have: nothing of it is stored, and nobody is blamed for being behind.
      if (headers.length < MAX_HEADERS) {
        log.info('a chain with too little work was left alone', { peer: peer.id, headers: pre.count });
        return false;
      }
      headers = await request(peer, [headers.at(-1)!.id, ...start]);
      if (headers === null) return false;
    }
    log.debug('a chain has shown its work and is fetched again', { peer: peer.id, headers: pre.count });
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
   * Its chain is another one than a moment ago: it has reorganised, and tells us its new tip. Nobody is blamed for
   * that; others are asked first from now on, so that a peer which changes its mind all the time holds nobody up.
   */
  function changed(peer: Peer): false {
    log.debug('a chain changed while it was fetched', { peer: peer.id });
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
    const began = clock.ms();
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
      // Nobody waits for its answer any more; that there is none still counts, see requester.ts.
      answered.catch(() => undefined);
      return null;
    }
    // What has come is used all the same.
    if (wrong === null) leave(peer, clock.ms() - began);
    return wrong === null ? headers : null;
  }

  /** Waits for the answer, or until the peer has been left because it let everybody wait. */
  async function unlessLate<T>(peer: Peer, began: number, answer: Promise<T>): Promise<T | 'late'> {
    let watch: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      watch = setInterval(() => {
        if (leave(peer, clock.ms() - began)) resolve('late');
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
