import type { NodeStatus } from '../../shared/contract/node.ts';
import { PHASE_LABELS } from '../../shared/phases.ts';
import { restWords } from '../../shared/rest-words.ts';
import { clockWords } from './network-activity.ts';
import { bytes, group, percent, plural } from './number.ts';

/** `unknown`: nothing is known yet, which is no problem. */
export type Light = 'good' | 'warn' | 'bad' | 'unknown';

/** One thing that should be well, whether it is, and what to do if not. */
export interface HealthRow {
  readonly name: string;
  readonly light: Light;
  readonly sentence: string;
  /** The stable code of a warning. */
  readonly code?: string;
  readonly fix?: { readonly label: string; readonly href: string };
}

/** What is measured besides the status; null where it was not. */
export interface HealthFacts {
  readonly freeDiskBytes: number | null;
  /** The longest delays of the event loop in the last minutes, in milliseconds. */
  readonly loopDelays: readonly number[];
  /** Seconds by which this clock is ahead of those of the peers. */
  readonly clockOffsetSeconds: number | null;
}

type Area = 'Sync' | 'Peers' | 'Clock' | 'Disk';

/** The row in which a warning stands; one that is not named here has a row of its own. */
const AREAS: Readonly<Record<string, Area>> = {
  'tip-stale': 'Sync',
  'chain-behind': 'Sync',
  'network-split': 'Sync',
  'peers-unknown': 'Peers',
  'peers-unreachable': 'Peers',
  'peers-other-network': 'Peers',
  'network-not-launched': 'Peers',
  'peer-id-shared': 'Peers',
  'clock-wrong': 'Clock',
  'disk-low': 'Disk',
  'sync-paused-disk': 'Disk',
  'disk-pruned': 'Disk',
  'datadir-gone': 'Disk',
};

const SERIOUS: ReadonlySet<string> = new Set([
  'datadir-gone',
  'disk-low',
  'clock-wrong',
  'network-split',
  'peer-id-shared',
]);

const FIXES: Readonly<Partial<Record<Area, HealthRow['fix']>>> = {
  Peers: { label: 'Peers', href: '#/peers' },
  Disk: { label: 'Settings', href: '#/settings' },
};

/** The rows of the health screen. */
export function healthRows(status: NodeStatus, facts: HealthFacts): HealthRow[] {
  const warned = (area: Area): HealthRow[] =>
    status.warnings.filter(({ code }) => AREAS[code] === area).map((warning) => warningRow(area, warning));
  const or = (area: Area, row: () => HealthRow): HealthRow[] => {
    const found = warned(area);
    return found.length > 0 ? found : [row()];
  };
  return [
    ...status.warnings
      .filter(({ code }) => AREAS[code] === undefined)
      .map((warning) => warningRow('Notice', warning)),
    ...or('Sync', () => syncRow(status)),
    ...or('Peers', () => peersRow(status)),
    reachRow(status),
    ...or('Clock', () => clockRow(facts)),
    ...or('Disk', () => diskRow(facts)),
    loopRow(facts),
  ];
}

function warningRow(name: string, { code, message }: NodeStatus['warnings'][number]): HealthRow {
  const fix = FIXES[name as Area];
  return {
    name,
    light: SERIOUS.has(code) ? 'bad' : 'warn',
    sentence: message,
    code,
    ...(fix !== undefined && { fix }),
  };
}

function syncRow({ phase, progress, etaRange, stall, height }: NodeStatus): HealthRow {
  if (stall !== null) return { name: 'Sync', light: 'warn', sentence: stall };
  if (phase === 'synced')
    return { name: 'Sync', light: 'good', sentence: `In sync to block ${group(height)}.` };
  const left = etaRange === null ? '' : `, ${restWords(etaRange)} left`;
  const share = progress < 1 ? ` (${percent(progress)}${left})` : '';
  return { name: 'Sync', light: 'unknown', sentence: `${PHASE_LABELS[phase]}${share}.` };
}

function peersRow({ peers }: NodeStatus): HealthRow {
  const light = peers === 0 ? 'unknown' : 'good';
  return { name: 'Peers', light, sentence: `Connected to ${plural(peers, 'peer')}.` };
}

const REACH_LIGHTS: Readonly<Record<NodeStatus['reachability'], Light>> = {
  reachable: 'good',
  unreachable: 'warn',
  unknown: 'unknown',
  local: 'unknown',
};

const reachRow = ({ reachability, reachabilityNotice }: NodeStatus): HealthRow => ({
  name: 'Reachability',
  light: REACH_LIGHTS[reachability],
  sentence: reachabilityNotice.message,
  fix: { label: 'Show details', href: '#/reachability' },
});

function clockRow({ clockOffsetSeconds }: HealthFacts): HealthRow {
  const words = clockWords(clockOffsetSeconds);
  const sentence =
    clockOffsetSeconds === null ? `Not checked: ${words}.` : `Offset from the peers: ${words}.`;
  return { name: 'Clock', light: clockOffsetSeconds === null ? 'unknown' : 'good', sentence };
}

function diskRow({ freeDiskBytes }: HealthFacts): HealthRow {
  if (freeDiskBytes === null) return { name: 'Disk', light: 'unknown', sentence: 'Not measured yet.' };
  return { name: 'Disk', light: 'good', sentence: `${bytes(freeDiskBytes)} free.` };
}

/** Above this the window and the peers notice that the node answers late. */
const SLOW_MS = 250;
/** Of the delays, so many per hundred may be longer: the user notices no single one. */
const TOLERATED = 0.01;

function loopRow({ loopDelays }: HealthFacts): HealthRow {
  const name = 'Responsiveness';
  if (loopDelays.length === 0) return { name, light: 'unknown', sentence: 'Not measured yet.' };
  const sorted = [...loopDelays].sort((a, b) => a - b);
  const delay = Math.round(sorted[Math.floor((sorted.length - 1) * (1 - TOLERATED))]!);
  if (delay <= SLOW_MS)
    return {
      name,
      light: 'good',
      sentence: `The node answers within ${group(Math.max(1, delay))}\u00a0ms (99\u00a0% of the last five minutes).`,
    };
  return {
    name,
    light: 'warn',
    sentence: `The node was up to ${group(delay)}\u00a0ms late in the last five minutes. This computer is busy: close other programs, or mine on fewer threads.`,
    fix: { label: 'Mining', href: '#/mining' },
  };
}
