import type { Height } from '../../../shared/units.ts';
import type { ConsensusParams } from './params.ts';

/** A soft fork that miners activate together by signalling a version bit (protocol.md §13). */
export interface Deployment {
  readonly name: 'policy-lock';
  /** Number of the bit, 0 to 28. */
  readonly bit: number;
  readonly start: Height;
  /** The height at which it fails if it has not locked in; null for never. */
  readonly timeout: Height | null;
}

export type DeploymentState = 'defined' | 'started' | 'locked-in' | 'active' | 'failed';

/** The version of a block that signals no deployment: the top three bits are 001. */
export const BASE_VERSION = 0x2000_0000;
const TOP_BITS = 0b001;
/**
 * Number of full periods between the one in which it locked in and the first active one. Other nodes can update
 * meanwhile.
 */
const GRACE_PERIODS = 2;

/** The fields of a chain entry that the state machine needs. */
export interface VersionView {
  readonly height: Height;
  readonly version: number;
  readonly prev: VersionView | null;
}

/** The state, and the height of the first block of the period in which it began. */
export interface DeploymentStanding {
  readonly state: DeploymentState;
  readonly since: Height;
}

/** The first height under the new rule; null while it is undecided. */
export function activeFrom(
  { state, since }: DeploymentStanding,
  { bitsPeriod }: Pick<ConsensusParams, 'bitsPeriod'>,
): Height | null {
  if (state === 'active') return since;
  return state === 'locked-in' ? since + GRACE_PERIODS * bitsPeriod : null;
}

export function signals(version: number, bit: number): boolean {
  return version >>> 29 === TOP_BITS && ((version >>> bit) & 1) === 1;
}

/**
 * The state in the next period, from the state in this period and the number of its blocks that signalled. `next` is
 * the first height of the next period. The whole state machine is this table.
 */
export function nextStanding(
  { state, since }: DeploymentStanding,
  signalled: number,
  next: Height,
  deployment: Deployment,
  params: ConsensusParams,
): DeploymentStanding {
  const move = (to: DeploymentState): DeploymentStanding => ({ state: to, since: next });
  switch (state) {
    case 'defined':
      return next >= deployment.start ? move('started') : { state, since };
    case 'started':
      if (signalled >= params.bitsThreshold) return move('locked-in');
      return deployment.timeout !== null && next >= deployment.timeout ? move('failed') : { state, since };
    case 'locked-in':
      return next - since >= GRACE_PERIODS * params.bitsPeriod ? move('active') : { state, since };
    case 'active':
    case 'failed':
      return { state, since };
  }
}

/** The state of each deployment for the child of any block; caches one state per period and branch. */
export interface Deployments<View extends VersionView> {
  readonly all: readonly Deployment[];
  /** The state for the child of `parent`. */
  stateAfter(parent: View, deployment: Deployment): DeploymentStanding;
  /** The version bits for the child of `parent`: those of all deployments that have started and are not decided. */
  versionAfter(parent: View): number;
}

/**
 * `ancestorAt` returns the ancestor of an entry at a lower height. This function is called once per block and must be
 * fast on the active chain.
 */
export function createDeployments<View extends VersionView>(
  all: readonly Deployment[],
  params: ConsensusParams,
  ancestorAt: (entry: View, height: Height) => View,
): Deployments<View> {
  // The state in the next period, by the last block of a period.
  const known = new Map<Deployment, WeakMap<VersionView, DeploymentStanding>>(
    all.map((d) => [d, new WeakMap()]),
  );
  const period = params.bitsPeriod;

  const stateAfter = (parent: View, deployment: Deployment): DeploymentStanding => {
    const memory = known.get(deployment)!;
    const first: DeploymentStanding = { state: 'defined', since: 0 };
    // Goes back to the newest cached period, then forward again.
    const ends: View[] = [];
    let standing = first;
    for (let height = Math.floor((parent.height + 1) / period) * period - 1; height >= 0; height -= period) {
      const end = ancestorAt(ends.at(-1) ?? parent, height);
      const remembered = memory.get(end);
      if (remembered) {
        standing = remembered;
        break;
      }
      ends.push(end);
    }
    for (const end of ends.reverse()) {
      const signalled = standing.state === 'started' ? countSignals(end, period, deployment.bit) : 0;
      standing = nextStanding(standing, signalled, end.height + 1, deployment, params);
      memory.set(end, standing);
    }
    return standing;
  };

  return {
    all,
    stateAfter,
    versionAfter(parent) {
      let version = BASE_VERSION;
      for (const deployment of all) {
        const { state } = stateAfter(parent, deployment);
        if (state === 'started' || state === 'locked-in') version |= 1 << deployment.bit;
      }
      return version >>> 0;
    },
  };
}

/** Number of blocks that signal among the `count` blocks that end with `last`. */
export function countSignals(last: VersionView, count: number, bit: number): number {
  let signalled = 0;
  let at: VersionView | null = last;
  for (let i = 0; i < count && at !== null; i++, at = at.prev) if (signals(at.version, bit)) signalled++;
  return signalled;
}
