import { isMutatedBody } from '../../core/consensus/block-rules.ts';
import { isViolation, type Violation } from '../../core/violation.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../chain/chain.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { Peer } from '../peers/peer.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import type { BlockScheduler } from './block-scheduler.ts';
import type { BlocksInFlight, Body, Submitted } from './blocks-in-flight.ts';
import type { Sources } from './block-sources.ts';
import type { Window } from './download-window.ts';
import type { RequestTimeouts } from './request-timeouts.ts';
import type { Rate } from './sync-rate.ts';

export interface BlockSubmissionDeps {
  readonly chain: Pick<Chain, 'tip' | 'entry' | 'hasBody'>;
  readonly peers: {
    get(id: string): Peer | undefined;
    report(peerId: string, peerViolation: PeerViolation): void;
  };
  readonly inFlight: BlocksInFlight;
  readonly window: Window;
  readonly scheduler: BlockScheduler;
  readonly sources: Pick<Sources, 'claims' | 'failed' | 'done'>;
  readonly timeouts: RequestTimeouts;
  readonly rate: Rate;
  readonly log: Log;
}

/** Submits received blocks to the chain in order, and reports the senders of blocks that break a rule. */
export interface BlockSubmission {
  /** Starts to submit blocks of the best header chain. */
  start(): void;
  /** Accepts a block that was not requested: from an announcement, or reconstructed. */
  take(id: string, body: Body): void;
  /** Submits this block if it was received. Never rejects. */
  submit(entry: HeaderEntry): Promise<void>;
  stop(): void;
}

/**
 * Maximum number of blocks that are submitted and have no result yet. Enough that the chain never waits for the next.
 */
const MAX_SUBMITTED_BLOCKS = 8;

export function createBlockSubmission(deps: BlockSubmissionDeps): BlockSubmission {
  const { chain, inFlight, window, scheduler, sources, log } = deps;
  const blame = createBlame(deps);
  let stopped = true;
  const off = inFlight.events.on('received', pump);

  function pump(): void {
    while (!stopped && inFlight.submitting() < MAX_SUBMITTED_BLOCKS) {
      const entry = window.shift();
      if (entry === null) break;
      void submit(entry);
    }
    scheduler.extend();
  }

  async function submit(entry: HeaderEntry): Promise<void> {
    const submitted = await inFlight.submit(entry.id);
    if (submitted !== null) decided(entry, submitted);
    pump();
    scheduler.assign();
  }

  function decided(entry: HeaderEntry, { result, peer, bytes }: Submitted): void {
    const { id, height } = entry;
    if (!isViolation(result)) {
      deps.timeouts.succeeded();
      deps.rate.add(bytes);
      sources.done(id);
      // A side branch became the best chain while its block was being submitted. The block must not be downloaded
      // again.
      if (window.has(id)) scheduler.plan();
      return;
    }
    log.warn('a block was refused', { id, height, code: result.code, peer });
    if (peer !== null) blame(entry, peer, result);
    scheduler.plan();
  }

  return {
    start() {
      stopped = false;
    },
    // The sender may have relayed the block after checking only the header, so it is not blamed if the block does not
    // connect.
    take(id, body) {
      if (window.has(id)) return void inFlight.receive(id, body, null, 'best-chain');
      // The block is better than the active chain, although not on the best header chain. Such a block must be
      // submitted: a header whose body is withheld must not block an honest block of the same height.
      const entry = chain.entry(id);
      if (entry === undefined || chain.hasBody(id) || entry.work <= chain.tip().work) return;
      if (inFlight.submitting() >= MAX_SUBMITTED_BLOCKS) return;
      if (inFlight.receive(id, body, null, 'side-branch')) void submit(entry);
    },
    submit,
    stop() {
      stopped = true;
      off();
    },
  };
}

/** Reports the sender of a refused block and allows requests to other peers. */
function createBlame({ peers, sources }: Pick<BlockSubmissionDeps, 'peers' | 'sources'>) {
  // If only the body was wrong, another peer has the right one. A peer may serve a block that it has not connected and
  // does not claim to have connected. Such a peer cannot know that the block breaks a rule.
  return (entry: HeaderEntry, peerId: string, violation: Violation): void => {
    sources.failed(entry.id, peerId);
    const peer = peers.get(peerId);
    const knew = peer !== undefined && sources.claims(peer, entry) === true;
    if (isMutatedBody(violation.code)) peers.report(peerId, violation);
    else if (knew)
      peers.report(peerId, peerViolation('block-invalid', { id: entry.id, rule: violation.code }));
  };
}
