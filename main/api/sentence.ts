/**
 * The message of the status: what the node does and, if there is a problem, its cause and what to do. A pure function,
 * so that tests need only plain data.
 */
import type { Notice } from '../../shared/contract/fields.ts';
import { restWords } from '../../shared/rest-words.ts';
import { describeDuration } from '../lib/duration.ts';
import { PHASE_LABELS } from '../../shared/phases.ts';
import { group as grouped } from '../../shared/units.ts';
import { DISK_LOW_BYTES } from '../lib/free-space.ts';
import type { NodeCondition } from './facade.ts';

export interface SentenceFacts extends NodeCondition {
  readonly network: {
    readonly name: string;
    readonly launched: boolean;
    /** Seconds between blocks; null where none are expected (regtest). */
    readonly spacing: number | null;
  };
  readonly height: number;
  readonly headers: number;
  readonly tipTime: number;
  readonly now: number;
}

/** All warnings for the user, the most serious first. Codes are stable. */
export function findWarnings(facts: SentenceFacts): Notice[] {
  const found = [checkDisk(facts), facts.clock, checkPeers(facts), checkTip(facts)];
  const [first, rest] = [true, false].map((is) =>
    facts.notices.filter(({ code }) => MOST_SERIOUS.has(code) === is),
  );
  return [...first!, ...found.filter((notice) => notice !== null), ...rest!];
}

/** Notices that come before all warnings: they may cost data, or explain why no peer is found. */
const MOST_SERIOUS: ReadonlySet<string> = new Set(['datadir-gone', 'peer-id-shared', 'upload-used-up']);

/** What the node does, and the most serious warning if there is one. */
export function describeNode(facts: SentenceFacts, warnings: readonly Notice[]): string {
  const [first] = warnings;
  const activity = describeActivity(facts);
  return first === undefined ? activity : `${activity} ${first.message}`;
}

/** What the node does, how fast, and why it makes no progress. */
function describeActivity(facts: SentenceFacts): string {
  const phase = describePhase(facts);
  if (facts.stall !== null) return `${phase} ${facts.stall}`;
  const { history } = facts;
  if (history === null || history.verified >= history.of || facts.phase !== 'synced') return phase;
  return `${phase} The blocks before the snapshot are checked to ${Math.floor((100 * history.verified) / history.of)} %.`;
}

function describePhase(facts: SentenceFacts): string {
  const { phase, progress, peers, height, headers } = facts;
  const label = PHASE_LABELS[phase];
  const percent = `${Math.floor(progress * 100)} %`;
  const rest = `${describeSpeed(facts)}${describeRest(facts.etaRange)}`;
  // A node that was synced before and catches up has a progress of 1: showing 100 % would mislead.
  const share = progress < 1 ? ` (${percent}${rest})` : rest.replace(/^, (.*)$/, ' ($1)');
  switch (phase) {
    case 'starting':
      return `${label}.`;
    case 'repairing':
      return `${label} (${percent}${rest}).`;
    case 'finding-peers':
      return `${label}.`;
    case 'headers':
      return `${label}: ${grouped(headers)} so far${share}.`;
    case 'snapshot':
      return `${label}${share}.`;
    case 'blocks':
      return `${label}: ${grouped(height)} of ${grouped(headers)}${share}.`;
    case 'synced':
      return peers === 0
        ? `At block ${grouped(height)}. No peer is connected.`
        : `${label} to block ${grouped(height)} with ${formatCount(peers, 'peer', 'peers')}.`;
    case 'stopping':
      return `${label}: saving all data.`;
  }
}

/** The tip is stale after this many spacings. By chance, such a gap happens once in 500 million blocks. */
const STALE_SPACINGS = 20;
const STALE_LEAST_SECONDS = 300;

function checkDisk({ freeDiskBytes }: SentenceFacts): Notice | null {
  if (freeDiskBytes === null || freeDiskBytes >= DISK_LOW_BYTES) return null;
  const left = `${Math.max(0, Math.floor(freeDiskBytes / 1_000_000))} MB`;
  return notice(
    'disk-low',
    `Only ${left} are free on the disk. Free some space, or the node will stop soon.`,
  );
}

function checkPeers(facts: SentenceFacts): Notice | null {
  const { peers, knownAddresses, strangers, network, phase } = facts;
  // Without connections for that reason, no address and no firewall is the cause.
  if (facts.notices.some(({ code }) => code === 'upload-used-up')) return null;
  if (peers > 0 || phase === 'starting' || phase === 'stopping' || phase === 'repairing') return null;
  if (knownAddresses > 0 && strangers > 0) {
    return notice(
      'peers-other-network',
      `The nodes that answered do not belong to the network “${network.name}”. Check the addresses, or join their network.`,
    );
  }
  if (knownAddresses > 0) {
    const where = formatCount(knownAddresses, 'the one known address', 'known addresses');
    return notice(
      'peers-unreachable',
      `No node answers at ${where}. Check the internet connection and the firewall; the node continues to try.`,
    );
  }
  if (!network.launched) {
    return notice(
      'network-not-launched',
      `The network “${network.name}” has not been launched yet, so there are no nodes to connect to. Try the demo network, or join another.`,
    );
  }
  return notice(
    'peers-unknown',
    'No other node is known. Add the address of a node, or give the address of this one to another user.',
  );
}

function checkTip(facts: SentenceFacts): Notice | null {
  const { phase, peers, now, tipTime, height, network } = facts;
  if (phase !== 'synced' || peers === 0 || network.spacing === null || height === 0) return null;
  // With a wrong clock the age of the tip is wrong too.
  if (facts.clock !== null) return null;
  const age = now - tipTime;
  if (age < Math.max(STALE_SPACINGS * network.spacing, STALE_LEAST_SECONDS)) return null;
  return notice(
    'tip-stale',
    `No block arrived for ${describeDuration(age)}, although one is expected every ${describeDuration(network.spacing)}. Either there are no miners, or this part of the network is isolated: wait before you trust new payments.`,
  );
}

function notice(code: string, message: string): Notice {
  return { code, message };
}

function describeSpeed({ blocksPerSecond, bytesPerSecond }: SentenceFacts): string {
  if (blocksPerSecond <= 0) return '';
  const blocks = blocksPerSecond < 10 ? blocksPerSecond.toFixed(1) : grouped(Math.round(blocksPerSecond));
  return `, ${blocks} per second${bytesPerSecond > 0 ? `, ${formatBytes(bytesPerSecond)}/s` : ''}`;
}

function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1000)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function describeRest(range: SentenceFacts['etaRange']): string {
  return range === null ? '' : `, ${restWords(range)} left`;
}

function formatCount(n: number, one: string, many: string): string {
  if (n !== 1) return `${grouped(n)} ${many}`;
  return one.startsWith('the ') ? one : `1 ${one}`;
}
