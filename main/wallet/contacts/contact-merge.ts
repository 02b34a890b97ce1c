import { CONTACT_LIMITS } from '../../../shared/contract/vocabulary.ts';
import { nameKey } from '../../../shared/labels.ts';
import { decodeAddress, encodeAddress, isAddressProblem } from '../../core/primitives/address.ts';
import { isContactName, lookalikeKey } from './contact-names.ts';
import { lookalikeFinder } from '../payments/lookalike.ts';
import type { StoredContact } from './contacts-file.ts';

export interface MergedContacts {
  /** Those that are here, unchanged, and the added ones. */
  readonly contacts: readonly StoredContact[];
  readonly added: readonly StoredContact[];
  /** The names of contacts that are here, which the backup has too, or which it would change. */
  readonly kept: readonly string[];
}

/** Whether an address is one of this network as a wallet would write it. */
function isAddress(hrp: string, address: string): boolean {
  const lock = decodeAddress(hrp, address);
  return !isAddressProblem(lock) && encodeAddress(hrp, lock) === address;
}

/**
 * The contacts with those of a backup added. A backup may come from an attacker, who would be paid next if it could add an
 * address to a contact that is here. So a contact that is here is never changed: one with its id, or
 * with its name or address or what looks like them, is left out. The backup does not say either what was paid, or which addresses are own ones.
 */
export function mergeContacts(
  { hrp, isOwn }: { readonly hrp: string; readonly isOwn: (address: string) => boolean },
  known: readonly StoredContact[],
  restored: readonly StoredContact[],
): MergedContacts {
  const lookalikeOf = lookalikeFinder(
    hrp,
    known.flatMap(({ addresses }) => addresses.map(({ address }) => address)),
  );
  const added: StoredContact[] = [];
  const kept = new Set<string>();
  const here = { id: new Map<string, string>(), address: new Map<string, string>() };
  const names = { key: new Map<string, string>(), likeness: new Map<string, string>() };
  const given = new Set(known.flatMap((contact) => contact.given));
  const index = ({ id, name, addresses }: StoredContact) => {
    here.id.set(id, name);
    names.key.set(nameKey(name), name);
    names.likeness.set(lookalikeKey(name), name);
    for (const { address } of addresses) here.address.set(address, name);
  };
  for (const contact of known) index(contact);
  for (const contact of restored) {
    const { id, name, addresses } = contact;
    const others = [
      here.id.get(id),
      names.key.get(nameKey(name)),
      names.likeness.get(lookalikeKey(name)),
      ...addresses.map(
        ({ address }) => here.address.get(address) ?? here.address.get(lookalikeOf(address) ?? ''),
      ),
    ].filter((other) => other !== undefined);
    for (const other of others) kept.add(other);
    const valid = isContactName(name, hrp) && addresses.every(({ address }) => isAddress(hrp, address));
    if (others.length > 0 || !valid || known.length + added.length >= CONTACT_LIMITS.contacts) continue;
    const fresh = {
      ...contact,
      // The file may say that its author was paid.
      nameIsNew: true,
      addresses: addresses.map(({ address }) => ({ address, paidAt: null })),
      given: contact.given.filter((address) => !given.has(address) && isOwn(address)),
    };
    added.push(fresh);
    index(fresh);
    for (const address of fresh.given) given.add(address);
  }
  const inPlace = new Set(known.map(({ name }) => name));
  return {
    contacts: [...known, ...added],
    added,
    kept: [...kept].filter((name) => inPlace.has(name)).sort(),
  };
}
