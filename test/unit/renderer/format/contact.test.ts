import { expect, test } from 'vitest';
import type { Contact } from '../../../../shared/contract/contacts.ts';
import { activityOf, contactNames } from '../../../../renderer/format/activity.ts';
import { addressesLine, findContacts, paidBefore } from '../../../../renderer/format/contact.ts';
import { anEntry } from '../entries.ts';

const aContact = (name: string, paid: readonly (number | null)[] = [null], note = ''): Contact => ({
  id: '0'.repeat(16),
  name,
  note,
  createdAt: 1,
  addresses: paid.map((paidAt, i) => ({ address: `${name.toLowerCase()}${i}`, paidAt })),
  next: `${name.toLowerCase()}0`,
  given: [`own-${name.toLowerCase()}`],
});
const CONTACTS = [
  aContact('Anna Mira'),
  aContact('Bo', [null], 'lends the drill'),
  aContact('Mira', [null, 5]),
  aContact('Vladimir'),
];
const namesOf = (typed: string) => findContacts(CONTACTS, typed).map(({ name }) => name);

test('a contact is found by the beginning of its name, a word, a part, its note or a complete address', () => {
  expect(namesOf('')).toEqual(CONTACTS.map(({ name }) => name));
  expect(namesOf('mir')).toEqual(['Mira', 'Anna Mira', 'Vladimir']);
  expect(namesOf('DRILL')).toEqual(['Bo']);
  expect(namesOf('mira1')).toEqual(['Mira']);
  expect(namesOf('nobody')).toEqual([]);
});

test('what was paid before is said', () => {
  const [unpaid, , some] = CONTACTS;
  expect(addressesLine(unpaid!)).toBe('1 address, not paid yet');
  expect(addressesLine(some!)).toBe('2 addresses, 1 not paid yet');
  expect(addressesLine(aContact('X', [1, 2]))).toBe('2 addresses, paid before');
  expect(paidBefore(some!, 'mira0')).toContain('have not paid this address');
  expect(paidBefore(some!, 'mira1')).toContain('one that you have not paid yet');
  expect(paidBefore(aContact('X', [1]), 'x0')).toContain('Ask for a new one');
});

test('activities name the contact that was paid, and the one to whom the address was given', () => {
  const names = contactNames({
    of: (address) => CONTACTS.find((each) => each.addresses.some((one) => one.address === address)) ?? null,
    givenTo: (address) => CONTACTS.find(({ given }) => given.includes(address)) ?? null,
  });
  const partyOf = (parts: Parameters<typeof anEntry>[0]) => {
    const { joint, party, label } = activityOf(anEntry(parts), 100, names);
    return joint + party + (label === '' ? '' : ` (${label})`);
  };
  expect(partyOf({ kind: 'sent', addresses: ['bo0'], label: 'drill' })).toBe(' to Bo (drill)');
  expect(partyOf({ kind: 'sent', addresses: ['mira0', 'mira1'] })).toBe(' to Mira');
  expect(partyOf({ kind: 'sent', addresses: ['mira0', 'bo0'] })).toBe(' to 2 addresses');
  expect(partyOf({ kind: 'received', addresses: ['own-bo'] })).toBe(' from Bo');
  expect(partyOf({ kind: 'received', addresses: ['other'], label: 'rent' })).toBe(' for rent');
});
