import type { MatchedBlock } from '../../core/consensus/block-rules.ts';
import type { Violation } from '../../core/violation.ts';
import type { Clock } from '../../lib/clock.ts';
import { createEmitter, type Events } from '../../lib/events.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain, SubmitResult } from '../../chain/chain.ts';
import { handlerFailure } from '../protocol/handler-failure.ts';
import { createExpectedBlocks, type ExpectedBlocks } from './expected-blocks.ts';

/** The state of a block in flight; docs/block-download.md has the diagram. */
export type FlightState = 'expected' | 'requested' | 'received' | 'submitted';

/**
 * Why a full block is downloaded: it is the next on the best header chain, it is on a better side branch, or its body
 * was lost.
 */
export type Purpose = 'best-chain' | 'side-branch' | 'gap';

/** A block as bytes from a peer, or as it was checked or reconstructed here. */
export type Body = Uint8Array | MatchedBlock;

/** A full block that is requested, received or submitted. */
export interface BlockInFlight {
  readonly id: string;
  readonly purpose: Purpose;
  readonly state: Exclude<FlightState, 'expected'>;
  /** The peer from which the block was requested, or that is to blame for it. Null if neither applies. */
  readonly peer: string | null;
  /** When the block was requested, in milliseconds of the monotonic clock. */
  readonly requestedAt: number;
}

/** The result of a submitted block. */
export interface Submitted {
  readonly result: SubmitResult | Violation;
  readonly peer: string | null;
  readonly bytes: number;
}

export interface InFlightEvents {
  /** The body of this block has arrived. */
  received: BlockInFlight;
  /** The chain or the disk failed. The block is not to blame: it would be the same from every peer. */
  failed: { readonly error: unknown };
}

/** One request for blocks. The replies arrive in the order of its blocks. */
export interface BlockRequest {
  /** The next reply arrived: a block, or `absent`. */
  answered(): void;
  /** No more replies will arrive. Blocks without a reply may be requested again. */
  ended(): void;
}

/**
 * The table of all blocks between announcement and result, and of the peers that owe them. No other place keeps state
 * of a single block in flight. Sync, compact blocks, pushes and side branches share it, so that no two of them download
 * or submit the same block. It decides nothing: block-download.ts, side-blocks.ts and gap-sync.ts decide what to
 * request from which peer.
 */
export interface BlocksInFlight {
  readonly events: Events<InFlightEvents>;
  /** Null if the block is not in flight, so that it may be requested. */
  stateOf(id: string): FlightState | null;
  get(id: string): BlockInFlight | undefined;
  /** Blocks whose compact form is awaited or being reconstructed. */
  readonly expected: ExpectedBlocks;
  /** The block is no longer expected. If it has not arrived, it may be requested. */
  endExpected(id: string): void;
  /** These blocks were requested from this peer. */
  request(peerId: string, ids: readonly string[], purpose: Purpose): BlockRequest;
  /**
   * The peer will not deliver this block. The block may be requested again, unless another peer was asked meanwhile.
   */
  release(id: string, peerId: string): void;
  /** The peer will not deliver any of the blocks that were requested for this purpose. */
  releaseAll(peerId: string, purpose: Purpose): void;
  /**
   * Keeps a block until `submit`. `peer` is to blame if the block breaks a rule. False if there is a copy already. Also
   * accepts a late answer to a released request.
   */
  receive(id: string, body: Body, peer: string | null, purpose: Purpose): boolean;
  /**
   * Ends the download of a block that is no longer wanted. No effect on a block that is in flight for another purpose
   * or is already submitted.
   */
  drop(id: string, purpose: Purpose): void;
  /**
   * Submits a received block to the chain. Null if there is none, or if the chain or the disk fails. Never rejects. The
   * block is removed from the table before the promise settles.
   */
  submit(id: string): Promise<Submitted | null>;
  /** Whether no block is expected, requested, received or submitted. */
  isIdle(): boolean;
  /** Number of submitted blocks that have no result yet. */
  submitting(): number;
  /** Resolves when no submitted block is without a result. */
  settled(): Promise<void>;
  /** Bytes of received blocks, plus an estimate for requested ones that follows the size of recent blocks. */
  bytes(): number;
  /** Number of blocks that may still be requested from all peers together. */
  room(): number;
  /** Increases whenever a block that was in flight may be requested again. */
  releases(): number;
  /** Number of replies that this peer owes. */
  owedBy(peerId: string): number;
  /** When the peer last replied, or was first asked; 0 if never. In milliseconds of the monotonic clock. */
  repliedAt(peerId: string): number;
  /** The peer has disconnected, so its requests will not be answered. Blocks that it delivered stay. */
  forget(peerId: string): void;
}

/**
 * Maximum number of blocks requested from all peers together. It bounds memory when the estimate of bytes is wrong,
 * because each may be a full block.
 */
export const MOST_REQUESTED = 192;
/** Estimate for the size of a block before any was received. */
const FIRST_ESTIMATE_BYTES = 16_384;

export const sizeOf = (body: Body): number => (body instanceof Uint8Array ? body.length : body.bytes.length);

type Flight = BlockInFlight & { readonly body: Body | null };

export function createBlocksInFlight(deps: {
  readonly chain: Pick<Chain, 'submitBlock'>;
  readonly clock: Pick<Clock, 'monotonic' | 'after' | 'sleep'>;
  readonly log: Log;
}): BlocksInFlight {
  const { clock, log } = deps;
  const report = (error: unknown, message: string, id?: string): void => {
    handlerFailure('block', error);
    log.error(message, { id, error: String(error) });
  };
  const events = createEmitter<InFlightEvents>((error) =>
    report(error, 'a received block could not be processed'),
  );
  const expected = createExpectedBlocks(clock);
  const flights = createFlights();
  const owed = createOwedReplies(clock);
  const submissions = createSubmissions(deps.chain, flights, (error, id) => {
    report(error, 'the chain could not process a block', id);
    events.emit('failed', { error });
  });
  let endsOfExpected = 0;

  return {
    events,
    stateOf: (id) => flights.get(id)?.state ?? (expected.has(id) ? 'expected' : null),
    get: flights.get,
    expected,
    endExpected(id) {
      expected.end(id);
      endsOfExpected++;
    },
    request(peerId, ids, purpose) {
      const requestedAt = clock.monotonic();
      for (const id of ids)
        flights.put({ id, purpose, state: 'requested', peer: peerId, requestedAt, body: null });
      const replies = owed.add(peerId, ids.length);
      return {
        answered: () => replies.arrived(),
        ended() {
          for (const id of ids.slice(ids.length - replies.ended())) flights.release(id, peerId);
        },
      };
    },
    release: flights.release,
    releaseAll(peerId, purpose) {
      for (const flight of flights.all()) if (flight.purpose === purpose) flights.release(flight.id, peerId);
    },
    receive(id, body, peer, purpose) {
      const before = flights.get(id);
      if (before !== undefined && before.state !== 'requested') return false;
      const received: Flight = { id, purpose, requestedAt: 0, ...before, state: 'received', peer, body };
      flights.put(received);
      events.emit('received', received);
      return true;
    },
    drop(id, purpose) {
      const flight = flights.get(id);
      if (flight?.purpose === purpose && flight.state !== 'submitted') flights.end(id);
    },
    submit: submissions.submit,
    isIdle: () => expected.size + flights.size() === 0,
    submitting: submissions.size,
    settled: submissions.settled,
    bytes: flights.bytes,
    room: () => MOST_REQUESTED - flights.requested(),
    releases: () => endsOfExpected + flights.ends(),
    owedBy: owed.of,
    repliedAt: owed.repliedAt,
    forget(peerId) {
      owed.forget(peerId);
      for (const { id } of flights.all()) flights.release(id, peerId);
    },
  };
}

/** The full blocks in flight, and how much memory they take. */
function createFlights() {
  const flights = new Map<string, Flight>();
  let requested = 0;
  let received = 0;
  let usual = FIRST_ESTIMATE_BYTES;
  let ends = 0;

  function count({ state, body }: Flight, sign: 1 | -1): void {
    if (state === 'requested') requested += sign;
    if (body !== null) received += sign * sizeOf(body);
  }

  function end(id: string): void {
    const flight = flights.get(id);
    if (flight === undefined) return;
    ends++;
    count(flight, -1);
    flights.delete(id);
  }

  return {
    get: (id: string): Flight | undefined => flights.get(id),
    all: (): Iterable<Flight> => flights.values(),
    size: (): number => flights.size,
    put(flight: Flight): void {
      const before = flights.get(flight.id);
      if (before !== undefined) count(before, -1);
      flights.set(flight.id, flight);
      count(flight, 1);
      if (flight.body === null) return;
      const size = sizeOf(flight.body);
      // Increases immediately and decreases slowly, because an estimate that is too low costs memory.
      usual = size > usual ? size : usual + (size - usual) / 16;
    },
    end,
    release(id: string, peerId: string): void {
      const flight = flights.get(id);
      if (flight?.state === 'requested' && flight.peer === peerId) end(id);
    },
    requested: (): number => requested,
    bytes: (): number => received + requested * usual,
    ends: (): number => ends,
  };
}

/** The blocks that have no result yet. */
function createSubmissions(
  chain: Pick<Chain, 'submitBlock'>,
  flights: ReturnType<typeof createFlights>,
  failed: (error: unknown, id: string) => void,
) {
  const submissions = new Set<Promise<unknown>>();

  async function submitToChain({ id, peer }: Flight, body: Body): Promise<Submitted | null> {
    try {
      const result = await chain.submitBlock(body);
      return { result, peer, bytes: sizeOf(body) };
    } catch (error) {
      failed(error, id);
      return null;
    } finally {
      flights.end(id);
    }
  }

  return {
    async submit(id: string): Promise<Submitted | null> {
      const flight = flights.get(id);
      if (flight === undefined || flight.body === null) return null;
      flights.put({ ...flight, state: 'submitted', body: null });
      const submission = submitToChain(flight, flight.body);
      submissions.add(submission);
      return submission.finally(() => submissions.delete(submission));
    },
    size: (): number => submissions.size,
    async settled(): Promise<void> {
      while (submissions.size > 0) await Promise.all(submissions);
    },
  };
}

interface OwedReplies {
  blocks: number;
  repliedAt: number;
}

/** The replies that each peer owes. The requests from before a disconnect are not counted after the peer reconnects. */
function createOwedReplies(clock: Pick<Clock, 'monotonic'>) {
  const owed = new Map<string, OwedReplies>();
  return {
    add(peerId: string, blocks: number) {
      const replies = owed.get(peerId) ?? { blocks: 0, repliedAt: clock.monotonic() };
      owed.set(peerId, replies);
      replies.blocks += blocks;
      let left = blocks;
      return {
        arrived(): void {
          left--;
          replies.blocks--;
          replies.repliedAt = clock.monotonic();
        },
        /** Returns the number of replies that are missing. */
        ended(): number {
          const missing = left;
          replies.blocks -= left;
          left = 0;
          return missing;
        },
      };
    },
    of: (peerId: string): number => owed.get(peerId)?.blocks ?? 0,
    repliedAt: (peerId: string): number => owed.get(peerId)?.repliedAt ?? 0,
    forget: (peerId: string): void => void owed.delete(peerId),
  };
}
