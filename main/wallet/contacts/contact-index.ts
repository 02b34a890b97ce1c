import { nameKey } from '../../../shared/labels.ts';
import type { StoredContact } from './contacts-file.ts';
import type { WalletContacts } from '../ledger/ports.ts';

/** The contacts, and what is looked up among them. A change makes a new index. */
export interface ContactIndex {
  /** Sorted by name. */
  readonly contacts: readonly StoredContact[];
  readonly byAddress: ReadonlyMap<string, StoredContact>;
  /** By the key of the name. */
  readonly byName: ReadonlyMap<string, StoredContact>;
  /** Addresses of contacts that were paid. */
  readonly paid: ReadonlySet<string>;
  /** The name of the contact by the own address that was given to it. */
  readonly given: ReadonlyMap<string, string>;
}

export function indexContacts(contacts: readonly StoredContact[]): ContactIndex {
  const keyed = contacts.map((contact) => ({ contact, key: nameKey(contact.name) }));
  const sorted = keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ contact }) => contact);
  return {
    contacts: sorted,
    byName: new Map(keyed.map(({ contact, key }) => [key, contact])),
    byAddress: new Map(
      sorted.flatMap((contact) => contact.addresses.map(({ address }) => [address, contact] as const)),
    ),
    paid: new Set(
      sorted.flatMap(({ addresses }) =>
        addresses.filter(({ paidAt }) => paidAt !== null).map(({ address }) => address),
      ),
    ),
    given: new Map(sorted.flatMap(({ name, given }) => given.map((address) => [address, name] as const))),
  };
}

/** The address to pay next: the first that was not paid yet, otherwise the one that was paid longest ago. */
export function nextAddress({ addresses }: Pick<StoredContact, 'addresses'>): string {
  const byAge = [...addresses].sort((a, b) => (a.paidAt ?? -1) - (b.paidAt ?? -1));
  return byAge[0]!.address;
}

/** The outputs of a payment, with the name of the contact that each one pays. */
export function withContacts<Output extends { readonly address: string; readonly change: boolean }>(
  outputs: readonly Output[],
  contacts: Pick<WalletContacts, 'nameOf' | 'isFamiliar'>,
): (Output & { contact?: string; contactIsNew?: true })[] {
  return outputs.map((output) => {
    const contact = output.change ? undefined : contacts.nameOf(output.address);
    if (contact === undefined) return output;
    return contacts.isFamiliar(output.address)
      ? { ...output, contact }
      : { ...output, contact, contactIsNew: true as const };
  });
}
