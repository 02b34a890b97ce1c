import { expect, test } from 'vitest';
import { CONTACT_LIMITS } from '../../../../shared/contract/vocabulary.ts';
import { encodeAddress } from '../../../../main/core/primitives/address.ts';
import { mergeContacts } from '../../../../main/wallet/contacts/contact-merge.ts';
import type { StoredContact } from '../../../../main/wallet/contacts/contacts-file.ts';

const HRP = 'rkith';
const anAddress = (number: number): string => {
  const lock = new Uint8Array(32);
  new DataView(lock.buffer).setUint32(0, number + 1);
  return encodeAddress(HRP, { lockType: 0, lock });
};
const [A, B, C, D, E, OWN, OTHER_OWN] = [1, 2, 3, 4, 5, 8, 9].map(anAddress) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];
const contact = (id: string, name: string, ...addresses: string[]): StoredContact => ({
  id,
  name,
  note: `note of ${id}`,
  createdAt: 1,
  nameIsNew: false,
  addresses: addresses.map((address) => ({ address, paidAt: 77 })),
  given: [],
});
const addressesOf = ({ addresses }: StoredContact) => addresses.map(({ address }) => address);
const isOwn = (address: string) => address === OWN || address === OTHER_OWN;
const merge = (known: readonly StoredContact[], restored: readonly StoredContact[]) =>
  mergeContacts({ hrp: HRP, isOwn }, known, restored);

test('contacts of a backup are added, and those that are here never change', () => {
  const here = [contact('1', 'Mira', A), contact('2', 'Jo', B)];
  const { contacts, added, kept } = merge(here, [
    contact('1', 'Older name', C),
    contact('9', 'JO', D),
    contact('8', 'Мira', C),
    contact('3', 'Ada', E),
    contact('4', 'Thief', A, C),
  ]);
  expect(contacts.slice(0, 2)).toEqual(here);
  expect(contacts.slice(2)).toEqual(added);
  expect(added.map(({ name }) => name)).toEqual(['Ada']);
  expect(added.map(addressesOf)).toEqual([[E]]);
  expect(kept).toEqual(['Jo', 'Mira']);
});

test('a backup does not say what was paid', () => {
  expect(merge([], [contact('1', 'Mira', A)]).added[0]?.nameIsNew).toBe(true);
  expect(merge([], [contact('1', 'Mira', A)]).added[0]?.addresses).toEqual([{ address: A, paidAt: null }]);
});

test('names that are addresses or links, and wrong addresses, are left out', () => {
  const hostile = [
    contact('1', B, A),
    contact('2', `kith:${B}`, C),
    contact('3', `kith:pay ${B}`, C),
    contact('4', 'Mira', D.slice(0, -1)),
  ];
  expect(merge([], hostile)).toEqual({ contacts: [], added: [], kept: [] });
});

test('two contacts of a backup do not share a name, an address or a given address', () => {
  const first = { ...contact('1', 'Mira', A), given: [OWN, C, OTHER_OWN] };
  const here = [{ ...contact('7', 'Jo', E), given: [OTHER_OWN] }];
  const { added, kept } = merge(here, [
    first,
    contact('2', 'mira', B),
    contact('3', 'Ada', A),
    { ...contact('4', 'Eva', D), given: [OWN] },
  ]);
  expect(added.map(({ name, given }) => ({ name, given }))).toEqual([
    { name: 'Mira', given: [OWN] },
    { name: 'Eva', given: [] },
  ]);
  expect(kept).toEqual([]);
});

test('no limit is exceeded', () => {
  const many = Array.from({ length: CONTACT_LIMITS.contacts }, (_, i) =>
    contact(`x${i}`, `name ${i}x`, anAddress(100 + i)),
  );
  const { added } = merge([], [...many, contact('new', 'New', A)]);
  expect(added).toHaveLength(CONTACT_LIMITS.contacts);
  expect(merge(many, [contact('new', 'New', A)]).contacts).toHaveLength(CONTACT_LIMITS.contacts);
});
