/**
 * The text that a user sends to a developer when something is wrong. A list of allowed fields makes it: a fact is in the text only
 * if it is named here. No address, peer id, amount, name or place is; docs/diagnosis.md says the same to users.
 */
import type { LogLine } from '../../shared/contract/node.ts';
import { METRICS, PEER_KINDS } from '../../shared/contract/vocabulary.ts';
import { SETTING_NAMES } from '../../shared/setting-labels.ts';
import { createAnonymiser } from '../lib/anonymise.ts';
import type { NodeFacade } from './facade.ts';

export interface DiagnosisFacts {
  readonly node: NodeFacade;
  readonly lines: readonly LogLine[];
  /** Names that are removed wherever they occur in the log: of this computer, its user, folders, wallets, contacts. */
  readonly names: readonly string[];
  /** Unix seconds. */
  readonly now: number;
}

/** How many lines of the log are in it. */
const DIAGNOSIS_LINES = 200;

export function writeDiagnosis({ node, lines, names, now }: DiagnosisFacts): string {
  const own = node.network.founded ? [node.network.name] : [];
  const anonymise = createAnonymiser([...names, ...own]);
  return [
    section('Kith diagnosis', programFacts(node, now)),
    section('State', stateFacts(node, now)),
    section('Peers', peerFacts(node)),
    section('Relay and sync', activityFacts(node)),
    section('Measured in the last second', metricFacts(node)),
    section('Settings', settingFacts(node)),
    section(
      `Log, the last ${DIAGNOSIS_LINES} lines at most`,
      lines
        .filter(isShown)
        .slice(-DIAGNOSIS_LINES)
        .map((line) => logText(line, anonymise)),
    ),
  ].join('\n');
}

function section(title: string, facts: readonly string[]): string {
  return [title, ...facts.map((fact) => `  ${fact}`), ''].join('\n');
}

function programFacts({ about, network }: NodeFacade, now: number): string[] {
  return [
    `written: ${new Date(now * 1000).toISOString().slice(0, 16)}Z`,
    `version: ${about.version}`,
    `runtime: ${about.runtime}, ${about.platform}`,
    `signature checks: ${about.signatures}`,
    `running for: ${Math.max(0, now - about.startedAt)} s`,
    `network: ${network.founded ? 'created by a user' : network.name}`,
  ];
}

function stateFacts(node: NodeFacade, now: number): string[] {
  const condition = node.condition();
  const tip = node.chain.tip();
  const codes = condition.notices.map(({ code }) => code);
  return [
    `phase: ${condition.phase}, ${(condition.progress * 100).toFixed(1)} %`,
    `height: ${tip.height} of ${node.chain.bestHeader().height} headers`,
    `age of the tip: ${Math.max(0, now - tip.time)} s`,
    `stalled: ${condition.stall === null ? 'no' : 'yes'}`,
    `older blocks: ${condition.history === null ? 'none to check' : `${condition.history.verified} of ${condition.history.of} checked`}`,
    `mempool: ${node.mempool.summary().count} transactions`,
    `reachability: ${condition.reachability} (${condition.reachabilityNotice.code})`,
    `clock: ${condition.clock === null ? 'no problem' : condition.clock.code}`,
    `free disk space: ${condition.freeDiskBytes === null ? 'unknown' : `${Math.round(condition.freeDiskBytes / 1e9)} GB`}`,
    `notices: ${codes.length === 0 ? 'none' : codes.join(', ')}`,
  ];
}

/** What peers claim as their version is their text: only the form of Kith itself is repeated. */
const OWN_VERSION = /^kith\/\d{1,4}\.\d{1,4}\.\d{1,4}$/;

function peerFacts({ peers, condition }: NodeFacade): string[] {
  const list = peers.list();
  const versions = new Map<string, number>();
  for (const { version } of list) {
    const name = OWN_VERSION.test(version) ? version : 'other';
    versions.set(name, (versions.get(name) ?? 0) + 1);
  }
  return [
    ...PEER_KINDS.map((kind) => `${kind}: ${list.filter((peer) => peer.kind === kind).length}`),
    `versions: ${
      [...versions]
        .slice(0, 10)
        .map(([name, count]) => `${count} × ${name}`)
        .join(', ') || 'none'
    }`,
    `banned: ${peers.bans().length}`,
    `known addresses: ${condition().knownAddresses}`,
    `nodes of other networks: ${condition().strangers}`,
  ];
}

function activityFacts(node: NodeFacade): string[] {
  const { compact, snapshot, upload, clockOffsetSeconds, failures } = node.activity();
  return [
    `blocks reconstructed: ${compact.whole} without a round trip, ${compact.asked} after one, ${compact.failed} failed, ${compact.inline} received in full`,
    `snapshot: ${snapshot === null ? 'none' : `${snapshot.done} of ${snapshot.of} chunks`}`,
    `upload: ${upload.total} bytes, limit ${upload.limit ?? 'none'}`,
    `clock offset: ${clockOffsetSeconds ?? 'unknown'} s`,
    `failed connections: ${failures.length} kept`,
  ];
}

/** Not the hash rate: with the height it could identify a miner. */
const LEFT_OUT: readonly string[] = ['hashesPerSecond'];

function metricFacts({ metrics }: NodeFacade): string[] {
  const shown = METRICS.filter((metric) => !LEFT_OUT.includes(metric));
  const { values } = metrics.newest(shown);
  return shown.map((metric) => `${metric}: ${values[metric] ?? 'not measured'}`);
}

/** Settings whose value is a number or a choice. Of each remaining setting only whether it is set. */
const PLAIN_SETTINGS: readonly string[] = [
  'privateBroadcast',
  'pruneMb',
  'maxUpload',
  'threads',
  'threadShare',
  'logLevel',
];

function settingFacts({ settings }: NodeFacade): string[] {
  const { values } = settings.read();
  return SETTING_NAMES.map((name) => {
    const { value, source } = values[name];
    const shown = PLAIN_SETTINGS.includes(name) ? String(value) : isSet(value) ? 'set' : 'not set';
    return `${name}: ${shown} (${source})`;
  });
}

const isSet = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : value !== null);

/** Areas whose lines are left out: when or at which height something happened there leads to an address and an amount. */
const PRIVATE_AREA = /^(?:miner|wallet|contacts)(?:\.|$)/;
const OWN_BLOCK = /\bmined\b|\bfound a block\b/i;
const isShown = ({ area, message }: LogLine): boolean => !PRIVATE_AREA.test(area) && !OWN_BLOCK.test(message);

const NUMBER_FIELDS: readonly string[] =
  'height from to blocks headers seconds ms waitMs count kept dropped chunks transactions asked unlinked segment'.split(
    ' ',
  );
const CODE_FIELDS: readonly string[] = ['because', 'reachability', 'event', 'phase'];
const CODE = /^[a-z][a-z0-9-]{0,60}$/;
const ERROR_FIELDS: readonly string[] = ['error', 'cause'];

/** A line with a code is shown by its code, because its message may name a file or folder of the user. */
function logText(
  { time, level, area, message, data = {} }: LogLine,
  anonymise: (text: string) => string,
): string {
  const { code, ...rest } = data;
  const what = typeof code === 'string' && CODE.test(code) ? code : anonymise(message);
  const facts = Object.entries(rest).flatMap(([name, value]) => {
    const text = fieldText(name, value, anonymise);
    return text === null ? [] : [` ${name}=${text}`];
  });
  return `${time} ${level.padEnd(5)} ${area}: ${what}${facts.join('')}`;
}

function fieldText(name: string, value: unknown, anonymise: (text: string) => string): string | null {
  if (typeof value === 'number') return NUMBER_FIELDS.includes(name) ? String(value) : null;
  if (CODE_FIELDS.includes(name)) return typeof value === 'string' && CODE.test(value) ? value : null;
  return ERROR_FIELDS.includes(name) ? errorText(value, anonymise, 0) : null;
}

const MAX_CAUSES = 3;
/** The end of a line of a stack: the file without its folder, which may be that of a user. */
const FRAME = /([\w.-]{1,80}\.[cm]?[jt]s:\d+:\d+)\)?$/;

/** An error with a code is shown by its code, because its message may name what the user named. */
function errorText(error: unknown, anonymise: (text: string) => string, depth: number): string | null {
  if (typeof error === 'string') return `(${anonymise(error)})`;
  if (typeof error !== 'object' || error === null || depth === MAX_CAUSES) return null;
  const { code, name, message, stack, cause } = error as Record<string, unknown>;
  const what =
    typeof code === 'string' && /^[\w-]{1,60}$/.test(code)
      ? code
      : [name, message]
          .map((each) => (typeof each === 'string' ? anonymise(each) : ''))
          .join(' ')
          .trim();
  const frames = Array.isArray(stack) ? stack.flatMap((line) => FRAME.exec(String(line))?.[1] ?? []) : [];
  const before = errorText(cause, anonymise, depth + 1);
  return `(${[what, ...frames.map((frame) => `at ${frame}`), ...(before === null ? [] : [`because ${before}`])].join(' ')})`;
}
