import type { Contact } from '../../shared/contract/contacts.ts';
import { nameKey } from '../../shared/labels.ts';
import { plural } from './number.ts';

/**
 * The contacts that a typed text finds: those whose name begins with it, then those with a word that begins with it, then
 * those with it anywhere in the name, the note or an address. All for an empty text.
 */
export function findContacts(contacts: readonly Contact[], typed: string): readonly Contact[] {
  const wanted = nameKey(typed);
  if (wanted === '') return contacts;
  const ranked = contacts.map((contact) => ({ contact, rank: rankOf(contact, wanted) }));
  return ranked
    .filter(({ rank }) => rank < NO_MATCH)
    .sort((a, b) => a.rank - b.rank)
    .map(({ contact }) => contact);
}

const NO_MATCH = 3;

function rankOf({ name, note, addresses }: Contact, wanted: string): number {
  const key = nameKey(name);
  if (key.startsWith(wanted)) return 0;
  if (key.includes(` ${wanted}`)) return 1;
  const isInside =
    key.includes(wanted) ||
    note.toLowerCase().includes(wanted) ||
    addresses.some(({ address }) => address === wanted);
  return isInside ? 2 : NO_MATCH;
}

/** Whether the address of a contact was paid before, as a sentence. */
export function paidBefore({ addresses }: Contact, address: string): string {
  const paid = addresses.find((each) => each.address === address)?.paidAt ?? null;
  if (paid === null) return 'You have not paid this address yet.';
  return addresses.some(({ paidAt }) => paidAt === null)
    ? 'You have paid this address before, and there is one that you have not paid yet.'
    : 'You have paid this address before. Ask for a new one to keep your payments apart.';
}

/** What a list says about the addresses of a contact. */
export function addressesLine({ addresses }: Contact): string {
  const unpaid = addresses.filter(({ paidAt }) => paidAt === null).length;
  const all = plural(addresses.length, 'address', 'addresses');
  if (unpaid === addresses.length) return `${all}, not paid yet`;
  return unpaid === 0 ? `${all}, paid before` : `${all}, ${unpaid} not paid yet`;
}

/** The contacts by their addresses. */
export const contactsByAddress = (contacts: readonly Contact[]): ReadonlyMap<string, Contact> =>
  new Map(contacts.flatMap((contact) => contact.addresses.map(({ address }) => [address, contact])));

/** The contacts by the own addresses that were given to them. */
export const contactsByGiven = (contacts: readonly Contact[]): ReadonlyMap<string, Contact> =>
  new Map(contacts.flatMap((contact) => contact.given.map((address) => [address, contact])));
