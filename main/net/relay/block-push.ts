import { fromHex, toHex } from '../../core/codec/hex.ts';
import { isViolation } from '../../core/violation.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../chain/chain.ts';
import { sourceOf } from '../transport/pool-source.ts';
import type { Peer } from '../peers/peer.ts';
import type { CompactBlock } from '../protocol/compact-block.ts';
import { FRAME } from '../protocol/frame-types.ts';
import type { Frame } from '../protocol/frames.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import { REQUEST, type RequestKind } from '../protocol/requests.ts';
import { decodePushed, decodeWant, encodePushed, encodeWant } from '../protocol/push-messages.ts';
import { answering, type Handler } from '../protocol/responder.ts';
import type { CompactRelay } from './compact-relay.ts';
import { createKnownSet } from './known-set.ts';
import { createPushLinks } from './relay-tree.ts';

export interface BlockPushDeps {
  readonly chain: Pick<Chain, 'tip' | 'entry' | 'hasBody'>;
  readonly peers: { get(id: string): Peer | undefined; list(): readonly Peer[] };
  readonly compact: Pick<CompactRelay, 'rebuild'>;
  /** The download of bodies; an expected block is not requested there. */
  readonly bodies: { expect(id: string): void; giveUp(id: string): void };
  /** Whether the header of a pushed block is valid; relays the header if it is new. */
  admit(peerId: string, compact: CompactBlock): Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Sends and receives compact blocks along the block relay tree (PushLinks). */
export interface BlockPush {
  /** Pushes a block that this node mined. */
  send(compact: CompactBlock): void;
  /**
   * This peer announced a block first. Waits for its compact block if that may be pushed to us, and requests the
   * compact block after WAIT_MS.
   */
  heard(id: string, peerId: string): void;
  /** The same for a block that was complete in its announcement: its announcer is a good source as well. */
  follow(peerId: string): void;
  /** Handlers for the frames of the push protocol. */
  handlers(peerId: string): ReadonlyMap<number, Handler>;
  forget(peerId: string): void;
  stop(): void;
}

/** How long after its header a pushed compact block may arrive before it is requested. */
const WAIT_MS = 500;
/** Without a compact block after this time, the full block is downloaded. */
const ANSWER_MS = 3000;
/** How long a request for a compact block may wait until this node has it. */
const PATIENCE_MS = 2000;
/** Number of peers that get a push from a node outside of the block relay tree. */
const MOST_AT_RANDOM = 4;
/** Compact blocks that are kept for requests of peers. */
const KEPT = 4;
const REMEMBERED = 1000;

/** A block whose compact form has not arrived yet. */
interface Awaited {
  /** The timer that requests the compact block. */
  readonly request: NodeJS.Timeout;
  /** Aborted when the block arrived, or is not expected any more. */
  readonly ended: AbortController;
}

export function createBlockPush(deps: BlockPushDeps): BlockPush {
  const { chain, peers, bodies, log } = deps;
  const links = createPushLinks({
    clock: deps.clock,
    sourceOf: (peerId) => sourceOf(peers.get(peerId)?.address ?? ''),
    tell: (peerId, wanted) => void say(peerId, REQUEST.wantBlocks, encodeWant(wanted)),
  });
  // Blocks whose compact form arrived, and the most recent one.
  const seen = createKnownSet(REMEMBERED);
  const kept = new Map<string, Uint8Array>();
  const awaited = new Map<string, Awaited>();

  async function say(peerId: string, kind: RequestKind, body: Uint8Array): Promise<void> {
    try {
      await peers.get(peerId)?.push.call({ kind, body });
    } catch (error) {
      log.debug('a compact block could not be pushed', { peer: peerId, cause: String(error) });
    }
  }

  // The body of a side branch is downloaded when its chain becomes the best, if ever.
  const isNext = (id: string): boolean =>
    (chain.entry(id)?.work ?? 0n) > chain.tip().work && !chain.hasBody(id);

  function keep(id: string, message: Uint8Array): void {
    seen.add(id);
    kept.set(id, message);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
  }

  /** False when the block was not awaited. */
  function stopAwaiting(id: string): boolean {
    const entry = awaited.get(id);
    if (entry === undefined) return false;
    clearTimeout(entry.request);
    awaited.delete(id);
    entry.ended.abort();
    return true;
  }

  /** Resolves when this block is no longer awaited, after PATIENCE_MS at the latest. */
  async function endOfWait(id: string): Promise<void> {
    const entry = awaited.get(id);
    if (entry !== undefined) await sleep(PATIENCE_MS, entry.ended.signal);
  }

  function pushOn(message: Uint8Array, from: string | null): void {
    for (const peerId of links.all()) if (peerId !== from) void say(peerId, REQUEST.pushBlock, message);
  }

  // Before any peer has requested pushes from this node, and before any block was announced, there is no tree.
  const anybody = (): string[] =>
    peers
      .list()
      .slice(0, MOST_AT_RANDOM)
      .map(({ id }) => id);

  /** A compact block with a valid header: relayed first, then reconstructed. */
  function arrived(compact: CompactBlock, message: Uint8Array, from: string): void {
    const id = compact.header.idHex;
    if (seen.has(id)) return;
    keep(id, message);
    stopAwaiting(id);
    pushOn(message, from);
    if (isNext(id)) void deps.compact.rebuild(compact, from);
    // The block is on a side branch by now: its download must not wait for the push.
    else bodies.giveUp(id);
  }

  async function askFor(id: string, peerId: string): Promise<void> {
    const answer = await fetchFrom(id, peerId);
    // The push may have arrived meanwhile.
    if (seen.has(id) || !stopAwaiting(id)) return;
    if (answer === null) bodies.giveUp(id);
    else arrived(answer.compact, answer.message, peerId);
  }

  async function fetchFrom(
    id: string,
    peerId: string,
  ): Promise<{ compact: CompactBlock; message: Uint8Array } | null> {
    let found: { compact: CompactBlock; message: Uint8Array } | null = null;
    const onReply = ({ body }: Frame): PeerViolation | null => {
      if (body.length === 0) return null;
      const compact = decodePushed(body);
      if (isViolation(compact)) return compact;
      if (compact.header.idHex !== id) return peerViolation('block-unasked', { id });
      found = { compact, message: body };
      return null;
    };
    try {
      const answered = peers
        .get(peerId)
        ?.push.call({ kind: REQUEST.getCompact, body: fromHex(id)!, onReply });
      await Promise.race([answered, sleep(ANSWER_MS)]);
    } catch (error) {
      log.debug('a compact block did not arrive', { peer: peerId, cause: String(error) });
    }
    return found;
  }

  function handlers(peerId: string): ReadonlyMap<number, Handler> {
    const pushBlock: Handler = {
      cap: FRAME.pushBlock.cap,
      async handle(frame, reply) {
        const compact = decodePushed(frame.body);
        if (isViolation(compact)) return compact;
        if (await deps.admit(peerId, compact)) arrived(compact, frame.body, peerId);
        await reply(FRAME.pushed.type);
        return null;
      },
    };
    const getCompact: Handler = {
      cap: FRAME.getCompact.cap,
      async handle(frame, reply) {
        if (frame.body.length !== FRAME.getCompact.cap) return peerViolation('codec-length');
        const id = toHex(frame.body);
        // This node relays headers early, so the peer may request a compact block that this node still waits for.
        await endOfWait(id);
        await reply(FRAME.compact.type, kept.get(id) ?? new Uint8Array(0));
        return null;
      },
    };
    const wantBlocks = answering(FRAME.wantBlocks, decodeWant, async (wanted, reply) => {
      links.asked(peerId, wanted);
      await reply(FRAME.pushed.type);
    });
    return new Map([
      [FRAME.pushBlock.type, pushBlock],
      [FRAME.getCompact.type, getCompact],
      [FRAME.wantBlocks.type, wantBlocks],
    ]);
  }

  return {
    send(compact) {
      const message = encodePushed(compact);
      if (message.length > FRAME.pushBlock.cap) return;
      keep(compact.header.idHex, message);
      if (links.all().size > 0) pushOn(message, null);
      else for (const peerId of anybody()) void say(peerId, REQUEST.pushBlock, message);
    },
    heard(id, peerId) {
      const pusher = links.source();
      links.follow(peerId);
      if (seen.has(id) || awaited.has(id) || !isNext(id)) return;
      bodies.expect(id);
      const late = () => {
        // The first announcer has the block; if it is our push source and does not push, it withholds the block.
        if (peerId === pusher) links.shun(peerId);
        void askFor(id, peerId);
      };
      // Without a push source no compact block arrives unrequested.
      const request = setTimeout(late, pusher === null ? 0 : WAIT_MS);
      awaited.set(id, { request, ended: new AbortController() });
    },
    follow: (peerId) => links.follow(peerId),
    handlers,
    forget: (peerId) => links.forget(peerId),
    stop() {
      links.stop();
      for (const id of awaited.keys()) stopAwaiting(id);
    },
  };
}
