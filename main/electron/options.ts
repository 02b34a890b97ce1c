import { parseArgs } from 'node:util';
import type { NodeOptions } from '../node/node-options.ts';
import { NODE_ARGUMENTS, readNodeOptions } from '../node/read-options.ts';

/** What the app was started with. The node's options override the settings, for this run only. */
export interface ShellOptions {
  readonly node: NodeOptions;
  /** Arguments that are not options: the system passes a clicked link this way. */
  readonly rest: readonly string[];
  /** The system starts the app at login: no window is shown. */
  readonly hidden: boolean;
}

const DECLARED = Object.fromEntries(
  Object.entries(NODE_ARGUMENTS).map(([name, kind]) => [
    name,
    { type: kind === 'flag' ? ('boolean' as const) : ('string' as const), multiple: true as const },
  ]),
);

/**
 * Reads the program's arguments. Unknown options are Chromium's. An argument after `--` is never an option.
 * @throws {KithError} see readNodeOptions
 */
export function readOptions(args: readonly string[]): ShellOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    options: DECLARED,
  });
  const given = (name: string): (string | boolean)[] =>
    Object.hasOwn(values, name) ? [values[name] ?? []].flat() : [];
  // An option without a value is parsed as `true`; readNodeOptions refuses the empty text.
  const list = (name: string) => given(name).map((each) => (typeof each === 'string' ? each : ''));
  const node = readNodeOptions({
    has: (name) => given(name).length > 0,
    text: (name) => list(name).at(-1),
    list,
  });
  return { node, rest: positionals, hidden: values['hidden'] === true };
}
