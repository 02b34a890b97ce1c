import type { Contact } from '../../shared/contract/contacts.ts';
import { contactsByAddress, contactsByGiven } from '../format/contact.ts';
import type { Connection } from './connection.svelte.ts';
import { follow } from './follow.ts';

/** The contacts of this node, live. */
export interface ContactsState {
  /** Sorted by name; null until the first answer. */
  readonly list: readonly Contact[] | null;
  /** The contact with this address; null for none. */
  of(address: string): Contact | null;
  /** The contact to whom this own address was given; null for none. */
  givenTo(address: string): Contact | null;
}

export function createContactsState(connection: Connection): ContactsState {
  let list = $state.raw<readonly Contact[] | null>(null);
  const byAddress = $derived(contactsByAddress(list ?? []));
  const byGiven = $derived(contactsByGiven(list ?? []));
  follow(
    connection,
    (signal) => connection.client.contacts.watch({}, { signal }),
    (contacts) => {
      list = contacts;
    },
  );
  return {
    get list() {
      return list;
    },
    of: (address) => byAddress.get(address) ?? null,
    givenTo: (address) => byGiven.get(address) ?? null,
  };
}
