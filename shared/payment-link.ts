import { cleanLabel, MAX_LABEL } from './labels.ts';
import { compact, visible } from './pasted.ts';
import { isMotes, type Motes } from './units.ts';

/** A request for a payment as one line: `kith:ADDRESS?amount=MOTES&label=…` (protocol.md §19). */
export interface PaymentLink {
  /** Not checked: the caller must check that it is an address of this network. */
  readonly address: string;
  readonly amount?: Motes;
  /** Cleaned, never empty. */
  readonly label?: string;
}

/** Why a text is not a payment link. `link-requires`: it has a required field that this software does not know. */
export interface LinkProblem {
  readonly problem: 'link-malformed' | 'link-amount' | 'link-label' | 'link-requires' | 'link-other';
}

/** Longest payment link in characters; the longest label in any script fits. */
export const MAX_LINK = 2000;
/** Maximum length in characters, before invisible characters are removed. */
const MAX_PASTED = 4 * MAX_LINK;

export function encodePaymentLink(link: PaymentLink): string {
  const label = cleanLabel(link.label ?? '');
  const fields = [
    ...(link.amount === undefined ? [] : [`amount=${link.amount}`]),
    ...(label === '' ? [] : [`label=${encodeURIComponent(label)}`]),
  ];
  return `kith:${link.address}${fields.length > 0 ? '?' : ''}${fields.join('&')}`;
}

/**
 * Reads a link from any source as the user sees it. Never throws. Unknown fields are ignored unless they begin with
 * `req-` (as in BIP 21). A duplicate or malformed field makes the whole link invalid.
 */
export function parsePaymentLink(text: string): PaymentLink | LinkProblem {
  // A line break of a mail or a terminal is removed; a space may belong to a label.
  const line = text.length > MAX_PASTED ? '' : visible(text).trim().replace(LINE_BREAK, '');
  const match = line.length <= MAX_LINK && /^kith:([0-9a-z\s]+)(?:\?(.*))?$/i.exec(line);
  if (!match) return { problem: 'link-malformed' };
  const address = plainCase(compact(match[1]!));
  if (address === 'join') return { problem: 'link-other' };
  const fields = parseFields(match[2] ?? '');
  if (fields === null) return { problem: 'link-malformed' };
  if ([...fields.keys()].some((name) => name.startsWith('req-'))) return { problem: 'link-requires' };
  const amount = parseAmount(fields.get('amount'));
  if (amount === null) return { problem: 'link-amount' };
  const label = cleanLabel(fields.get('label') ?? '');
  if (label.length > MAX_LABEL) return { problem: 'link-label' };
  return { address, ...(amount === undefined ? {} : { amount }), ...(label === '' ? {} : { label }) };
}

/** Reads a link; other text is returned as an address, which the caller must check. */
export function parseTarget(text: string): PaymentLink | LinkProblem {
  const pasted = text.slice(0, MAX_PASTED);
  return /^kith:/i.test(compact(pasted)) ? parsePaymentLink(text) : { address: plainCase(compact(pasted)) };
}

export function isLinkProblem(value: PaymentLink | LinkProblem): value is LinkProblem {
  return 'problem' in value;
}

const LINE_BREAK = /\s*[\n\v\f\r\u2028\u2029]\s*/g;

/** Upper case makes smaller QR codes; mixed case is kept, and the reader of the address refuses it. */
function plainCase(address: string): string {
  return /[a-z]/.test(address) ? address : address.toLowerCase();
}

/** Null for a duplicate field or an invalid escape: a link that two programs may read differently is refused. */
function parseFields(query: string): Map<string, string> | null {
  const fields = new Map<string, string>();
  for (const part of query.split('&').filter((field) => field !== '')) {
    const at = part.indexOf('=');
    const name = decodePart(at < 0 ? part : part.slice(0, at))?.toLowerCase();
    const value = decodePart(at < 0 ? '' : part.slice(at + 1));
    if (name === undefined || value === undefined || fields.has(name)) return null;
    fields.set(name, value);
  }
  return fields;
}

function decodePart(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function parseAmount(text: string | undefined): Motes | null | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,15}$/.test(text)) return null;
  const amount = Number(text);
  return isMotes(amount) ? amount : null;
}
