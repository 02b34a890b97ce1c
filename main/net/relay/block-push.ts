import { fromHex, toHex } from '../../core/codec/hex.ts';
import type { MatchedBlock } from '../../core/consensus/block-rules.ts';
import { isViolation } from '../../core/violation.ts';
import { type Clock, waitAtMost } from '../../lib/clock.ts';
import { guarded } from '../../lib/guarded.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../chain/chain.ts';
import { sourceOf } from '../transport/pool-source.ts';
import type { Peer } from '../peers/peer.ts';
import { MAX_INLINE_BLOCK } from '../protocol/announcements.ts';
import { type CompactBlock, wholeBlock } from '../protocol/compact-block.ts';
import { FRAME } from '../protocol/frame-types.ts';
import type { Frame } from '../protocol/frames.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import { REQUEST, type RequestKind } from '../protocol/requests.ts';
import { decodePushed, decodeWant, encodePushed, encodeWant } from '../protocol/push-messages.ts';
import { createHandler, type Handler } from '../protocol/responder.ts';
import type { ExpectedBlocks } from '../sync/expected-blocks.ts';
import type { BlockArrivals } from './block-arrivals.ts';
import type { BlockAdmission } from './block-admission.ts';
import type { BlockAnnouncer } from './block-announcer.ts';
import type { CompactRelay } from './compact-relay.ts';
import { createKnownSet } from './known-set.ts';
import { createPushLinks, type PushLinks } from './relay-tree.ts';

export interface BlockPushDeps {
  readonly chain: Pick<Chain, 'tip' | 'entry' | 'hasBody'>;
  readonly peers: { get(id: string): Peer | undefined; list(): readonly Peer[] };
  readonly compact: Pick<CompactRelay, 'rebuild'>;
  /** The download of full blocks. It does not request an expected block until `giveUp`. */
  readonly bodies: { readonly expected: ExpectedBlocks; giveUp(id: string): void };
  readonly admission: Pick<BlockAdmission, 'admit'>;
  readonly announcer: Pick<BlockAnnouncer, 'publish'>;
  readonly arrivals: Pick<BlockArrivals, 'seen' | 'via'>;
  /** A pushed block is new to this node. */
  announced(id: string, peerId: string, block: null): void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Sends and receives compact blocks along the block relay tree (PushLinks). */
export interface BlockPush {
  /** Pushes a block that this node mined. */
  send(compact: CompactBlock): void;
  /**
   * This peer announced a block first. If it may push its compact block to this node, this waits for the push, and
   * requests the compact block after WAIT_MS.
   */
  onAnnounced(id: string, peerId: string): void;
  /**
   * Like `onAnnounced`, for a block that was received in full with its announcement: its announcer is a good push source as
   * well.
   */
  follow(peerId: string): void;
  /** Handlers for the frames of the push protocol. */
  handlers(peerId: string): ReadonlyMap<number, Handler>;
  forget(peerId: string): void;
  stop(): void;
}

/** How long after its header a pushed compact block may arrive before it is requested. */
const WAIT_MS = 500;
/** If no compact block arrives within this time, the full block is downloaded. */
const ANSWER_MS = 3000;
/** How long the request of a peer for a compact block may wait until this node has it. */
const AWAIT_MS = 2000;
/** Number of peers that get a push when no block relay tree exists yet. */
const MAX_RANDOM_PEERS = 4;
/** Number of compact blocks that are kept for requests of peers. */
const MAX_COMPACT_BLOCKS = 4;
const MAX_KNOWN_BLOCKS = 1000;

/** A compact block, and the message that it arrived in. */
interface Received {
  readonly compact: CompactBlock;
  readonly message: Uint8Array;
}

export function createBlockPush(deps: BlockPushDeps): BlockPush {
  const { clock, peers, bodies, log } = deps;
  const links = createPushLinks({
    clock,
    sourceOf: (peerId) => sourceOf(peers.get(peerId)?.address ?? ''),
    sendWant: (peerId, wanted) => void say(peerId, REQUEST.wantBlocks, encodeWant(wanted)),
  });
  const kept = createKeptBlocks();
  const intake = createIntake(deps, links, kept, pushOn);

  async function say(peerId: string, kind: RequestKind, body: Uint8Array): Promise<void> {
    try {
      await peers.get(peerId)?.push.call({ kind, body });
    } catch (error) {
      log.debug('a compact block could not be pushed', { peer: peerId, cause: String(error) });
    }
  }

  function pushOn(message: Uint8Array, from: string | null): void {
    for (const peerId of links.all()) if (peerId !== from) void say(peerId, REQUEST.pushBlock, message);
  }

  // There is no tree before a peer has requested pushes and a block was announced.
  const randomPeers = (): string[] =>
    peers
      .list()
      .slice(0, MAX_RANDOM_PEERS)
      .map(({ id }) => id);

  return {
    send(compact) {
      const message = encodePushed(compact);
      if (message.length > FRAME.pushBlock.cap) return;
      kept.add(compact.header.idHex, message);
      if (links.all().size > 0) pushOn(message, null);
      else for (const peerId of randomPeers()) void say(peerId, REQUEST.pushBlock, message);
    },
    onAnnounced: intake.onAnnounced,
    follow: (peerId) => links.follow(peerId),
    handlers: (peerId) => pushHandlers({ ...intake, kept, links, expected: bodies.expected }, peerId),
    forget: (peerId) => links.forget(peerId),
    stop() {
      links.stop();
      bodies.expected.stop();
    },
  };
}

interface KeptBlocks {
  /** Whether the compact form of this block has arrived. */
  hasSeen(id: string): boolean;
  add(id: string, message: Uint8Array): void;
  get(id: string): Uint8Array | undefined;
}

/** Records which compact blocks have arrived, and keeps the newest. */
function createKeptBlocks(): KeptBlocks {
  const seen = createKnownSet(MAX_KNOWN_BLOCKS);
  const kept = new Map<string, Uint8Array>();
  return {
    hasSeen: (id) => seen.has(id),
    add(id, message) {
      seen.add(id);
      kept.set(id, message);
      if (kept.size > MAX_COMPACT_BLOCKS) kept.delete(kept.keys().next().value!);
    },
    get: (id) => kept.get(id),
  };
}

interface Intake {
  onAnnounced(id: string, peerId: string): void;
  pushed(received: Received, peerId: string): Promise<void>;
}

/** Accepts pushed compact blocks, and requests those that are not pushed. */
function createIntake(
  deps: BlockPushDeps,
  links: PushLinks,
  kept: KeptBlocks,
  pushOn: (message: Uint8Array, from: string) => void,
): Intake {
  const { chain, clock, bodies } = deps;
  const { expected } = bodies;

  // The body of a block on a side branch is downloaded only when its chain becomes the best.
  const isNext = (id: string): boolean =>
    (chain.entry(id)?.work ?? 0n) > chain.tip().work && !chain.hasBody(id);

  /** A compact block with a valid header arrived: relays it first, then reconstructs the block. */
  function arrived(
    { compact, message }: Received,
    from: string,
    asked: boolean,
    whole: MatchedBlock | null,
  ): void {
    const id = compact.header.idHex;
    if (kept.hasSeen(id)) return;
    kept.add(id, message);
    expected.endAwaited(id);
    pushOn(message, from);
    if (isNext(id)) {
      deps.arrivals.via(id, from, asked ? 'compact-requested' : 'pushed');
      void deps.compact.rebuild(compact, from, whole);
    }
    // The block is on a side branch now, so its download must not wait for the push.
    else bodies.giveUp(id);
  }

  async function askFor(id: string, peerId: string): Promise<void> {
    const answer = await fetchCompact(deps, id, peerId);
    // The push may have arrived meanwhile.
    if (kept.hasSeen(id) || !expected.endAwaited(id)) return;
    if (answer === null) bodies.giveUp(id);
    else {
      deps.arrivals.seen(id, peerId, 'sent');
      arrived(answer, peerId, true, null);
    }
  }

  function onAnnounced(id: string, peerId: string): void {
    const pusher = links.source();
    links.follow(peerId);
    if (kept.hasSeen(id) || expected.isAwaited(id) || !isNext(id)) return;
    // Without a push source, a compact block arrives only if it is requested.
    expected.await(id, pusher === null ? 0 : WAIT_MS, () => {
      // The first announcer has the block. If it is the push source and does not push, it withholds the block.
      if (peerId === pusher) links.shun(peerId);
      void askFor(id, peerId);
    });
  }

  return {
    onAnnounced,
    async pushed(received, peerId) {
      const { header } = received.compact;
      deps.arrivals.seen(header.idHex, peerId, 'pushed');
      const whole = wholeBlock(received.compact, MAX_INLINE_BLOCK);
      const admitted = await deps.admission.admit(peerId, header, whole);
      if (admitted.kind !== 'new' && admitted.kind !== 'known') return;
      if (admitted.kind === 'new') {
        deps.announcer.publish(header, whole);
        const take = guarded(deps.log, 'pushed', () => {
          onAnnounced(header.idHex, peerId);
          deps.announced(header.idHex, peerId, null);
        });
        // Runs after the block itself was relayed and connected.
        void clock.soon().then(take);
      }
      arrived(received, peerId, false, admitted.block);
    },
  };
}

/** Requests the compact form of this block. Null if the peer does not have it or does not answer in time. */
async function fetchCompact(
  { peers, clock, log }: Pick<BlockPushDeps, 'peers' | 'clock' | 'log'>,
  id: string,
  peerId: string,
): Promise<Received | null> {
  let found: Received | null = null;
  const onReply = ({ body }: Frame): PeerViolation | null => {
    if (body.length === 0) return null;
    const compact = decodePushed(body);
    if (isViolation(compact)) return compact;
    if (compact.header.idHex !== id) return peerViolation('block-unasked', { id });
    found = { compact, message: body };
    return null;
  };
  try {
    const answered = peers.get(peerId)?.push.call({ kind: REQUEST.getCompact, body: fromHex(id)!, onReply });
    await waitAtMost(clock, ANSWER_MS, answered);
  } catch (error) {
    log.debug('a compact block did not arrive', { peer: peerId, cause: String(error) });
  }
  return found;
}

interface PushHandlersDeps {
  readonly kept: KeptBlocks;
  readonly links: Pick<PushLinks, 'asked'>;
  readonly expected: Pick<ExpectedBlocks, 'whileAwaited'>;
  pushed(received: Received, peerId: string): Promise<void>;
}

function pushHandlers(deps: PushHandlersDeps, peerId: string): ReadonlyMap<number, Handler> {
  const { kept, links, expected } = deps;
  const pushBlock: Handler = {
    cap: FRAME.pushBlock.cap,
    async handle(frame, reply) {
      const compact = decodePushed(frame.body);
      if (isViolation(compact)) return compact;
      await deps.pushed({ compact, message: frame.body }, peerId);
      await reply(FRAME.pushed.type);
      return null;
    },
  };
  const getCompact: Handler = {
    cap: FRAME.getCompact.cap,
    async handle(frame, reply) {
      if (frame.body.length !== FRAME.getCompact.cap) return peerViolation('codec-length');
      const id = toHex(frame.body);
      // This node relays headers before blocks, so the peer may request a compact block for which this node still
      // waits.
      await expected.whileAwaited(id, AWAIT_MS);
      await reply(FRAME.compact.type, kept.get(id) ?? new Uint8Array(0));
      return null;
    },
  };
  const wantBlocks = createHandler(FRAME.wantBlocks, decodeWant, async (wanted, reply) => {
    links.asked(peerId, wanted);
    await reply(FRAME.pushed.type);
  });
  return new Map([
    [FRAME.pushBlock.type, pushBlock],
    [FRAME.getCompact.type, getCompact],
    [FRAME.wantBlocks.type, wantBlocks],
  ]);
}
