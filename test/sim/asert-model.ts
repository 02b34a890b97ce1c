/** A model of mining under three difficulty rules, for asert-gap.ts: real fixed-point difficulty, chance for the work. */
import { asert } from '../../main/core/consensus/asert.ts';
import { bitsToTarget, targetToBits, workOf } from '../../main/core/consensus/compact.ts';
import type { Random } from '../support/random.ts';

export const SPACING = 60;
export const HALF_LIFE = 18_000;
export const GAP = 2 * HALF_LIFE;
export const FUTURE_LIMIT = 600;
const POW_LIMIT = 0x1f00ffff;

/**
 * none: genesis is the only anchor. As written: after a gap the header's own time counts and it becomes the anchor
 * with ancestor time = its time - spacing. On schedule: the same with ancestor time = its time, so that re-anchoring
 * by itself moves nothing.
 */
export type Rule = 'none' | 'as written' | 'on schedule';
export const RULES: readonly Rule[] = ['none', 'as written', 'on schedule'];

interface Anchor {
  readonly height: number;
  readonly ancestorTime: number;
  readonly bits: number;
}

export interface SimBlock {
  readonly height: number;
  /** What the header says; `mined` is when it was found. */
  readonly time: number;
  readonly mined: number;
  readonly bits: number;
  readonly work: number;
  readonly total: number;
  readonly anchor: Anchor;
  readonly parent: SimBlock | null;
}

/** Hashes that a block takes at these bits. */
export const workAt = (bits: number): number => Number(workOf(bitsToTarget(bits)));

/** A chain of one block whose difficulty fits `rate` hashes a second. */
export function genesis(rate: number): SimBlock {
  const bits = targetToBits((1n << 256n) / BigInt(Math.round(rate * SPACING)));
  const anchor = { height: 0, ancestorTime: -SPACING, bits };
  return { height: 0, time: 0, mined: 0, bits, work: workAt(bits), total: 0, anchor, parent: null };
}

export function bitsFor(rule: Rule, parent: SimBlock, time: number): number {
  return asert({
    anchorHeight: parent.anchor.height,
    anchorAncestorTime: parent.anchor.ancestorTime,
    anchorBits: parent.anchor.bits,
    parentHeight: parent.height,
    parentTime: isGap(rule, parent, time) ? time : parent.time,
    spacing: SPACING,
    halfLife: HALF_LIFE,
    powLimit: POW_LIMIT,
  });
}

export function append(rule: Rule, parent: SimBlock, time: number, mined: number): SimBlock {
  const bits = bitsFor(rule, parent, time);
  const height = parent.height + 1;
  const ancestorTime = rule === 'as written' ? time - SPACING : time;
  const anchor = isGap(rule, parent, time) ? { height, ancestorTime, bits } : parent.anchor;
  const work = workAt(bits);
  return { height, time, mined, bits, work, total: parent.total + work, anchor, parent };
}

/** The time a child must exceed. */
export function medianTime(block: SimBlock): number {
  const times: number[] = [];
  for (let at: SimBlock | null = block; at !== null && times.length < 11; at = at.parent) times.push(at.time);
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}

export interface Mining {
  readonly rule: Rule;
  readonly random: Random;
  /** Hashes a second: always, or at a moment given the work that a block takes then. */
  readonly rate: number | ((now: number, work: number) => number);
  /** What the miner writes as time; raised to the least that is allowed. */
  readonly claim: (now: number, parent: SimBlock) => number;
  /** Called with hashes spent, second by second as it were. */
  readonly spent?: (seconds: number, now: number, work: number) => void;
}

/** Mines one block on `parent` from `now` on; null when none is found before `until`. */
export function mine(m: Mining, parent: SimBlock, now: number, until: number): SimBlock | null {
  const least = medianTime(parent) + 1;
  let luck = m.random.exponential(1);
  for (let at = now; at < until;) {
    const time = Math.max(least, Math.floor(m.claim(at, parent)));
    const work = workAt(bitsFor(m.rule, parent, time));
    const rate = typeof m.rate === 'number' ? m.rate : m.rate(at, work);
    const step = Math.min(typeof m.rate === 'number' ? constantFor(m, parent, at) : SPACING, until - at);
    const hazard = (rate * step) / work;
    if (hazard >= luck) {
      const used = (luck * work) / rate;
      m.spent?.(used, at, work);
      return append(m.rule, parent, time, at + used);
    }
    luck -= hazard;
    m.spent?.(step, at, work);
    at += step;
  }
  return null;
}

// Seconds for which difficulty stays as it is at `at`: for ever without a gap to come, a step of the model within one.
function constantFor(m: Mining, parent: SimBlock, at: number): number {
  const time = m.claim(at, parent);
  if (m.rule === 'none' || m.claim(at + 1, parent) === time) return Infinity;
  return Math.max(SPACING, Math.floor(parent.time + GAP - time));
}

function isGap(rule: Rule, parent: SimBlock, time: number): boolean {
  return rule !== 'none' && time - parent.time > GAP;
}
