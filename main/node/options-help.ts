/** Descriptions of a node's options, for `kith node --help` and docs/node-options.md. */
import { OPTION_FORMS, type OptionForm } from './node-options.ts';

const COLUMN = 26;
const WIDTH = 118;
const CONFIG = [
  '--config FILE',
  'read options from this JSON file; arguments have priority over it (docs/node-options.md)',
] as const;

/** Lines of the help, without a line break at the end. */
export function optionsHelp(): string {
  return [...OPTION_FORMS.flatMap(rowsOf), CONFIG].map(([left, right]) => layOut(left, right)).join('\n');
}

function rowsOf(form: OptionForm): [string, string][] {
  const { name, flag, kind, value, description, without } = form;
  const rows: [string, string][] = [];
  // A flag that is on by default can only be switched off.
  if (kind !== 'flag' || form.fallback === false)
    rows.push([`--${flag}${value === '' ? '' : ` ${value}`}`, `${description}${defaultOf(form)}`]);
  if (without !== undefined) rows.push([`--no-${flag}`, without]);
  if (name === 'pruneMb') rows.push(['--prune', 'the same as --prune-mb 2000']);
  return rows;
}

function defaultOf({ fallback }: OptionForm): string {
  return typeof fallback !== 'string' && typeof fallback !== 'number' ? '' : ` (default: ${fallback})`;
}

function layOut(left: string, text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && COLUMN + 2 + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  const [first, ...rest] = lines;
  return [
    `  ${left.padEnd(COLUMN - 1)} ${first}`,
    ...rest.map((each) => `${' '.repeat(COLUMN + 2)}${each}`),
  ].join('\n');
}

const TYPES = { flag: 'true or false', list: 'array of strings', text: 'string', path: 'string' } as const;
const typeOf = ({ kind, range }: OptionForm): string =>
  kind === 'number' ? `number, ${range!.least} to ${range!.most}` : TYPES[kind];

/** The table of docs/node-options.md. */
export function optionsTable(): string {
  const rows = OPTION_FORMS.map((form) => {
    const { name, flag, kind, value, description, without, fallback } = form;
    const argument = kind === 'flag' && fallback === true ? `--no-${flag}` : `--${flag} ${value}`.trim();
    const also = without !== undefined && kind !== 'flag' ? `; \`--no-${flag}\`: ${without}` : '';
    const shown = fallback === undefined ? '' : `\`${JSON.stringify(fallback)}\``;
    return `| \`${name}\` | \`${argument.replaceAll('|', '\\|')}\` | ${typeOf(form)} | ${shown} | ${description}${also} |`;
  });
  return [
    '| key | argument | type | default | what it does |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
