import { cleanLabel, MAX_LABEL } from './labels.ts';
import { compact, visible } from './pasted.ts';
import { isMotes, type Motes } from './units.ts';

/** A request for a payment as one line: `kith:ADDRESS?amount=MOTES&label=…` (protocol.md §19). */
export interface PaymentLink {
  /** Not checked: the caller checks that it is an address of this network. */
  readonly address: string;
  readonly amount?: Motes;
  /** Clean, never empty. */
  readonly label?: string;
}

/** Why a text is not a payment link. `link-requires`: it demands something this software doesn't know. */
export interface LinkProblem {
  readonly problem: 'link-malformed' | 'link-amount' | 'link-label' | 'link-requires' | 'link-other';
}

const MAX_LINK = 2000;
/** Before invisible characters are dropped. */
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
 * Reads a link from anywhere, as it is seen. Total; unknown fields are ignored unless they begin with `req-` (as in
 * BIP-21); a field twice or one that breaks its form makes the whole link unreadable.
 */
export function parsePaymentLink(text: string): PaymentLink | LinkProblem {
  // Where a mail or a terminal broke the line the link goes on; a space may belong to a label.
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

/** Reads a link, or anything else as a bare address that the caller still has to check. */
export function parseTarget(text: string): PaymentLink | LinkProblem {
  const pasted = text.slice(0, MAX_PASTED);
  return /^kith:/i.test(compact(pasted)) ? parsePaymentLink(text) : { address: plainCase(compact(pasted)) };
}

export function isLinkProblem(value: PaymentLink | LinkProblem): value is LinkProblem {
  return 'problem' in value;
}

const LINE_BREAK = /\s*[\n\v\f\r\u2028\u2029]\s*/g;

/** Codes in capitals make smaller QR pictures; a mix of both stays, for the reader of the address to refuse. */
function plainCase(address: string): string {
  return /[a-z]/.test(address) ? address : address.toLowerCase();
}

/** Null for a field twice or a broken escape: a link that two programs may read in two ways is refused. */
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
