/** Reads the options of a node from arguments and from a config file. Arguments have priority over the file. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { absolutePath, isPath, pathProblem } from '../lib/given-path.ts';
import { KithError, messageOf } from '../lib/errors.ts';
import {
  type GivenOptions,
  NODE_OPTIONS,
  type NodeOptions,
  OPTION_FORMS,
  type OptionForm,
  type OptionSources,
} from './node-options.ts';

/** What `kith node` and the desktop read from a command line before it is checked. */
export interface GivenArguments {
  has(name: string): boolean;
  text(name: string): string | undefined;
  list(name: string): readonly string[];
}

/** `--prune` is short for `--prune-mb` with this size. */
const PRUNE_MB = 2000;
/** Longest config file in bytes. */
const MAX_CONFIG_BYTES = 1 << 20;

/** Kind of each argument, by name. */
export const NODE_ARGUMENTS: Readonly<Record<string, 'flag' | 'text' | 'path' | 'list'>> = Object.fromEntries(
  [
    ...OPTION_FORMS.flatMap(({ flag, kind, without }) => [
      [flag, kind === 'number' ? 'text' : kind] as const,
      ...(without === undefined ? [] : [[`no-${flag}`, 'flag'] as const]),
    ]),
    ['prune', 'flag'] as const,
    ['config', 'path'] as const,
  ],
);

/**
 * The options: arguments have priority over the file that `--config` names, and that file over the defaults.
 * @throws {KithError} `argument-invalid`, `config-unreadable`, `config-invalid`
 */
export function readNodeOptions(given: GivenArguments): NodeOptions {
  const file = given.has('config')
    ? absolutePath(given.text('config') ?? '', 'option --config', 'node')
    : undefined;
  const fromFile = file === undefined ? {} : readConfigFile(file);
  const fromArguments = readArgumentOptions(given);
  const sources = { ...namedBy(fromFile, 'config-file'), ...namedBy(fromArguments, 'argument') };
  return { ...NODE_OPTIONS.parse({ ...fromFile, ...fromArguments }), sources };
}

function namedBy(options: GivenOptions, source: 'argument' | 'config-file'): OptionSources {
  return Object.fromEntries(Object.keys(options).map((name) => [name, source]));
}

/** @throws {KithError} `argument-invalid`. */
function readArgumentOptions(given: GivenArguments): GivenOptions {
  const options: Record<string, unknown> = {};
  for (const form of OPTION_FORMS) {
    const value = readArgument(given, form);
    if (value !== undefined) options[form.name] = value;
  }
  if (given.has('prune')) options['pruneMb'] ??= PRUNE_MB;
  const parsed = NODE_OPTIONS.safeParse(options);
  if (parsed.success) return options;
  const { path, message } = parsed.error.issues[0]!;
  const form = OPTION_FORMS.find(({ name }) => name === path[0]);
  throw invalid(`The option --${form?.flag ?? String(path[0])} has a value that is not valid (${message})`);
}

function readArgument(given: GivenArguments, form: OptionForm): unknown {
  const { flag, kind, without } = form;
  if (without !== undefined && given.has(`no-${flag}`)) {
    if (given.has(flag)) throw invalid(`Give either --${flag} or --no-${flag}`);
    return kind === 'list' ? [] : false;
  }
  if (!given.has(flag)) return undefined;
  if (kind === 'flag') return true;
  if (given.list(flag).includes('')) throw invalid(`The option --${flag} needs a value`);
  if (kind === 'list') return given.list(flag);
  const text = given.text(flag) ?? '';
  if (holdsPath(form, text)) return absolutePath(text, `option --${flag}`, 'node');
  if (form.name === 'logLevel') return readChoice(flag, text);
  return kind === 'number' ? readNumber(form, text) : text;
}

/** Whether the value of an option is a path: a data directory, or a network that is not a name. */
const holdsPath = ({ name, kind }: OptionForm, text: string): boolean =>
  kind === 'path' || (name === 'network' && (isPath(text) || pathProblem(text) !== null));

function readNumber({ flag, range }: OptionForm, text: string): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (value >= range!.least && value <= range!.most) return value;
  throw invalid(
    `The option --${flag} must be a whole number from ${range!.least} to ${range!.most}, not “${text}”`,
  );
}

function readChoice(flag: string, text: string): string {
  const choices = NODE_OPTIONS.shape.logLevel.unwrap().options as readonly string[];
  if (choices.includes(text)) return text;
  throw invalid(`The option --${flag} must be one of ${choices.join(', ')}, not “${text}”`);
}

/**
 * A JSON object whose keys are the names of the options (docs/node-options.md). Unknown keys are refused. Relative paths
 * are relative to the folder of the file.
 * @throws {KithError} `config-unreadable`, `config-invalid`.
 */
export function readConfigFile(file: string): GivenOptions {
  const refuse = (detail: string): KithError =>
    new KithError('config-invalid', detail, { data: { file, detail } });
  let value: unknown;
  try {
    value = JSON.parse(readText(file));
  } catch (error) {
    if (error instanceof KithError) throw error;
    throw refuse(`it is not JSON: ${messageOf(error)}`);
  }
  const parsed = NODE_OPTIONS.safeParse(value);
  // Defaults are filled in later, because a default must not override an argument.
  if (!parsed.success) throw refuse(describe(parsed.error.issues[0]!));
  const options = value as GivenOptions;
  for (const form of OPTION_FORMS) {
    const path = options[form.name];
    if (typeof path !== 'string' || !holdsPath(form, path)) continue;
    const problem = pathProblem(path);
    if (problem !== null) throw refuse(`the path “${form.name}” ${problem}`);
    Object.assign(options, { [form.name]: resolve(dirname(file), path) });
  }
  return options;
}

function readText(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > MAX_CONFIG_BYTES) throw new Error('it is larger than 1 MiB');
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new KithError('config-unreadable', messageOf(error), { cause: error, data: { file } });
  }
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const near = nearestName(key);
    return `there is no option “${key}”${near === null ? '' : `; did you mean “${near}”?`}`;
  }
  const where = issue.path.length === 0 ? 'the file' : `“${issue.path.join('.')}”`;
  return `${where} is not valid (${issue.message})`;
}

/** The option with the most similar name, or null if none is similar. */
function nearestName(key: string): string | null {
  const distances = OPTION_FORMS.map(({ name, flag }) => ({
    name,
    // Users also write the name of the argument.
    distance: Math.min(editDistance(key.toLowerCase(), name.toLowerCase()), editDistance(key, flag)),
  })).sort((a, b) => a.distance - b.distance);
  const [nearest] = distances;
  return nearest !== undefined && nearest.distance <= 3 ? nearest.name : null;
}

/** Levenshtein distance of two names, cut to 64 characters. */
function editDistance(left: string, right: string): number {
  const [a, b] = [left.slice(0, 64), right.slice(0, 64)];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

function invalid(detail: string): KithError {
  return new KithError('argument-invalid', detail, { data: { command: 'node', detail } });
}
