import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../chain/chain.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { Peer } from '../peers/peer.ts';
import { MAX_BLOCKS_PER_REQUEST } from '../protocol/frame-types.ts';
import type { BlocksInFlight } from './blocks-in-flight.ts';
import type { Sources } from './block-sources.ts';
import type { BrokenClaims } from './broken-claims.ts';
import { type Window, WINDOW_BLOCKS, WINDOW_BYTES } from './download-window.ts';
import { requestBlocks } from './request-blocks.ts';

export interface BlockSchedulerDeps {
  readonly chain: Pick<Chain, 'bestHeader' | 'missingBlocks'>;
  readonly peers: { list(): readonly Peer[]; get(id: string): Peer | undefined };
  readonly inFlight: BlocksInFlight;
  readonly window: Window;
  readonly sources: Pick<Sources, 'canServe' | 'announcer' | 'absent' | 'failed' | 'forget'>;
  readonly broken: Pick<BrokenClaims, 'noted'>;
  /** Whether the disk has room for further blocks. */
  hasRoom(): boolean;
  readonly log: Log;
}

/** Decides which blocks of the best header chain are requested from which peer. */
export interface BlockScheduler {
  /** Updates the window to the best header chain. */
  plan(): void;
  /** Whether the best header chain is no longer the one of the last plan. */
  isOutdated(): boolean;
  /** Adds blocks to the window if it has become short. */
  extend(): void;
  /** Requests blocks from all peers that have room. Does nothing before `start`. */
  assign(): void;
  start(): void;
  stop(): void;
}

/** Maximum number of blocks requested from one peer. */
const IN_FLIGHT = 16;

export function createBlockScheduler(deps: BlockSchedulerDeps): BlockScheduler {
  const { chain, peers, inFlight, window, sources } = deps;
  const requests = { inFlight, isWanted: window.has, log: deps.log };
  let planned: HeaderEntry | null = null;
  let more = false;
  let stopped = true;

  function plan(): void {
    planned = chain.bestHeader();
    const most = WINDOW_BLOCKS + inFlight.submitting();
    const missing = chain.missingBlocks(most);
    more = missing.length === most;
    window.plan(missing.filter(({ id }) => inFlight.stateOf(id) !== 'submitted'));
  }

  function assign(): void {
    if (stopped || !deps.hasRoom()) return;
    for (const peer of inOrder(peers.list(), sources.announcer(window.entries[0]?.id ?? ''))) {
      const room = IN_FLIGHT - inFlight.owedBy(peer.id);
      // A request of at least half the limit keeps every peer busy with few requests.
      if (room < IN_FLIGHT / 2) continue;
      const most = inFlight.bytes() < WINDOW_BYTES ? Math.min(room, MAX_BLOCKS_PER_REQUEST) : headOnly();
      const entries = window.wanted(most, (entry) => sources.canServe(peer, entry));
      if (entries.length > 0) void fetch(peer, entries);
    }
  }

  // If the window is full, only the next block in order may be requested.
  function headOnly(): number {
    const [head] = window.entries;
    return head !== undefined && inFlight.get(head.id) === undefined ? 1 : 0;
  }

  async function fetch(peer: Peer, entries: readonly HeaderEntry[]): Promise<void> {
    const assignMore = () => {
      if (inFlight.owedBy(peer.id) <= IN_FLIGHT / 2) assign();
    };
    const left = await requestBlocks(requests, peer, entries, 'best-chain', {
      received: assignMore,
      absent(entry) {
        if (sources.absent(peer, entry)) deps.broken.noted(peer, entry);
        assignMore();
      },
    });
    if (left.length === 0) return assign();
    // Keeps nothing about a peer that has disconnected meanwhile.
    if (peers.get(peer.id) === undefined) return sources.forget(peer.id);
    // The stream broke. The peer may be asked again at the next check, after other peers.
    for (const { id } of left) sources.failed(id, peer.id);
  }

  return {
    plan,
    isOutdated: () => planned !== chain.bestHeader(),
    extend() {
      if (more && window.entries.length < WINDOW_BLOCKS / 2) plan();
    },
    assign,
    start: () => void (stopped = false),
    stop: () => void (stopped = true),
  };
}

/** Sorts peers: the announcer of a new block first, then the fastest, so that the lowest blocks arrive first. */
function inOrder(peers: readonly Peer[], announcer: string | undefined): readonly Peer[] {
  const order = (peer: Peer) => (peer.id === announcer ? -1 : (peer.latencyMs ?? 1000));
  return [...peers].sort((a, b) => order(a) - order(b));
}
