import type { Notice } from '../../../shared/contract/fields.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import type { ConsensusParams } from '../../core/consensus/params.ts';
import type { Time } from '../../lib/clock.ts';
import { describeDuration } from '../../lib/duration.ts';
import type { Chain } from '../../chain/chain.ts';
import type { ClockOffset } from './clock-offsets.ts';

export interface ClockHealthDeps {
  readonly chain: Pick<Chain, 'tip' | 'bestHeader'>;
  readonly params: Pick<ConsensusParams, 'futureLimit'>;
  readonly clock: Pick<Time, 'now'>;
  readonly peers: { list(): readonly unknown[] };
  /** Offset between our clock and those of peers. */
  offset(): ClockOffset | null;
  /** For each peer with a better chain that is ahead of our clock: the time of the first such header. */
  early(): readonly UnixSeconds[];
}

/** Evidence that the clock of this computer is wrong. */
export interface ClockVerdict {
  /** The notice `clock-wrong`: what is wrong, how that is known, and what to do. */
  readonly notice: Notice;
  /** Whether blocks of peers must wait for our clock, so that this node cannot sync. */
  readonly holdsBlocks: boolean;
  /** Whether a block mined now would be refused by this node or its peers, or would not be on the best chain. */
  readonly wastesMining: boolean;
}

/** Decides from the chain, from blocks of peers and from their clocks whether the clock of this computer is wrong. */
export type ClockHealth = () => ClockVerdict | null;

/** Offsets up to this cause no problem. */
const OFF_SECONDS = 90;
/** Time synchronisation may change the clock by a few seconds at any time. */
const SLEW_SECONDS = 10;

export function createClockHealth(deps: ClockHealthDeps): ClockHealth {
  return () => checkChain(deps) ?? checkEarlyHeaders(deps) ?? checkOffset(deps);
}

/** An accepted block was not ahead of our clock when it was accepted. If it is now, the clock was set back. */
function checkChain({ chain, params, clock, offset }: ClockHealthDeps): ClockVerdict | null {
  const [tip, best] = [chain.tip(), chain.bestHeader()];
  const time = Math.max(tip.time, best.time);
  const behind = time - params.futureLimit - clock.now();
  if (behind <= SLEW_SECONDS) return null;
  const what =
    best.height === 0
      ? `shows ${dateOf(clock.now())}, which is before this network began (${dateOf(time)})`
      : `is ${sizeOf(behind, offset())} behind: the newest block is further ahead of it than allowed`;
  return verdict(`The clock of this computer ${what}.`, { holdsBlocks: true, wastesMining: true });
}

/**
 * No node accepts blocks that are ahead of its own clock. So the clocks of peers with such blocks are ahead of ours.
 */
function checkEarlyHeaders(deps: ClockHealthDeps): ClockVerdict | null {
  const early = deps.early();
  const peers = deps.peers.list().length;
  if (early.length === 0 || early.length * 2 < peers) return null;
  const offset = deps.offset();
  // The clocks of peers agree with ours, so the clock of the miner is wrong, and every node waits for the block.
  if (offset !== null && offset.seconds > -OFF_SECONDS) return null;
  const least = Math.min(...early) - deps.params.futureLimit - deps.clock.now();
  // These headers are no longer early, and are requested again within two seconds.
  if (least <= 0) return null;
  const size = sizeOf(least, offset);
  const who = peers === 1 ? 'the connected node has' : `${early.length} of ${peers} connected nodes have`;
  return verdict(
    `The clock of this computer is ${size} behind: ${who} newer blocks, which this node cannot accept before their time.`,
    { holdsBlocks: true, wastesMining: true },
  );
}

/** The offset as text. Blocks show only its lower bound; the clocks of peers show the offset itself. */
function sizeOf(least: number, offset: ClockOffset | null): string {
  return offset !== null && -offset.seconds > least
    ? describeDuration(-offset.seconds)
    : `at least ${describeDuration(least)}`;
}

function checkOffset({ offset, params }: ClockHealthDeps): ClockVerdict | null {
  const found = offset();
  if (found === null || Math.abs(found.seconds) < OFF_SECONDS) return null;
  const { seconds, peers } = found;
  const side = seconds > 0 ? 'ahead of' : 'behind';
  const whose =
    peers > 2 ? 'those of the other nodes' : peers === 2 ? 'those of both peers' : 'that of the peer';
  const doubt = peers > 2 ? '' : ' Either may be wrong.';
  return verdict(
    `The clock of this computer is ${describeDuration(Math.abs(seconds))} ${side} ${whose}.${doubt}`,
    // Peers refuse a block that is too far ahead of their clocks, whichever clock is right.
    { holdsBlocks: false, wastesMining: seconds > params.futureLimit },
  );
}

function verdict(what: string, effects: Pick<ClockVerdict, 'holdsBlocks' | 'wastesMining'>): ClockVerdict {
  const paused = effects.wastesMining ? ' Mining is paused until then.' : '';
  const message = `${what} Turn on automatic date and time, or set the clock; the node then continues automatically.${paused}`;
  return { notice: { code: 'clock-wrong', message }, ...effects };
}

/** The date in UTC, such as 2026-11-22. */
const dateOf = (time: UnixSeconds): string => new Date(time * 1000).toISOString().slice(0, 10);
