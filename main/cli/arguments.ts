import { parseArgs } from 'node:util';
import { absolutePath } from '../lib/given-path.ts';
import { KithError } from '../lib/errors.ts';

/**
 * How many values an option takes: `flag` none, `text` one, `list` one or more (`--listen A B` and `--listen A --listen
 * B` are the same). `path` is a text that is made absolute.
 */
export type OptionKind = 'flag' | 'text' | 'path' | 'list';

export interface Arguments {
  has(name: string): boolean;
  text(name: string): string | undefined;
  list(name: string): readonly string[];
  readonly positionals: readonly string[];
}

/** Reads a command's arguments. @throws {KithError} `argument-unknown`, `argument-missing`, `argument-invalid`. */
export function readArguments(
  command: string,
  args: readonly string[],
  options: Readonly<Record<string, OptionKind>>,
  maxPositionals = 0,
): Arguments {
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  let open: string[] | undefined;
  for (const token of tokensOf(args, options)) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      if (token.value === '') throw wrong('argument-invalid', command, 'One of the arguments is empty');
      (open ?? positionals).push(token.value);
      continue;
    }
    const kind = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (kind === undefined) throw wrong('argument-unknown', command, `There is no option ${token.rawName}`);
    const list = values.get(token.name) ?? [];
    values.set(token.name, list);
    if (kind === 'flag' && token.value !== undefined)
      throw wrong('argument-invalid', command, `The option ${token.rawName} takes no value`);
    // A text that looks like an option is an option. A value that begins with a dash must be written as --name=-value.
    const missing = token.value === undefined || (!token.inlineValue && /^--?[a-z]/.test(token.value));
    if (kind !== 'flag' && missing)
      throw wrong('argument-missing', command, `The option ${token.rawName} needs a value`);
    // The value is empty, for example because a variable in a script is not set.
    if (token.value === '')
      throw wrong('argument-invalid', command, `The option ${token.rawName} has an empty value`);
    if ((kind === 'text' || kind === 'path') && list.length > 0)
      throw wrong('argument-invalid', command, `The option ${token.rawName} is given twice`);
    if (token.value !== undefined)
      list.push(
        kind === 'path' ? absolutePath(token.value, `option ${token.rawName}`, command) : token.value,
      );
    open = kind === 'list' ? list : undefined;
  }
  const surplus = positionals[maxPositionals];
  if (surplus !== undefined)
    throw wrong('argument-unknown', command, `There is an unexpected argument “${surplus}”`);
  return {
    has: (name) => values.has(name),
    text: (name) => values.get(name)?.[0],
    list: (name) => values.get(name) ?? [],
    positionals,
  };
}

function tokensOf(args: readonly string[], options: Readonly<Record<string, OptionKind>>) {
  const described = Object.entries(options).map(([name, kind]) => [
    name,
    { type: kind === 'flag' ? ('boolean' as const) : ('string' as const), multiple: true },
  ]);
  return parseArgs({
    args: [...args],
    options: Object.fromEntries(described) as Record<string, { type: 'boolean' | 'string'; multiple: true }>,
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

/** A whole number in a range. @throws {KithError} `argument-invalid`. */
export function readNumber(
  command: string,
  name: string,
  text: string | undefined,
  range: { readonly least: number; readonly most: number; readonly otherwise: number },
): number {
  if (text === undefined) return range.otherwise;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (value >= range.least && value <= range.most) return value;
  const detail = `The option --${name} must be a whole number from ${range.least} to ${range.most}, not “${text}”`;
  throw wrong('argument-invalid', command, detail);
}

/** The error for wrong arguments of this command. */
export function wrong(code: string, command: string, detail: string): KithError {
  return new KithError(code, detail, { data: { command, detail } });
}
