/** The format of the file of the contacts: docs/formats/contacts-file.md. */
import * as z from 'zod';
import { CONTACT_LIMITS } from '../../../shared/contract/vocabulary.ts';
import { cleanLabel, cleanNote, MAX_CONTACT_NAME, MAX_NOTE } from '../../../shared/labels.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import { decodeChecked, encodeChecked, jsonOf } from '../files/checked-text.ts';
import { networkField } from '../files/file-fields.ts';

export interface ContactAddress {
  readonly address: string;
  /** When a wallet of this node last sent a payment to it; null if it never did. */
  readonly paidAt: UnixSeconds | null;
}

export interface StoredContact {
  /** 8 random bytes as hex. */
  readonly id: string;
  readonly name: string;
  readonly note: string;
  readonly createdAt: UnixSeconds;
  /** Whether no payment was sent to the contact since it was added or got its present name. */
  readonly nameIsNew: boolean;
  readonly addresses: readonly ContactAddress[];
  /** Own addresses that were given to this contact. */
  readonly given: readonly string[];
}

export interface ContactsFile {
  /** The network id, 64 hex digits. */
  readonly network: string;
  readonly contacts: readonly StoredContact[];
}

export const CONTACTS_SCHEMA = 2;
/** Maximum size of a file that is read, in bytes. */
export const MAX_CONTACTS_BYTES = 16_000_000;
const MAGIC = 'kithcontacts';

/** One line with magic, schema and SHA-256 of the rest. The rest is JSON. */
export function encodeContacts({ network, contacts }: ContactsFile): Uint8Array {
  const body = Buffer.from(`${JSON.stringify({ network, contacts }, null, 1)}\n`);
  return encodeChecked(MAGIC, CONTACTS_SCHEMA, body);
}

/** Reads the file; never throws. */
export function decodeContacts(bytes: Uint8Array): ContactsFile | 'newer' | 'damaged' {
  const file = decodeChecked(MAGIC, CONTACTS_SCHEMA, bytes);
  if (file === 'newer') return file;
  if (typeof file === 'string') return 'damaged';
  const text = file.body.toString('utf8');
  return parseBody(file.schema === 1 ? bodySchema1 : bodySchema, text) ?? 'damaged';
}

const address = z.string().regex(/^[0-9a-z]{1,160}$/);
const unixSeconds = z.int().min(0);
// The file may come from another program. Names and notes are displayed, so they are cleaned here.
const cleaned = (clean: (text: string) => string, most: number) =>
  z
    .string()
    .max(most)
    .transform((text) => clean(text).slice(0, most).toWellFormed());

const contactFields = {
  id: z.string().regex(/^[0-9a-f]{16}$/),
  name: cleaned(cleanLabel, MAX_CONTACT_NAME).pipe(z.string().min(1)),
  note: cleaned(cleanNote, MAX_NOTE),
  createdAt: unixSeconds,
  addresses: z
    .array(z.strictObject({ address, paidAt: unixSeconds.nullable() }))
    .min(1)
    .max(CONTACT_LIMITS.addresses),
  given: z.array(address).max(CONTACT_LIMITS.given),
};
const bodyOf = <Contact extends z.ZodType>(contact: Contact) =>
  z.strictObject({ network: networkField, contacts: z.array(contact).max(CONTACT_LIMITS.contacts) });
const bodySchema = bodyOf(z.strictObject({ ...contactFields, nameIsNew: z.boolean() }));
/** Schema 1 had no `nameIsNew`. A contact that was paid counts as paid under its name, as it did then. */
const bodySchema1 = bodyOf(
  z.strictObject(contactFields).transform((contact) => ({
    ...contact,
    nameIsNew: contact.addresses.every(({ paidAt }) => paidAt === null),
  })),
);

function parseBody(schema: typeof bodySchema | typeof bodySchema1, text: string): ContactsFile | null {
  const parsed = schema.safeParse(jsonOf(text));
  if (!parsed.success) return null;
  const { contacts } = parsed.data;
  const isUnique = (values: readonly string[]) => new Set(values).size === values.length;
  const unique =
    isUnique(contacts.map(({ id }) => id)) &&
    isUnique(contacts.flatMap((contact) => contact.addresses.map((each) => each.address))) &&
    isUnique(contacts.flatMap(({ given }) => given));
  return unique ? parsed.data : null;
}
