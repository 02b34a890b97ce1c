import { FRAME } from './frame-types.ts';

interface FrameType {
  readonly type: number;
  /** Largest size of the body in bytes. */
  readonly cap: number;
}

/** A kind of request: its frame, the frames that may answer it, and the deadline. */
export interface RequestKind extends FrameType {
  readonly answers: readonly FrameType[];
  /**
   * Milliseconds until the first byte of the next frame of the answer is due, counted from the moment when the request
   * is first in the queue, or from the previous frame. A peer that sends other data gets more time (reply-deadline.ts).
   */
  readonly deadlineMs: number;
  /** Whether every node must answer it. A node may answer other requests with `unknown`. */
  readonly mandatory: boolean;
}

const DEADLINE_MS = 30_000;

function request(
  frame: FrameType,
  answers: readonly FrameType[],
  { mandatory = false, deadlineMs = DEADLINE_MS } = {},
): RequestKind {
  return { ...frame, answers, deadlineMs, mandatory };
}

/** Every request between nodes (wire.md §2; a test compares both). */
export const REQUEST = {
  getHeaders: request(FRAME.getHeaders, [FRAME.headers], { mandatory: true }),
  getBlocks: request(FRAME.getBlocks, [FRAME.block, FRAME.absent], { mandatory: true }),
  getTransactions: request(FRAME.getTransactions, [FRAME.transactions], { mandatory: true }),
  getWids: request(FRAME.getWids, [FRAME.wids]),
  getParts: request(FRAME.getParts, [FRAME.parts]),
  handOver: request(FRAME.handOver, [FRAME.taken]),
  getRecords: request(FRAME.getRecords, [FRAME.records]),
  newRecord: request(FRAME.newRecord, [FRAME.taken]),
  getManifest: request(FRAME.getManifest, [FRAME.manifest]),
  getChunk: request(FRAME.getChunk, [FRAME.chunk]),
  pushBlock: request(FRAME.pushBlock, [FRAME.pushed]),
  getCompact: request(FRAME.getCompact, [FRAME.compact]),
  wantBlocks: request(FRAME.wantBlocks, [FRAME.pushed]),
  // Sent before any hello. Each node is asked once, and then the next address is tried.
  getNetworkFile: request(FRAME.getNetworkFile, [FRAME.networkFile], { deadlineMs: 10_000 }),
} as const satisfies Readonly<Record<string, RequestKind>>;
