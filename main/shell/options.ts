import { parseArgs } from 'node:util';
import { absolutePath, pathProblem } from '../lib/disk/given-path.ts';
import { KithError } from '../lib/errors.ts';

/** What the app was started with; each overrides what settings say, for this run only. */
export interface ShellOptions {
  /** A name, or the absolute path of a network file. */
  readonly network: string | null;
  /** Absolute. */
  readonly datadir: string | null;
  readonly listen: readonly string[] | null;
  readonly bootstrap: readonly string[] | null;
  /** Arguments that are no options: the system passes a clicked link this way. */
  readonly rest: readonly string[];
}

/**
 * Reads the program's arguments. Unknown options are Chromium's; what follows `--` is never an option.
 * @throws {KithError} `argument-invalid` for a data directory or a network that cannot be meant so
 */
export function readOptions(args: readonly string[]): ShellOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    options: {
      network: { type: 'string' },
      datadir: { type: 'string' },
      listen: { type: 'string', multiple: true },
      bootstrap: { type: 'string', multiple: true },
    },
  });
  const many = (value: unknown): string[] | null =>
    Array.isArray(value) ? value.filter((item) => typeof item === 'string') : null;
  return {
    network: networkOf(values['network']),
    datadir: values['datadir'] === undefined ? null : pathOf('--datadir', values['datadir']),
    listen: many(values['listen']),
    bootstrap: many(values['bootstrap']),
    rest: positionals,
  };
}

/** What has a dot or a slash in it is a file. */
function networkOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return /[./\\]/.test(value) || value.trim() === '' ? pathOf('--network', value) : value;
}

function pathOf(option: string, value: unknown): string {
  const problem = typeof value === 'string' ? pathProblem(value) : 'is missing';
  if (problem === null) return absolutePath(value as string);
  const detail = `The path of the option ${option} ${problem}`;
  throw new KithError('argument-invalid', detail, { data: { detail } });
}
