import { isMotes, type Motes } from '../../shared/units.ts';

/** What a payment link asks for. */
export interface PaymentLink {
  readonly address: string;
  readonly amount: Motes | null;
  readonly label: string | null;
}

const MAX_LABEL = 100;

/**
 * Reads `kith:ADDRESS?amount=MOTES&label=…`, or a bare address. Null when it is neither. The address itself is
 * checked by the node. Unknown parts are ignored, parts that break their form make the whole link unreadable:
 * a link must never be paid with an amount other than the one it was made for.
 */
export function readLink(text: string): PaymentLink | null {
  const trimmed = text.trim();
  const match = /^(?:kith:(?:\/\/)?)?([a-z0-9]{8,120})(?:\?(.*))?$/i.exec(trimmed);
  if (!match?.[1]) return null;
  const query = new URLSearchParams(match[2] ?? '');
  const amount = readAmount(query.get('amount'));
  if (amount === undefined) return null;
  const label = query.get('label')?.trim().slice(0, MAX_LABEL);
  return {
    address: match[1].toLowerCase(),
    amount,
    label: label === undefined || label === '' ? null : label,
  };
}

function readAmount(text: string | null): Motes | null | undefined {
  if (text === null) return null;
  const value = Number(text);
  return /^\d{1,16}$/.test(text) && isMotes(value) && value > 0 ? value : undefined;
}

/** The link that {@link readLink} reads. */
export function makeLink(link: PaymentLink): string {
  const query = new URLSearchParams();
  if (link.amount !== null) query.set('amount', String(link.amount));
  if (link.label !== null && link.label !== '') query.set('label', link.label);
  const tail = query.toString().replaceAll('+', '%20');
  return tail === '' ? `kith:${link.address}` : `kith:${link.address}?${tail}`;
}
