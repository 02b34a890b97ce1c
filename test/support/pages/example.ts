import { toHex } from '../../../main/core/codec/hex.ts';

/** A worked example on a page of docs/: the fenced block ```text example=NAME, and what it must hold. */
export interface Example {
  readonly name: string;
  readonly text: string;
}

/** One line of an example. Bytes are written in hexadecimal and continue on further lines. */
export type Row = readonly [label: string, value: string | number | Uint8Array];

const LABEL = 18;
/** Hexadecimal digits on one line. */
const HEX_LINE = 88;

export function example(name: string, rows: readonly Row[]): Example {
  return { name, text: rows.map(showRow).join('\n') };
}

function showRow([label, value]: Row): string {
  if (label.length > LABEL) throw new RangeError(`a label has at most ${LABEL} characters: ${label}`);
  const text = value instanceof Uint8Array ? wrap(toHex(value)) : String(value);
  return `${label.padEnd(LABEL)} ${text.replaceAll('\n', `\n${' '.repeat(LABEL + 1)}`)}`.trimEnd();
}

function wrap(hex: string): string {
  return hex.replace(new RegExp(`.{${HEX_LINE}}(?=.)`, 'g'), '$&\n');
}

/** The examples of a page by name, as they are written there. */
export function shownExamples(page: string): ReadonlyMap<string, string> {
  return new Map(
    [...page.matchAll(/```text example=(\S+)\n([^`]*)\n```/g)].map(([, name, text]) => [name!, text!]),
  );
}

/** The lines of an example by label; the lines that continue a value are joined without a separator. */
export function rowsOf(text: string): ReadonlyMap<string, string> {
  const rows = new Map<string, string>();
  let label: string | null = null;
  for (const line of text.split('\n')) {
    if (label !== null && line.startsWith(' '.repeat(LABEL + 1)))
      rows.set(label, rows.get(label)! + line.trim());
    else {
      label = line.slice(0, LABEL).trimEnd();
      rows.set(label, line.slice(LABEL + 1));
    }
  }
  return rows;
}

/** The page with every example as it should be, and the names of those for which the page has no place. */
export function withExamples(
  page: string,
  examples: readonly Example[],
): { page: string; missing: readonly string[] } {
  const missing: string[] = [];
  let result = page;
  for (const { name, text } of examples) {
    const fence = new RegExp(`(\`\`\`text example=${name}\n)[^\`]*(\`\`\`)`);
    if (!fence.test(result)) missing.push(name);
    result = result.replace(fence, (_all, open: string, close: string) => `${open}${text}\n${close}`);
  }
  return { page: result, missing };
}
