import type { LogLine } from '../../shared/contract/node.ts';
import { peerName, placeWords } from './peer.ts';

/** The data of a log line, as "name value · name value". Ids are shortened as elsewhere in the page. */
export function dataWords(data: Readonly<Record<string, unknown>> | undefined): string {
  return Object.entries(data ?? {})
    .map(([name, value]) => `${name} ${valueWords(value)}`)
    .join(' · ');
}

const MAX_LENGTH = 120;

function valueWords(value: unknown): string {
  if (typeof value === 'string') return textWords(value);
  return cut(JSON.stringify(value) ?? '–');
}

function textWords(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return `${text.slice(0, 8)}…`;
  if (/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/.test(text)) return peerName(text);
  return text.startsWith('/ip') ? placeWords(text) : cut(text);
}

const cut = (text: string): string => (text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text);

/** The area of the value that stands for all areas. */
export const ALL_AREAS = '';

export interface LogFilter {
  /** The area or the areas below it; {@link ALL_AREAS} for all. */
  readonly area: string;
  /** Text in the message, the data or the area, in any case. */
  readonly text: string;
}

/** The lines that a filter leaves. */
export function filterLog<T extends LogLine>(lines: readonly T[], { area, text }: LogFilter): readonly T[] {
  const wanted = text.trim().toLowerCase();
  return lines.filter(
    (line) =>
      (area === ALL_AREAS || line.area === area || line.area.startsWith(`${area}.`)) &&
      (wanted === '' || searched(line).includes(wanted)),
  );
}

function searched({ area, message, data }: LogLine): string {
  return `${area} ${message} ${data === undefined ? '' : JSON.stringify(data)}`.toLowerCase();
}

/** The areas of these lines and the areas above them, sorted. */
export function logAreas(lines: readonly LogLine[]): string[] {
  const areas = new Set<string>();
  for (const { area } of lines) {
    const parts = area.split('.');
    for (let end = 1; end <= parts.length; end++) areas.add(parts.slice(0, end).join('.'));
  }
  areas.delete('');
  return [...areas].sort();
}
