import type { Block } from '../../core/primitives/block.ts';
import { blamesOnlyTheBody } from '../../core/consensus/block-rules.ts';
import { fromHex } from '../../core/codec/hex.ts';
import { isViolation, type Violation } from '../../core/violation.ts';
import type { Clock } from '../../lib/clock.ts';
import { guarded } from '../../lib/guarded.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../chain/chain.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { Peer } from '../peers/peer.ts';
import { FRAME, MAX_BLOCKS_ASKED } from '../protocol/frame-types.ts';
import type { Frame } from '../protocol/frames.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import { handlerFailure } from '../protocol/handler-failure.ts';
import { REQUEST } from '../protocol/requests.ts';
import { encodeGetBlocks } from '../protocol/sync-messages.ts';
import { isBlock } from './block-reply.ts';
import { createBrokenClaims } from './broken-claims.ts';
import { createOutstandingRequests } from './outstanding-requests.ts';
import { createGapSync, type GapSync, type GapSyncDeps } from './gap-sync.ts';
import type { Rate } from './sync-rate.ts';
import { createRequestTimeouts } from './request-timeouts.ts';
import { createSideBlocks, type SideBlocksDeps } from './side-blocks.ts';
import { createSources } from './block-sources.ts';
import {
  type Body,
  createWindow,
  sizeOf,
  type Slot,
  WINDOW_BLOCKS,
  WINDOW_BYTES,
} from './download-window.ts';

export interface BlockDownloadDeps {
  readonly chain: SideBlocksDeps['chain'] &
    GapSyncDeps['chain'] &
    Pick<Chain, 'bestHeader' | 'missingBlocks'>;
  readonly peers: {
    list(): readonly Peer[];
    get(id: string): Peer | undefined;
    report(peerId: string, peerViolation: PeerViolation): void;
  };
  readonly rate: Rate;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Downloads the bodies of the best header chain from all peers in parallel and submits them to the chain in order.
 */
export interface BlockDownload {
  start(): void;
  stop(): Promise<void>;
  /** New headers, a new peer or a new claim: checks again which bodies are missing. */
  consider(): void;
  /** This peer announced a new block, possibly with its body; without a body, the peer is asked for it first. */
  announced(id: string, peerId: string, block: Uint8Array | null): void;
  /** This block is being reconstructed from its compact form, and is not requested until `deliver` or `giveUp`. */
  expect(id: string): void;
  deliver(id: string, block: Block): void;
  giveUp(id: string): void;
  forget(peerId: string): void;
  /** Number of blocks on the path to the best header that were not submitted to the chain yet. */
  missing(): number;
  /** See GapSync. */
  readonly notices: GapSync['notices'];
}

/** Most blocks requested from one peer. */
export const IN_FLIGHT = 16;
/** Most blocks submitted to the chain without a result: enough that the chain never waits. */
const SUBMITTED_AT_ONCE = 8;
const TICK_MS = 250;
/** Timeout for the next block in order when only one peer can serve it. */
const ALONE_MS = 64_000;
const UNABLE_MS = 10_000;

export function createBlockDownload(deps: BlockDownloadDeps): BlockDownload {
  const { chain, peers, clock, log } = deps;
  const window = createWindow();
  const timeouts = createRequestTimeouts();
  const outstanding = createOutstandingRequests(clock);
  const sources = createSources({ chain, clock });
  const broken = createBrokenClaims({ peers, sources, clock });
  const submitting = new Set<string>();
  const expected = new Set<string>();
  let planned: HeaderEntry | null = null;
  let more = false;
  let stuckSince = 0;
  let stopped = true;
  let timer: NodeJS.Timeout | undefined;

  const side = createSideBlocks({
    chain,
    peers,
    sources,
    busy: (id) => expected.has(id) || submitting.has(id) || window.get(id) !== undefined,
    refused: (entry, peerId, violation) => blame(entry, peerId, violation),
    lacking: (peer, entry) => broken.noted(peer, entry),
    log,
  });
  const gaps = createGapSync({ chain, peers, sources, busy: () => window.slots.length > 0, clock, log });

  const canServe = (peer: Peer, slot: Slot): boolean =>
    !expected.has(slot.entry.id) && sources.canServe(peer, slot.entry);

  function plan(): void {
    planned = chain.bestHeader();
    const most = WINDOW_BLOCKS + submitting.size;
    const missing = chain.missingBlocks(most);
    more = missing.length === most;
    window.plan(missing.filter((entry) => !submitting.has(entry.id)));
  }

  function assign(): void {
    if (stopped) return;
    // The announcer of a new block is asked first; otherwise the fastest peer, so that the lowest blocks arrive
    // first.
    const first = sources.announcer(window.slots[0]?.entry.id ?? '');
    const order = (peer: Peer) => (peer.id === first ? -1 : (peer.latencyMs ?? 1000));
    const able = [...peers.list()].sort((a, b) => order(a) - order(b));
    for (const peer of able) {
      const room = IN_FLIGHT - outstanding.of(peer.id);
      // Requesting half of the limit at a time keeps every peer busy with few requests.
      if (room < IN_FLIGHT / 2) continue;
      const most = window.bytes() < WINDOW_BYTES ? Math.min(room, MAX_BLOCKS_ASKED) : headOnly();
      const slots = window.wanted(most, (slot) => canServe(peer, slot));
      if (slots.length > 0) void fetch(peer, slots);
    }
  }

  // With a full window only the next block in order may still be requested.
  const headOnly = (): number => (window.slots[0]?.state === 'wanted' ? 1 : 0);

  async function fetch(peer: Peer, slots: Slot[]): Promise<void> {
    window.asked(slots, peer.id, clock.monotonic());
    outstanding.asked(peer.id, slots.length);
    let got = 0;
    try {
      await peer.sync.call({
        kind: REQUEST.getBlocks,
        body: encodeGetBlocks(slots.map(({ entry }) => fromHex(entry.id)!)),
        replies: slots.length,
        onReply: (frame) => {
          const slot = slots[got++]!;
          outstanding.paid(peer.id);
          return receive(peer, slot, frame);
        },
      });
    } catch (error) {
      log.debug('blocks did not arrive', { peer: peer.id, cause: String(error) });
    }
    const left = slots.length - got;
    // Nothing is kept for a peer that has disconnected meanwhile.
    if (peers.get(peer.id) === undefined) forget(peer.id);
    else outstanding.remitted(peer.id, left);
    // After a broken stream the peer is asked again at the next tick, after other peers.
    if (left > 0 && peers.get(peer.id) !== undefined)
      for (const { entry } of slots.slice(got)) sources.failed(entry.id, peer.id);
    if (left > 0) window.release(peer.id);
    else assign();
  }

  function receive(peer: Peer, slot: Slot, frame: Frame): PeerViolation | null {
    const { id } = slot.entry;
    if (frame.type === FRAME.absent.type) {
      if (slot.peer === peer.id) window.unask(id);
      if (sources.absent(peer, slot.entry)) broken.noted(peer, slot.entry);
    } else {
      if (!isBlock(frame.body, id)) return peerViolation('block-unasked', { id });
      window.fill(id, frame.body, peer.id);
      pump();
    }
    if (outstanding.of(peer.id) <= IN_FLIGHT / 2) assign();
    return null;
  }

  function pump(): void {
    while (!stopped && submitting.size < SUBMITTED_AT_ONCE) {
      const slot = window.shift();
      if (slot === null) break;
      submitting.add(slot.entry.id);
      void submit(slot);
    }
    if (more && window.slots.length < WINDOW_BLOCKS / 2) plan();
  }

  async function submit(slot: Slot): Promise<void> {
    const { id } = slot.entry;
    try {
      const result = await chain.submitBlock(slot.body!);
      if (isViolation(result)) refused(slot, result);
      else {
        timeouts.succeeded();
        deps.rate.add(sizeOf(slot.body!));
        sources.done(id);
      }
    } catch (error) {
      // The chain or the disk failed: every peer would send the same block.
      handlerFailure('block', error);
      log.error('the chain could not process a block', { id, error: String(error) });
      stopped = true;
    } finally {
      submitting.delete(id);
      slot.body = null;
    }
    pump();
    assign();
  }

  // A block from an announcement or a reconstruction. Its sender may have relayed it after a check of the header
  // only, so the sender is not blamed when it does not connect.
  function take(id: string, body: Body): void {
    if (window.fill(id, body, null)) return pump();
    // The block is not on the best header chain, but better than the active chain: a header whose body is withheld
    // must not block an honest block of the same height.
    const entry = chain.entry(id);
    if (entry === undefined || chain.hasBody(id) || entry.work <= chain.tip().work) return;
    if (submitting.has(id) || submitting.size >= SUBMITTED_AT_ONCE) return;
    submitting.add(id);
    chain
      .submitBlock(body)
      .then((result) => {
        if (isViolation(result)) log.warn('a block was refused', { id, code: result.code });
      })
      .catch((error: unknown) =>
        log.error('the chain could not process a block', { id, error: String(error) }),
      )
      .finally(() => submitting.delete(id));
  }

  function refused({ entry, peer }: Slot, violation: Violation): void {
    log.warn('a block was refused', { id: entry.id, height: entry.height, code: violation.code, peer });
    if (peer !== null) blame(entry, peer, violation);
    plan();
  }

  // If only the body was wrong, another peer has the right one. A peer that serves a block which it has not
  // connected, and does not claim to have connected, cannot know that the block breaks a rule.
  function blame(entry: HeaderEntry, peerId: string, violation: Violation): void {
    sources.failed(entry.id, peerId);
    const peer = peers.get(peerId);
    const knew = peer !== undefined && sources.claims(peer, entry) === true;
    if (blamesOnlyTheBody(violation.code)) peers.report(peerId, violation);
    else if (knew)
      peers.report(peerId, peerViolation('block-invalid', { id: entry.id, rule: violation.code }));
  }

  function tick(): void {
    if (planned !== chain.bestHeader()) plan();
    watch();
    broken.look();
    assign();
    side.look();
    gaps.look();
  }

  const forget = (peerId: string): void => [outstanding, sources].forEach((each) => each.delete(peerId));

  function watch(): void {
    const head = window.slots[0];
    if (head?.state === 'wanted') return unstick(head);
    stuckSince = 0;
    if (head?.state !== 'asked' || head.peer === null) return;
    const last = Math.max(head.askedAt, outstanding.movedAt(head.peer));
    if (clock.monotonic() - last < timeouts.ms()) return;
    const slow = head.peer;
    const others = peers.list().some((peer) => peer.id !== slow && canServe(peer, head));
    if (!others && clock.monotonic() - last < ALONE_MS) return;
    timeouts.stalled();
    sources.failed(head.entry.id, slow);
    window.release(slow);
    // A peer that only relayed the header may itself still wait for the body.
    const peer = peers.get(slow);
    if (peer !== undefined && sources.claims(peer, head.entry) === true)
      peers.report(slow, peerViolation('sync-stalled', { height: head.entry.height }));
    assign();
  }

  // Every peer failed with this block once; the reason may be gone by now.
  function unstick(head: Slot): void {
    if (stuckSince === 0) stuckSince = clock.monotonic();
    if (clock.monotonic() - stuckSince < UNABLE_MS) return;
    stuckSince = 0;
    sources.forgive(head.entry.id);
  }

  return {
    start() {
      stopped = false;
      timer = setInterval(guarded(log, 'bodies', tick), TICK_MS);
    },
    async stop() {
      stopped = true;
      side.stop();
      gaps.stop();
      clearInterval(timer);
      while (submitting.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    consider() {
      plan();
      assign();
    },
    announced(id, peerId, block) {
      sources.announced(id, peerId);
      plan();
      if (block !== null) take(id, block);
      assign();
    },
    expect: (id) => void expected.add(id),
    deliver(id, block) {
      expected.delete(id);
      plan();
      take(id, block);
      assign();
    },
    giveUp(id) {
      expected.delete(id);
      plan();
      assign();
    },
    forget(peerId) {
      forget(peerId);
      gaps.forget(peerId);
      window.release(peerId);
      assign();
    },
    missing: () => window.slots.length + submitting.size,
    notices: gaps.notices,
  };
}
