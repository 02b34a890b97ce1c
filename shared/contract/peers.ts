import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import {
  count,
  done,
  height,
  label,
  limit,
  multiaddress,
  nothing,
  notice,
  peerId,
  seconds,
  unixSeconds,
} from './fields.ts';
import { ADDRESS_TYPES, DIRECTIONS, PEER_EVENTS, PEER_KINDS, PEER_SOURCES, SERVICES } from './vocabulary.ts';

export const peer = z.object({
  id: z.string(),
  address: z.string(),
  direction: z.enum(DIRECTIONS),
  kind: z.enum(PEER_KINDS),
  since: unixSeconds,
  /** The software name that the peer sent. */
  version: z.string(),
  /** The height that the peer last claimed. */
  height,
  services: z.array(z.enum(SERVICES)),
  latencyMs: z.number().min(0).nullable(),
  bytesIn: count,
  bytesOut: count,
  /** 0 is good. Violations raise it, and it falls with time (docs/misbehaviour.md). */
  score: z.number(),
  foundBy: z.enum(PEER_SOURCES),
  /**
   * Addition: ISO 3166-1 code of the country of its address, an estimate from data on this computer (`network.countryData`); null
   * for an address that is private, relayed or unknown, and in the first answers, until the node has read that data.
   */
  country: z.string().length(2).nullable(),
  /** Addition: the network group of its address (docs/glossary.md); null if the address has no IP. */
  group: z.string().nullable(),
  /** Addition: where its address leads. */
  addressType: z.enum(ADDRESS_TYPES),
  /** Addition: number of the autonomous system of its address, estimated from the ASN map that the user gave; null without one. */
  asn: count.nullable(),
  /** Addition: its last violation as a sentence; null while its score is 0. */
  fault: notice.nullable(),
});

export const ban = z.object({
  id: z.string().nullable(),
  address: z.string().nullable(),
  until: unixSeconds,
  /** Code of the broken rule, or `manual`. */
  code: z.string(),
  reason: z.string(),
});

/** Addition: an event between this node and a peer. */
export const journalEntry = z.object({
  /** Counts from 1 at the start of the node; a repeated entry gets a new number. */
  number: count,
  time: unixSeconds,
  event: z.enum(PEER_EVENTS),
  /** A peer id, or a host if the event concerns a whole host. */
  id: z.string(),
  address: z.string().nullable(),
  /** The next three fields are null if the entry is not about a peer. */
  direction: z.enum(DIRECTIONS).nullable(),
  kind: z.enum(PEER_KINDS).nullable(),
  foundBy: z.enum(PEER_SOURCES).nullable(),
  /** The code of the violation or of the disconnect, and the sentence for it. */
  code: z.string().nullable(),
  reason: z.string().nullable(),
  /** How often the same event happened in a row with the same peer. */
  times: count,
});

const oneOf = (value: { id?: string | undefined; address?: string | undefined }) =>
  (value.id === undefined) !== (value.address === undefined);
const either = { error: 'give either id or address' };

export const peersContract = {
  list: oc.input(nothing).output(z.array(peer)),
  add: oc.input(z.strictObject({ address: multiaddress })).output(done),
  remove: oc.input(z.strictObject({ id: peerId })).output(done),
  ban: oc
    .input(
      z
        .strictObject({
          id: peerId.optional(),
          address: multiaddress.optional(),
          seconds: seconds.optional(),
          /** Cleaned like a label. */
          reason: label.optional(),
        })
        .refine(oneOf, either),
    )
    .output(done),
  unban: oc
    .input(z.strictObject({ id: peerId.optional(), address: multiaddress.optional() }).refine(oneOf, either))
    .output(done),
  bans: oc.input(nothing).output(z.array(ban)),
  /**
   * Addition: connects, disconnects, refusals, violations and bans, newest first. Only entries with a number above
   * `after`.
   */
  journal: oc
    .input(z.strictObject({ limit, after: count.optional() }).prefault({}))
    .output(z.array(journalEntry)),
  /** Addition: the whole list immediately, and later after changes, at most once per second. */
  watch: oc.input(nothing).output(eventIterator(z.array(peer))),
};

export type Peer = z.infer<typeof peer>;
export type JournalEntry = z.infer<typeof journalEntry>;
export type Ban = z.infer<typeof ban>;
