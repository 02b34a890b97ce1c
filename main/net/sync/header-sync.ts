import type { UnixSeconds } from '../../../shared/units.ts';
import { toHex } from '../../core/codec/hex.ts';
import type { Clock } from '../../lib/clock.ts';
import { createEmitter, type Events } from '../../lib/events.ts';
import type { Chain } from '../../chain/chain.ts';
import type { Peer } from '../peers/peer.ts';
import { isUnanswered } from '../protocol/requester.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import { handlerFailure } from '../protocol/handler-failure.ts';
import { fetchHeaders, type HeaderFetchDeps } from './header-fetch.ts';
import { createHeaderRequests } from './header-requests.ts';
import { claimOf, createHeaderSources } from './header-sources.ts';

export interface HeaderSyncDeps extends HeaderFetchDeps {
  readonly chain: Pick<Chain, 'tip' | 'bestHeader' | 'entry' | 'locator' | 'acceptHeaders'>;
  readonly peers: {
    list(): readonly Peer[];
    get(id: string): Peer | undefined;
    report(peerId: string, peerViolation: PeerViolation): void;
  };
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'after'>;
}

/** Downloads the header chains that peers claim, from one peer at a time. */
export interface HeaderSync {
  /** Checks whether a peer claims a better chain. Called when a peer connects or its tip changes. */
  consider(): void;
  /** Requests headers from this peer whatever it claims. Called when it announced a block with an unknown parent. */
  ask(peerId: string): void;
  /** The peer that headers are being requested from, or null. */
  source(): Peer | null;
  /** `source` has changed. */
  readonly events: Events<{ source: Peer | null }>;
  /** Requests again the headers that were ahead of our clock and no longer are. Called about every two seconds. */
  check(): void;
  /** For each peer with a better chain that is ahead of our clock: the time of the first such header. */
  early(): UnixSeconds[];
  forget(peerId: string): void;
}

export function createHeaderSync(deps: HeaderSyncDeps): HeaderSync {
  const { chain, peers, clock, log } = deps;
  const sources = createHeaderSources(deps);
  const events = createEmitter<{ source: Peer | null }>((error) =>
    log.error('a listener of header sync failed', { error }),
  );
  let current: Peer | null = null;
  const requests = createHeaderRequests({ clock, log, others: sources.usable, slower: sources.slower });
  const source = (): Peer | null => current;

  function consider(): void {
    if (current !== null) return requests.check();
    const peer = sources.choose();
    if (peer === null) return;
    current = peer;
    events.emit('source', peer);
    sources.begin(peer.id);
    void follow(peer)
      .catch((error: unknown) => {
        handlerFailure('headers', error);
        log.error('headers could not be accepted', { error: String(error) });
      })
      .finally(() => {
        current = null;
        consider();
        if (source() === null) events.emit('source', null);
      });
  }

  async function follow(peer: Peer): Promise<void> {
    const claim = claimOf(peer);
    const claimed = peer.tip;
    let early: UnixSeconds | null = null;
    let clean = false;
    requests.begin();
    try {
      clean = await fetchHeaders(deps, {
        id: peer.id,
        request: (locator) => requests.send(peer, locator),
        report: (violation) => peers.report(peer.id, violation),
        early: (time) => void (early ??= time),
        changed: () => sources.slower(peer.id),
      });
    } catch (error) {
      if (!isUnanswered(error)) throw error;
    }
    // The headers of a replaced source are kept. The source may get further requests.
    if ((requests.gaveUp() && !clean) || peers.get(peer.id) === undefined) return;
    sources.settle(peer.id, claim, early);
    if (clean) requests.succeeded();
    const shown = chain.entry(toHex(claimed.id)) !== undefined || chain.bestHeader().work >= claimed.work;
    // Only if the peer has not announced a new tip meanwhile.
    if (clean && !shown && claimOf(peer) === claim)
      peers.report(peer.id, peerViolation('headers-unproven', { height: claimed.height }));
  }

  return {
    consider,
    ask(peerId) {
      if (peers.get(peerId) !== undefined) sources.ask(peerId);
      consider();
    },
    source,
    events,
    check() {
      sources.early.due(clock.now() + deps.network.params.futureLimit);
      consider();
    },
    early: sources.early.times,
    forget: sources.forget,
  };
}
