import type { BlockSummary } from '../../shared/contract/chain.ts';

/** A block on the ring: position, length and age of its mark. */
export interface RingMark {
  readonly block: BlockSummary;
  /** Position on the ring in turns from the top, clockwise, 0 to 1. */
  readonly turn: number;
  /** Length of the mark from 0 to 1, by the number of transactions. */
  readonly length: number;
  /** Age of the mark: 1 for a new block, falling to 0 at the end of the span. */
  readonly fresh: number;
  /** Whether the block contains a payment of the user. */
  readonly own: boolean;
}

/** Approximate number of blocks on the ring. */
const BLOCKS_ON_RING = 60;
const SPANS = [600, 1800, 3600, 3 * 3600, 12 * 3600, 86_400];

/** Seconds of one turn of the ring. For a spacing of one minute it is an hour. */
export function ringSpan(spacing: number): number {
  return SPANS.find((span) => span >= spacing * BLOCKS_ON_RING) ?? spacing * BLOCKS_ON_RING;
}

/** The position of a time on the ring; each span begins at the top, as on a clock. */
export function turnOf(time: number, span: number): number {
  return (time % span) / span;
}

/**
 * The marks for the blocks of the last `span` seconds. A block whose time is slightly ahead of the clock counts as new.
 */
export function ringMarks(
  blocks: readonly BlockSummary[],
  span: number,
  now: number,
  ownHeights: ReadonlySet<number>,
): RingMark[] {
  const recent = blocks.filter((block) => block.time > now - span);
  const most = Math.max(20, ...recent.map((block) => block.transactions ?? 0));
  return recent.map((block) => ({
    block,
    turn: turnOf(Math.min(block.time, now), span),
    length: 0.25 + 0.75 * Math.sqrt(((block.transactions ?? 1) - 1) / most),
    fresh: Math.max(0, 1 - Math.max(0, now - block.time) / span),
    own: ownHeights.has(block.height),
  }));
}

/** A point by turn and distance from the centre; turn 0 is the top. */
export function polar(turn: number, radius: number): { x: number; y: number } {
  const angle = (turn - 0.25) * 2 * Math.PI;
  return { x: round(Math.cos(angle) * radius), y: round(Math.sin(angle) * radius) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
