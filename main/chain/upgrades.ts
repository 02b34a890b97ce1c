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
  /** The first height of the period in which this state began. */
  readonly since: Height;
  /** The first height under the new rule; null while it is undecided. */
  readonly activeAt: Height | null;
  /** Number of blocks of the current period that signal it. */
  readonly signalled: number;
  /** Number of blocks among the newest `window` that signal it. */
  readonly recent: number;
}

/** The signals of miners for soft forks (protocol.md §13). */
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
  /** Bits that blocks of the window signal, but that belong to no deployment of this version. */
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
    const standing = deployments.stateAfter(tip, deployment);
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
  // The signals of each block are counted at its own height: a signal counts for its deployment even if that became
  // active later.
  const isUnknown = (entry: OwnedEntry, bit: number): boolean =>
    !deployments.all.some((deployment) => {
      if (deployment.bit !== bit || entry.prev === null) return false;
      const { state } = deployments.stateAfter(entry.prev, deployment);
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
