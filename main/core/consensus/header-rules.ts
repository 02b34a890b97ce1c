import type { Height, UnixSeconds } from '../../../shared/units.ts';
import { bytesToBigInt } from '../codec/bytes.ts';
import type { Hash } from '../crypto/hash.ts';
import type { Header } from '../primitives/header.ts';
import { type Verdict, violation } from '../violation.ts';
import { bitsToTarget } from './compact.ts';
import type { ConsensusParams } from './params.ts';

/** The fields of an ancestor that the rules need. */
export interface HeaderView {
  readonly height: Height;
  readonly time: UnixSeconds;
  readonly bits: number;
  readonly prev: HeaderView | null;
}

const MEDIAN_SPAN = 11;

/** The median time of a header and its ten ancestors (fewer near genesis). The time of a child must be greater. */
export function medianTimePast(header: HeaderView): UnixSeconds {
  const times: number[] = [];
  for (let at: HeaderView | null = header; at !== null && times.length < MEDIAN_SPAN; at = at.prev)
    times.push(at.time);
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)]!;
}

/**
 * Checks a header against its parent, except the proof of work. That costs a thousand times more and is checked last
 * (protocol.md §8 to §11). `bits` is the result of the difficulty function.
 */
export function checkHeaderContext(header: Header, parent: HeaderView, bits: number): Verdict {
  return checkHeight(header, parent) ?? checkBits(header, bits) ?? checkNotOld(header, parent);
}

/**
 * Checks that a header is not ahead of the clock. Such a header is early, not invalid: its sender gets no penalty, and
 * it is checked again later.
 */
export function checkNotEarly(header: Header, now: UnixSeconds, params: ConsensusParams): Verdict {
  const latest = now + params.futureLimit;
  return header.time > latest ? violation('header-time-new', { time: header.time, latest }) : null;
}

/** `digest` is Argon2id of the header, read as a big-endian number. */
export function checkProofOfWork(header: Header, digest: Hash): Verdict {
  return bytesToBigInt(digest) <= bitsToTarget(header.bits) ? null : violation('header-pow');
}

function checkHeight(header: Header, parent: HeaderView): Verdict {
  const expected = parent.height + 1;
  return header.height === expected ? null : violation('header-height', { height: header.height, expected });
}

function checkBits(header: Header, expected: number): Verdict {
  return header.bits === expected ? null : violation('header-bits', { bits: header.bits, expected });
}

// Without this rule a majority of miners could stop time and manipulate the difficulty.
function checkNotOld(header: Header, parent: HeaderView): Verdict {
  const median = medianTimePast(parent);
  return header.time > median ? null : violation('header-time-old', { time: header.time, median });
}
