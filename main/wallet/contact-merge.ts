import { CONTACT_LIMITS } from '../../shared/contract/vocabulary.ts';
import { nameKey } from '../../shared/labels.ts';
import type { StoredContact } from './contacts-file.ts';

/**
 * The contacts with those of a backup added. A contact that is here already, by its id or its name, keeps what it has and
 * gets the addresses that no contact has yet. Nothing is replaced or removed, and no limit is exceeded.
 */
export function mergeContacts(
  known: readonly StoredContact[],
  restored: readonly StoredContact[],
): StoredContact[] {
  const merged = [...known];
  const taken = new Set(known.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
  for (const contact of restored) {
    const fresh = contact.addresses.filter(({ address }) => !taken.has(address));
    const same = merged.findIndex(
      ({ id, name }) => id === contact.id || nameKey(name) === nameKey(contact.name),
    );
    if (same < 0) {
      if (merged.length >= CONTACT_LIMITS.contacts || fresh.length === 0) continue;
      merged.push({ ...contact, addresses: fresh });
    } else {
      const here = merged[same]!;
      const room = Math.max(0, CONTACT_LIMITS.addresses - here.addresses.length);
      merged[same] = { ...here, addresses: [...here.addresses, ...fresh.slice(0, room)] };
    }
    for (const { address } of fresh) taken.add(address);
  }
  return merged;
}
