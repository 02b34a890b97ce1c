/** The settings of a node: what arguments, the config file and the settings file say together, and changing the last. */
import { isAbsolute } from 'node:path';
import type { Notice } from '../../shared/contract/fields.ts';
import type { NodeSettings, NodeSettingsChange } from '../../shared/contract/settings.ts';
import type { SettingSource } from '../../shared/contract/vocabulary.ts';
import { sentenceFor } from '../../shared/errors.ts';
import { SETTING_LABELS, SETTING_NAMES, type SettingName } from '../../shared/setting-labels.ts';
import { KithError, messageOf } from '../lib/errors.ts';
import { createEmitter } from '../lib/events.ts';
import type { Log } from '../lib/log.ts';
import { createQueue } from '../lib/queue.ts';
import { defaultListen } from './default-listen.ts';
import type { LiveSettings } from './node-config.ts';
import type { NodeOptions } from './node-options.ts';
import { readAddresses } from './peer-addresses.ts';
import { readAsnMap } from './read-asn-map.ts';
import { adjust, type ResolvedOptions } from './resolve-options.ts';
import { readStoredSettings, type StoredValues, writeStoredSettings } from './settings-file.ts';

export interface OpenSettings extends LiveSettings {
  /** The configuration with the settings, as the node starts with it. */
  readonly resolved: ResolvedOptions;
}

export interface SettingsDeps {
  readonly resolved: ResolvedOptions;
  /** Whether `node.restart` works in this program. */
  readonly canRestart: boolean;
  /** The log, once there is one: its level is a setting. */
  readonly log: () => Log;
}

/** Settings that take effect immediately; every other setting needs a restart. */
const IMMEDIATE: ReadonlySet<SettingName> = new Set([
  'privateBroadcast',
  'pruneMb',
  'pruneWhenLow',
  'maxUpload',
  'uploadMonthMb',
  'threads',
  'threadShare',
  'logLevel',
]);
/** Changes that wait for the disk. */
const MAX_WAITING = 16;

/** Reads the settings file of the data directory, which this process has locked. Never throws. */
export function openNodeSettings({ resolved: given, canRestart, log }: SettingsDeps): OpenSettings {
  const { datadir } = given;
  const { sources = {} } = given.options;
  const file = readStoredSettings(datadir);
  const extra: Notice[] = [];
  const events = createEmitter<{ changed: undefined }>((error) =>
    log().error('a listener of the settings failed', { error }),
  );
  const queue = createQueue(MAX_WAITING);
  const merge = (values: StoredValues): NodeOptions => {
    const open = Object.entries(values).filter(([name]) => !(name in sources));
    return { ...given.options, ...Object.fromEntries(open) };
  };
  let { state, notices } = file;
  let stored = file.values;
  const { resolved, started } = resolveStart(given, merge(stored), (notice) => extra.push(notice));
  let wanted = merge(stored);
  const sourceIn = (values: StoredValues, name: SettingName): SettingSource =>
    sources[name] ?? (values[name] === undefined ? 'default' : 'settings');
  const startSources = Object.fromEntries(
    SETTING_NAMES.map((name) => [name, sourceIn(stored, name)]),
  ) as Record<SettingName, SettingSource>;

  const read = (): NodeSettings => {
    const now = valuesOf(given, started, startSources);
    const next = valuesOf(given, wanted, { threads: sourceIn(stored, 'threads') });
    const values = Object.fromEntries(
      SETTING_NAMES.map((name) => {
        const isImmediate = IMMEDIATE.has(name);
        const effect = isImmediate ? 'now' : 'restart';
        const value = isImmediate ? next[name] : now[name];
        return [name, { value, next: next[name], source: sourceIn(stored, name), effect }];
      }),
    ) as unknown as NodeSettings['values'];
    const needed = SETTING_NAMES.some((name) => !isSame(values[name].value, values[name].next));
    return { values, restart: { needed, possible: canRestart }, notices: [...notices, ...extra] };
  };

  async function change(changes: NodeSettingsChange): Promise<void> {
    const next = new Map<string, unknown>(Object.entries(stored));
    for (const [name, value] of Object.entries(changes) as [SettingName, unknown][]) {
      if (value === undefined) continue;
      const source = sources[name];
      if (source !== undefined) throw fixed(name, source);
      if (value === null) next.delete(name);
      else next.set(name, checked(name, value));
    }
    const values: StoredValues = Object.fromEntries(next);
    await writeStoredSettings(datadir, values, { unknown: file.unknown, state });
    stored = values;
    wanted = merge(stored);
    // The new file has none of the faults of the old one.
    [state, notices] = ['usable', []];
    log().info('settings changed', { names: Object.keys(changes) });
    events.emit('changed', undefined);
  }

  return {
    resolved,
    current: () => wanted,
    sourceOf: (name) => startSources[name],
    report(notice) {
      // The newest of each code: one that says the same again would stay permanently.
      const known = extra.findIndex(({ code }) => code === notice.code);
      if (known >= 0) extra.splice(known, 1);
      extra.push(notice);
      events.emit('changed', undefined);
    },
    read,
    async change(changes) {
      await queue.run(() => change(changes));
      return read();
    },
    onChanged: (listener) => events.on('changed', listener),
    notices: () => [...notices, ...extra],
    miningDefaults() {
      const { threads, threadShare } = wanted;
      const isGiven = sourceIn(stored, 'threads') !== 'default';
      return { threads: isGiven ? threads : undefined, share: threadShare / 100 };
    },
  };
}

/** A stored setting that cannot be used any more, such as a deleted file, must not keep the node from starting. */
function resolveStart(
  given: ResolvedOptions,
  options: NodeOptions,
  report: (notice: Notice) => void,
): { resolved: ResolvedOptions; started: NodeOptions } {
  try {
    return { resolved: { ...given, ...adjust(given, options), options }, started: options };
  } catch (error) {
    const { asmap: file } = options;
    report({
      code: 'setting-asmap-unusable',
      message: sentenceFor('setting-asmap-unusable', { file, reason: messageOf(error) }),
    });
    const { asmap: _unusable, ...rest } = options;
    return { resolved: { ...given, ...adjust(given, rest), options: rest }, started: rest };
  }
}

/** The settings in options, with null for those that are not set. */
function valuesOf(
  { network }: Pick<ResolvedOptions, 'network'>,
  options: NodeOptions,
  sources: { readonly threads: SettingSource },
): Readonly<Record<SettingName, unknown>> {
  return {
    listen: options.listen ?? defaultListen(network),
    announce: options.announce,
    bootstrap: options.bootstrap ?? [],
    privateBroadcast: options.privateBroadcast,
    asmap: options.asmap ?? null,
    pruneMb: options.pruneMb ?? null,
    pruneWhenLow: options.pruneWhenLow,
    maxUpload: options.maxUpload ?? null,
    uploadMonthMb: options.uploadMonthMb ?? null,
    // The default of the option is for `--mine`. A miner that a client starts chooses the number itself.
    threads: sources.threads === 'default' ? null : options.threads,
    threadShare: options.threadShare,
    logLevel: options.logLevel,
  };
}

const isSame = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

/** @throws {KithError} `address-invalid`, `asmap-…`, `input-invalid` */
function checked(name: SettingName, value: unknown): unknown {
  if (name === 'listen' || name === 'announce' || name === 'bootstrap')
    return readAddresses(value as string[]);
  if (name !== 'asmap') return value;
  const path = value as string;
  if (!isAbsolute(path)) {
    const detail = `the path of the ASN map must be a full path, not “${path}”`;
    throw new KithError('input-invalid', detail, { data: { procedure: 'settings.set', detail } });
  }
  readAsnMap(path);
  return path;
}

/** Why a setting with this source cannot be changed. */
const FIXED = {
  program: 'setting-fixed-program',
  argument: 'setting-fixed-argument',
  'config-file': 'setting-fixed-config-file',
} as const;

function fixed(name: SettingName, source: keyof typeof FIXED): KithError {
  return new KithError(FIXED[source], name, { data: { name: SETTING_LABELS[name] } });
}
