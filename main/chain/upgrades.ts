import type { Height } from '../../shared/units.ts';
import {
  activeFrom,
  countSignals,
  type Deployments,
  type DeploymentState,
  signals,
} from '../core/consensus/deployments.ts';
import type { ConsensusParams } from '../core/consensus/params.ts';
import type { OwnedEntry } from './header-entry.ts';

/** The state of one soft fork for the next block. */
export interface UpgradeStanding {
  readonly name: string;
  readonly bit: number;
  readonly state: DeploymentState;
  /** The first height of the period with which the state began. */
  readonly since: Height;
  /** The first height under the new rule; null while it is undecided. */
  readonly activeAt: Height | null;
  /** Blocks of the current period that signal it. */
  readonly signalled: number;
  /** The same among the newest `window` blocks. */
  readonly recent: number;
}

/** The signals of miners (protocol.md §13). */
export interface Upgrades {
  readonly period: number;
  /** Number of signals per period that locks in a soft fork. */
  readonly threshold: number;
  /** The first height of the current period, and the number of its blocks so far. */
  readonly periodStart: Height;
  readonly blocks: number;
  /** Number of newest blocks that the recent figures cover. */
  readonly window: number;
  readonly upgrades: readonly UpgradeStanding[];
  /** Bits that blocks of the window signal although no deployment of this version uses them. */
  readonly unknown: readonly { readonly bit: number; readonly recent: number }[];
}

const BITS = 29;

/** Reads one period of headers after each new tip; cached in between. */
export function createUpgrades(
  deployments: Deployments<OwnedEntry>,
  params: ConsensusParams,
  tip: () => OwnedEntry,
): () => Upgrades {
  let read: { readonly at: OwnedEntry; readonly upgrades: Upgrades } | null = null;
  return () => {
    const at = tip();
    if (read?.at !== at) read = { at, upgrades: readUpgrades(deployments, params, at) };
    return read.upgrades;
  };
}

function readUpgrades(
  deployments: Deployments<OwnedEntry>,
  params: ConsensusParams,
  tip: OwnedEntry,
): Upgrades {
  const { bitsPeriod: period, bitsThreshold: threshold } = params;
  const periodStart = Math.floor((tip.height + 1) / period) * period;
  const blocks = tip.height + 1 - periodStart;
  const window = Math.min(period, tip.height);
  const recent = countBits(tip, window, () => true);
  const upgrades = deployments.all.map((deployment) => {
    const { name, bit } = deployment;
    const standing = deployments.standingAfter(tip, deployment);
    const signalled = countSignals(tip, blocks, bit);
    return {
      name,
      bit,
      ...standing,
      activeAt: activeFrom(standing, params),
      signalled,
      recent: recent[bit]!,
    };
  });
  // Evaluated for each block at its own height: a signal still counts for its deployment after that became active.
  const isUnknown = (entry: OwnedEntry, bit: number): boolean =>
    !deployments.all.some((deployment) => {
      if (deployment.bit !== bit || entry.prev === null) return false;
      const { state } = deployments.standingAfter(entry.prev, deployment);
      return state !== 'active' && state !== 'failed';
    });
  const unknown = countBits(tip, window, isUnknown).flatMap((count, bit) =>
    count === 0 ? [] : [{ bit, recent: count }],
  );
  return { period, threshold, periodStart, blocks, window, upgrades, unknown };
}

function countBits(
  tip: OwnedEntry,
  count: number,
  counts: (entry: OwnedEntry, bit: number) => boolean,
): number[] {
  const bits = Array.from({ length: BITS }, () => 0);
  let at: OwnedEntry | null = tip;
  for (let i = 0; i < count && at !== null; i++, at = at.prev) {
    for (let bit = 0; bit < BITS; bit++) if (signals(at.version, bit) && counts(at, bit)) bits[bit]!++;
  }
  return bits;
}
