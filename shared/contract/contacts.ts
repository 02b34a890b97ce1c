import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { address, contactId, contactName, contactNote, done, nothing, unixSeconds } from './fields.ts';
import { CONTACT_LIMITS } from './vocabulary.ts';

const { addresses, given } = CONTACT_LIMITS;

/** A person or shop that the user pays or is paid by. */
export const contact = z.object({
  /** 16 hex digits; it stays when the contact is renamed. */
  id: contactId,
  name: z.string(),
  note: z.string(),
  /** In the order in which the user entered them. */
  addresses: z.array(
    z.object({
      address: z.string(),
      /** When a wallet of this node last sent a payment to it; null if it never did. */
      paidAt: unixSeconds.nullable(),
    }),
  ),
  /** The address to pay next: the first that was not paid yet, otherwise the one that was paid longest ago. */
  next: z.string(),
  /** Own addresses that the user gave to this contact: payments to them count as received from the contact. */
  given: z.array(z.string()),
  createdAt: unixSeconds,
});

export const givenContact = z.strictObject({
  /** The contact to change; a new one if it is left out. */
  id: contactId.optional(),
  name: contactName,
  addresses: z
    .array(address)
    .min(1, 'name at least one address')
    .max(addresses, `a contact has at most ${addresses} addresses`),
  /** Left out, those of the contact stay as they are. */
  note: contactNote.optional(),
  given: z.array(address).max(given, `a contact has at most ${given} addresses of yours`).optional(),
});

/** Additions: the contacts of this data directory, shared by all its wallets. */
export const contactsContract = {
  /** Sorted by name. */
  list: oc.input(nothing).output(z.array(contact)),
  /** Adds a contact, or replaces the name and the addresses of the contact with this `id`. */
  put: oc.input(givenContact).output(contact),
  remove: oc.input(z.strictObject({ id: contactId })).output(done),
  /** The list immediately, and later after changes by any client, at most 4 times per second. */
  watch: oc.input(nothing).output(eventIterator(z.array(contact))),
};

export type Contact = z.infer<typeof contact>;
export type GivenContact = Readonly<z.infer<typeof givenContact>>;
