import type { Contact, GivenContact } from '../../../shared/contract/contacts.ts';
import type { Notice } from '../../../shared/contract/fields.ts';
import { CONTACT_LIMITS } from '../../../shared/contract/vocabulary.ts';
import { sentenceFor } from '../../../shared/errors.ts';
import { nameKey } from '../../../shared/labels.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import { toHex } from '../../core/codec/hex.ts';
import { encodeAddress } from '../../core/primitives/address.ts';
import type { Clock } from '../../lib/clock.ts';
import { codeOf, KithError } from '../../lib/errors.ts';
import { createEmitter } from '../../lib/events.ts';
import type { Log } from '../../lib/log.ts';
import { createQueue } from '../../lib/queue.ts';
import type { Random } from '../../lib/random.ts';
import type { Service } from '../../lib/service.ts';
import { type ContactIndex, indexContacts, nextAddress } from './contact-index.ts';
import { isContactName, lookalikeKey } from './contact-names.ts';
import { type MergedContacts, mergeContacts } from './contact-merge.ts';
import { decodeContacts, encodeContacts, type StoredContact } from './contacts-file.ts';
import { type ContactsStore, openContactsStore } from './contacts-store.ts';
import { lookalikeFinder } from '../payments/lookalike.ts';
import type { WalletContacts, WalletNetwork } from '../ledger/ports.ts';
import { readAddress } from '../payments/receivers.ts';

/** The contacts of a data directory. All its wallets share them. */
export interface Contacts extends Service, WalletContacts {
  /** Sorted by name. @throws {KithError} why the contacts cannot be read, see openContactsStore */
  list(): Contact[];
  /**
   * Adds or changes a contact.
   * @throws {KithError} `contact-…`, `contacts-full`, `address-…`, and what openContactsStore throws
   */
  put(contact: GivenContact): Promise<Contact>;
  /** @throws {KithError} `contact-unknown`, and what openContactsStore throws */
  remove(id: string): Promise<void>;
  notices(): readonly Notice[];
  /** Calls the listener after each change; returns a function that removes the listener. */
  onChanged(listener: () => void): () => void;
}

export interface ContactsDeps {
  readonly directory: string;
  readonly network: Pick<WalletNetwork, 'idHex' | 'hrp'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'bytes'>;
  readonly log: Log;
  /** When the wallets of this node last paid these addresses; addresses that they never paid are missing. */
  readonly lastPaid: (addresses: readonly string[]) => Promise<ReadonlyMap<string, UnixSeconds>>;
  /** Whether an address belongs to a wallet of this node. */
  readonly isOwn: (address: string) => boolean;
  /** See replaceFile. */
  readonly fileStep?: ((name: string) => void) | undefined;
}

const QUEUE_LIMIT = 1000;

export function createContacts(deps: ContactsDeps): Contacts {
  const { directory, network, clock, log } = deps;
  const events = createEmitter<{ changed: null }>((error) =>
    log.error('a listener of the contacts failed', { error }),
  );
  const queue = createQueue(QUEUE_LIMIT);
  let store: ContactsStore | null = null;
  let refusal: KithError | null = null;
  let index: ContactIndex = indexContacts([]);
  let views: Contact[] | null = null;

  const opened = (): ContactsStore => {
    if (store === null) throw refusal ?? new KithError('stopping', 'the contacts are not open');
    return store;
  };
  const replace = async (contacts: readonly StoredContact[]) => {
    await opened().write(contacts);
    index = indexContacts(contacts);
    views = null;
    events.emit('changed', null);
  };
  return {
    name: 'contacts',
    async start() {
      try {
        const { idHex } = network;
        store = await openContactsStore({ directory, network: idHex, log, step: deps.fileStep });
        index = indexContacts(store.contacts);
      } catch (error) {
        if (!(error instanceof KithError)) throw error;
        // The node works without its contacts.
        log.error('the contacts cannot be used', { error });
        refusal = error;
      }
    },
    stop: () => queue.close(),
    list() {
      opened();
      // Kept until the next change: the page and its other windows ask for the same list.
      return (views ??= index.contacts.map(viewOf));
    },
    put: (given) =>
      queue.run(async () => {
        opened();
        const contact = await checkedContact(deps, index, given);
        const others = index.contacts.filter(({ id }) => id !== contact.id);
        await replace([...others, contact]);
        return viewOf(contact);
      }),
    remove: (id) =>
      queue.run(async () => {
        opened();
        if (!index.contacts.some((contact) => contact.id === id)) throw new KithError('contact-unknown');
        await replace(index.contacts.filter((contact) => contact.id !== id));
      }),
    notices: () => noticesOf(store, refusal),
    onChanged: (listener) => events.on('changed', listener),
    ...lookups(() => index),
    fileText: () => fileTextOf(network, index),
    mergePreview(text) {
      opened();
      const { added, kept } = merged(deps, index, text);
      return { added: added.length, kept };
    },
    merge: (text) =>
      queue.run(async () => {
        opened();
        const added = await addedBy(deps, index, text);
        if (added.length > 0) await replace([...index.contacts, ...added]);
      }),
    async paid(addresses) {
      const ours = new Set(addresses.filter((address) => index.byAddress.has(address)));
      if (store === null || ours.size === 0) return;
      // The payment was sent. If this cannot be stored, that must not look like a failed payment.
      await queue
        .run(() => replace(withPaid(index.contacts, ours, clock.now())))
        .catch((error: unknown) => log.warn('a payment to a contact could not be noted', { error }));
    },
  };
}

const fileTextOf = ({ idHex }: ContactsDeps['network'], { contacts }: ContactIndex): string | null =>
  contacts.length === 0 ? null : Buffer.from(encodeContacts({ network: idHex, contacts })).toString('utf8');

/** What the wallets look up among the present contacts. */
const lookups = (
  index: () => ContactIndex,
): Pick<
  WalletContacts,
  'nameOf' | 'nextAddressOf' | 'addresses' | 'wasPaid' | 'isFamiliar' | 'hasUnpaid' | 'given'
> => ({
  nameOf: (address) => index().byAddress.get(address)?.name,
  nextAddressOf(name) {
    const found = index().byName.get(nameKey(name));
    return found === undefined ? undefined : nextAddress(found);
  },
  addresses: () => index().byAddress.keys(),
  wasPaid: (address) => index().paid.has(address),
  isFamiliar: (address) => index().paid.has(address) && index().byAddress.get(address)?.nameIsNew === false,
  hasUnpaid: (address) =>
    index()
      .byAddress.get(address)
      ?.addresses.some(({ paidAt }) => paidAt === null) ?? false,
  given: () => index().given,
});

function merged({ network, isOwn }: ContactsDeps, { contacts }: ContactIndex, text: string): MergedContacts {
  const file = decodeContacts(Buffer.from(text, 'utf8'));
  const restored = typeof file === 'string' || file.network !== network.idHex ? [] : file.contacts;
  return mergeContacts({ hrp: network.hrp, isOwn }, contacts, restored);
}

/** The contacts that a backup adds, as they will be stored. */
async function addedBy(deps: ContactsDeps, index: ContactIndex, text: string): Promise<StoredContact[]> {
  const { added } = merged(deps, index, text);
  const paid = await deps.lastPaid(added.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
  const noted = added.map((contact) => ({
    ...contact,
    addresses: contact.addresses.map(({ address }) => ({ address, paidAt: paid.get(address) ?? null })),
  }));
  const file = { network: deps.network.idHex, contacts: [...index.contacts, ...noted] };
  // With a file that the next start could not read, all contacts would be lost.
  if (typeof decodeContacts(encodeContacts(file)) === 'string')
    throw new KithError('internal', 'the contacts of a backup do not fit those that are here');
  return noted;
}

/** The contacts after a payment to some of their addresses. */
function withPaid(
  contacts: readonly StoredContact[],
  paid: ReadonlySet<string>,
  now: UnixSeconds,
): StoredContact[] {
  return contacts.map((contact) => ({
    ...contact,
    nameIsNew: contact.nameIsNew && !contact.addresses.some(({ address }) => paid.has(address)),
    addresses: contact.addresses.map((each) => (paid.has(each.address) ? { ...each, paidAt: now } : each)),
  }));
}

/** The contact as it will be stored. */
async function checkedContact(
  deps: ContactsDeps,
  { contacts, byAddress, given: givenTo }: ContactIndex,
  given: GivenContact,
): Promise<StoredContact> {
  const { hrp } = deps.network;
  const old = given.id === undefined ? undefined : contacts.find(({ id }) => id === given.id);
  if (given.id !== undefined && old === undefined) throw new KithError('contact-unknown');
  if (old === undefined && contacts.length >= CONTACT_LIMITS.contacts)
    throw new KithError('contacts-full', undefined, { data: { most: CONTACT_LIMITS.contacts } });
  const others = contacts.filter((contact) => contact !== old);
  checkName(given.name, hrp, others);
  const addresses = given.addresses.map((address) => encodeAddress(hrp, readAddress(hrp, address)));
  checkFree(addresses, (address) =>
    byAddress.get(address) === old ? undefined : byAddress.get(address)?.name,
  );
  checkLookalikes(hrp, addresses, old, byAddress);
  const own =
    given.given?.map((address) => encodeAddress(hrp, readAddress(hrp, address))) ?? old?.given ?? [];
  const foreign = own.find((address) => !old?.given.includes(address) && !deps.isOwn(address));
  if (foreign !== undefined) throw new KithError('contact-given', undefined, { data: { address: foreign } });
  checkFree(own, (address) => (old?.given.includes(address) ? undefined : givenTo.get(address)));

  const known = new Map(old?.addresses.map(({ address, paidAt }) => [address, paidAt]));
  const paid = await deps.lastPaid(addresses.filter((address) => !known.has(address)));
  return {
    id: old?.id ?? toHex(deps.random.bytes(8)),
    name: given.name,
    note: given.note ?? old?.note ?? '',
    createdAt: old?.createdAt ?? deps.clock.now(),
    nameIsNew: old === undefined || old.nameIsNew || nameKey(old.name) !== nameKey(given.name),
    addresses: addresses.map((address) => ({
      address,
      paidAt: known.get(address) ?? paid.get(address) ?? null,
    })),
    given: own,
  };
}

function checkName(name: string, hrp: string, others: readonly StoredContact[]): void {
  if (!isContactName(name, hrp)) throw new KithError('contact-name');
  const [key, likeness] = [nameKey(name), lookalikeKey(name)];
  const same = others.find((contact) => nameKey(contact.name) === key);
  if (same !== undefined) throw new KithError('contact-name-taken', undefined, { data: { name: same.name } });
  const like = others.find((contact) => lookalikeKey(contact.name) === likeness);
  if (like !== undefined)
    throw new KithError('contact-name-lookalike', undefined, { data: { other: like.name } });
}

/** @throws {KithError} `contact-address-taken` for an address of another contact, and for one that stands there twice */
function checkFree(addresses: readonly string[], ownerOf: (address: string) => string | undefined): void {
  for (const [i, address] of addresses.entries()) {
    const other = ownerOf(address);
    if (other !== undefined || addresses.indexOf(address) !== i)
      throw new KithError('contact-address-taken', undefined, {
        data: { address, ...(other === undefined ? {} : { other }) },
      });
  }
}

/** @throws {KithError} `contact-address-lookalike` for a new address that could be mistaken for one of a contact */
function checkLookalikes(
  hrp: string,
  addresses: readonly string[],
  old: StoredContact | undefined,
  byAddress: ContactIndex['byAddress'],
): void {
  const lookalikeOf = lookalikeFinder(hrp, byAddress.keys(), addresses);
  for (const address of addresses) {
    if (old !== undefined && byAddress.get(address) === old) continue;
    const lookalike = lookalikeOf(address);
    if (lookalike === null) continue;
    const other = byAddress.get(lookalike)?.name;
    throw new KithError('contact-address-lookalike', undefined, {
      data: { address, ...(other === undefined ? {} : { other }) },
    });
  }
}

const viewOf = ({ nameIsNew: _nameIsNew, ...contact }: StoredContact): Contact => ({
  ...contact,
  addresses: [...contact.addresses],
  given: [...contact.given],
  next: nextAddress(contact),
});

function noticesOf(store: ContactsStore | null, refusal: KithError | null): Notice[] {
  const found = refusal === null ? store?.notice : { code: codeOf(refusal)!, ...refusal.data };
  if (found === null || found === undefined) return [];
  return [{ code: found.code, message: sentenceFor(found.code, found) }];
}
