import { parseArgs } from 'node:util';

/** What the app was started with; each overrides what settings say, for this run only. */
export interface ShellOptions {
  readonly network: string | null;
  readonly datadir: string | null;
  readonly listen: readonly string[] | null;
  readonly bootstrap: readonly string[] | null;
  /** Arguments that are no options: the system passes a clicked link this way. */
  readonly rest: readonly string[];
}

/** Reads the program's arguments. Unknown options are Chromium's; what follows `--` is never an option. */
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
  const one = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  const many = (value: unknown): string[] | null =>
    Array.isArray(value) ? value.filter((item) => typeof item === 'string') : null;
  return {
    network: one(values['network']),
    datadir: one(values['datadir']),
    listen: many(values['listen']),
    bootstrap: many(values['bootstrap']),
    rest: positionals,
  };
}
