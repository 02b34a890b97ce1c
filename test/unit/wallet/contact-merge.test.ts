import { expect, test } from 'vitest';
import { CONTACT_LIMITS } from '../../../shared/contract/vocabulary.ts';
import { mergeContacts } from '../../../main/wallet/contact-merge.ts';
import type { StoredContact } from '../../../main/wallet/contacts-file.ts';

const contact = (id: string, name: string, ...addresses: string[]): StoredContact => ({
  id,
  name,
  note: `note of ${id}`,
  createdAt: 1,
  addresses: addresses.map((address) => ({ address, paidAt: null })),
  given: [],
});
const addressesOf = ({ addresses }: StoredContact) => addresses.map(({ address }) => address);

test('contacts of a backup are added, and what is here is never replaced', () => {
  const here = [contact('1', 'Mira', 'a'), contact('2', 'Jo', 'b')];
  const merged = mergeContacts(here, [
    contact('1', 'Mira of old', 'a', 'c'),
    contact('9', 'JO', 'b', 'd'),
    contact('3', 'Ada', 'e'),
    contact('4', 'Thief', 'a'),
  ]);
  expect(merged.map(({ name }) => name)).toEqual(['Mira', 'Jo', 'Ada']);
  expect(merged.map(addressesOf)).toEqual([['a', 'c'], ['b', 'd'], ['e']]);
  expect(merged[0]?.note).toBe('note of 1');
});

test('no limit is exceeded', () => {
  const many = Array.from({ length: CONTACT_LIMITS.contacts }, (_, i) => contact(`x${i}`, `n${i}`, `p${i}`));
  expect(mergeContacts(many, [contact('new', 'New', 'q')])).toHaveLength(CONTACT_LIMITS.contacts);
  const full = contact('1', 'Mira', ...Array.from({ length: CONTACT_LIMITS.addresses }, (_, i) => `a${i}`));
  expect(mergeContacts([full], [contact('1', 'Mira', 'z')]).map(addressesOf)).toEqual([addressesOf(full)]);
  expect(mergeContacts([], many)).toHaveLength(CONTACT_LIMITS.contacts);
});
