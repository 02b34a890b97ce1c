import { isMotes, type Motes } from '../../../shared/units.ts';

/** A request for a payment as one line: `kith:ADDRESS?amount=MOTES&label=…` (protocol 7). */
export interface PaymentLink {
  /** As written; whether it is an address of this network is for decodeAddress to say. */
  readonly address: string;
  readonly amount?: Motes;
  readonly label?: string;
}

/** Why a text is no payment link. `link-requires`: it demands something this software doesn't know. */
export interface LinkProblem {
  readonly problem: 'link-malformed' | 'link-amount' | 'link-label' | 'link-requires' | 'link-other';
}

const MAX_LINK = 2000;
const MAX_LABEL = 200;
// Control and direction characters could make a label say something else than what it shows.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

export function encodePaymentLink(link: PaymentLink): string {
  const fields = [
    ...(link.amount === undefined ? [] : [`amount=${link.amount}`]),
    ...(link.label === undefined || link.label === '' ? [] : [`label=${encodeURIComponent(link.label)}`]),
  ];
  return `kith:${link.address}${fields.length > 0 ? '?' : ''}${fields.join('&')}`;
}

/** Reads a link from anywhere. Total; unknown fields are ignored unless they begin with `req-` (as in BIP-21). */
export function parsePaymentLink(text: string): PaymentLink | LinkProblem {
  const match = text.length <= MAX_LINK && /^kith:([0-9a-z]+)(?:\?(.*))?$/i.exec(text.trim());
  if (!match) return { problem: 'link-malformed' };
  const address = match[1]!;
  if (address.toLowerCase() === 'join') return { problem: 'link-other' };
  const fields = parseFields(match[2] ?? '');
  if (fields === null) return { problem: 'link-malformed' };
  if ([...fields.keys()].some((name) => name.startsWith('req-'))) return { problem: 'link-requires' };
  const amount = parseAmount(fields.get('amount'));
  if (amount === null) return { problem: 'link-amount' };
  const label = fields.get('label');
  if (label !== undefined && (label.length > MAX_LABEL || UNPRINTABLE.test(label)))
    return { problem: 'link-label' };
  return { address, ...(amount === undefined ? {} : { amount }), ...(label === undefined ? {} : { label }) };
}

export function isLinkProblem(value: PaymentLink | LinkProblem): value is LinkProblem {
  return 'problem' in value;
}

/** Null for a field twice or a broken escape: a link that two programs may read in two ways is no link. */
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
