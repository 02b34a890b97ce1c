import { isMotes, type Motes } from '../../shared/units.ts';

/** What a payment link asks for. */
export interface PaymentLink {
  readonly address: string;
  readonly amount: Motes | null;
  readonly label: string | null;
}

const MAX_LINK = 2000;
const MAX_LABEL = 200;
/** Control and direction characters could make a label say something else than what it shows. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/**
 * Reads `kith:ADDRESS?amount=MOTES&label=…`, or a bare address. Null when it is neither. The address itself is judged
 * apart. Unknown fields are ignored unless they begin with `req-`; a field that breaks its form or stands there twice
 * makes the whole link unreadable: a link must never be paid with an amount other than the one it was made for.
 */
export function readLink(text: string): PaymentLink | null {
  const match = text.length <= MAX_LINK && /^(?:kith:)?([a-z0-9]{8,160})(?:\?(.*))?$/i.exec(text.trim());
  if (!match || match[1] === undefined) return null;
  const fields = readFields(match[2] ?? '');
  const amount = readAmount(fields?.get('amount'));
  const label = fields?.get('label') ?? '';
  if (!fields || amount === undefined || label.length > MAX_LABEL || UNPRINTABLE.test(label)) return null;
  // Codes in capitals make smaller QR pictures; a mix of both is for the verdict to refuse.
  const address = /[a-z]/.test(match[1]) ? match[1] : match[1].toLowerCase();
  return { address, amount, label: label === '' ? null : label };
}

function readFields(query: string): Map<string, string> | null {
  const fields = new Map<string, string>();
  for (const part of query.split('&').filter((field) => field !== '')) {
    const [name, value] = part.split(/=(.*)/s, 2).map(decode);
    const key = name?.toLowerCase();
    if (key === undefined || value === undefined || fields.has(key) || key.startsWith('req-')) return null;
    fields.set(key, value);
  }
  return fields;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function readAmount(text: string | undefined): Motes | null | undefined {
  if (text === undefined) return null;
  const value = Number(text);
  return /^[1-9]\d{0,15}$/.test(text) && isMotes(value) ? value : undefined;
}

/** The link that {@link readLink} reads. */
export function makeLink({ address, amount, label }: PaymentLink): string {
  const fields = [
    ...(amount === null ? [] : [`amount=${amount}`]),
    ...(label === null || label === '' ? [] : [`label=${encodeURIComponent(label)}`]),
  ];
  return `kith:${address}${fields.length > 0 ? '?' : ''}${fields.join('&')}`;
}
