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
