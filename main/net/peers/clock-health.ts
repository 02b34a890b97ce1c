import type { Notice } from '../../../shared/contract/fields.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import type { ConsensusParams } from '../../core/consensus/params.ts';
import type { Clock } from '../../lib/clock.ts';
import { describeDuration } from '../../lib/duration.ts';
import type { Chain } from '../../chain/chain.ts';
import type { ClockOffset } from './clock-offsets.ts';

export interface ClockHealthDeps {
  readonly chain: Pick<Chain, 'tip' | 'bestHeader'>;
  readonly params: Pick<ConsensusParams, 'futureLimit'>;
  readonly clock: Clock;
  readonly peers: { list(): readonly unknown[] };
  /** Ours against those of the peers. */
  offset(): ClockOffset | null;
  /** Of each peer with a better chain that is ahead of our clock: the time of the first header that is. */
  early(): readonly UnixSeconds[];
}

/** What shows that the clock of this computer is wrong. */
export interface ClockVerdict {
  /** `clock-wrong`: what is wrong, how we know, and what to do. */
  readonly notice: Notice;
  /** Blocks that peers hold have to wait for our clock: this node can't be synced. */
  readonly holdsBlocks: boolean;
  /** A block made now would be refused, by this node or by its peers, or would not be the best. */
  readonly wastesMining: boolean;
}

/** Tells whether the clock of this computer is wrong, from the chain, from the blocks of peers and from their clocks. */
export type ClockHealth = () => ClockVerdict | null;

/** Smaller differences matter to nobody. */
const OFF_SECONDS = 90;
/** A clock may be corrected by a few seconds at any time. */
const SLEW_SECONDS = 10;

export function createClockHealth(deps: ClockHealthDeps): ClockHealth {
  return () => checkChain(deps) ?? checkEarlyHeaders(deps) ?? checkOffset(deps);
}

/** What was accepted was not ahead of the clock then, so the clock has gone back since, or was never right. */
function checkChain({ chain, params, clock, offset }: ClockHealthDeps): ClockVerdict | null {
  const [tip, best] = [chain.tip(), chain.bestHeader()];
  const time = Math.max(tip.time, best.time);
  const behind = time - params.futureLimit - clock.now();
  if (behind <= SLEW_SECONDS) return null;
  const what =
    best.height === 0
      ? `shows ${dateOf(clock.now())}, which is before this network began (${dateOf(time)})`
      : `is ${sizeOf(behind, offset())} behind: the newest block is later than a block may be`;
  return verdict(`The clock of this computer ${what}.`, { holdsBlocks: true, wastesMining: true });
}

/** No node has blocks that are ahead of its own clock, so peers that have them run ahead of us. */
function checkEarlyHeaders(deps: ClockHealthDeps): ClockVerdict | null {
  const early = deps.early();
  const peers = deps.peers.list().length;
  if (early.length === 0 || early.length * 2 < peers) return null;
  const offset = deps.offset();
  // Their clocks agree with ours, so it is the miner's clock that is wrong: the block has to wait for all.
  if (offset !== null && offset.seconds > -OFF_SECONDS) return null;
  const least = Math.min(...early) - deps.params.futureLimit - deps.clock.now();
  // They are due, and are asked for within two seconds.
  if (least <= 0) return null;
  const size = sizeOf(least, offset);
  const who = peers === 1 ? 'the connected node has' : `${early.length} of ${peers} connected nodes have`;
  return verdict(
    `The clock of this computer is ${size} behind: ${who} newer blocks, and they cannot be taken before their time.`,
    { holdsBlocks: true, wastesMining: true },
  );
}

/** Blocks show how far it is behind at least, the clocks of peers how far it is. */
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
    // A block that is too far ahead of their clocks is refused by them, whoever is right.
    { holdsBlocks: false, wastesMining: seconds > params.futureLimit },
  );
}

function verdict(what: string, effects: Pick<ClockVerdict, 'holdsBlocks' | 'wastesMining'>): ClockVerdict {
  const paused = effects.wastesMining ? ' Mining is paused until then.' : '';
  const message = `${what} Turn on automatic date and time, or set the clock; the node then continues by itself.${paused}`;
  return { notice: { code: 'clock-wrong', message }, ...effects };
}

/** Such as 2026-11-22, in UTC. */
const dateOf = (time: UnixSeconds): string => new Date(time * 1000).toISOString().slice(0, 10);
