/**
 * Fields that several parts of the contract share. The size of every input is limited here, before a handler gets it.
 * Amounts are motes, ids and bytes lowercase hex, times unix seconds, heights integers.
 */
import * as z from 'zod';
import { MAX_PASSWORD_BYTES } from '../password.ts';
import {
  cleanLabel,
  cleanName,
  cleanNote,
  isName,
  MAX_CONTACT_NAME,
  MAX_LABEL,
  MAX_NOTE,
} from '../labels.ts';
import { compact, readPeerAddress } from '../pasted.ts';
import { group } from '../units.ts';

/** Longest transaction in bytes (protocol.md §3). */
const TRANSACTION_BYTES = 100_000;
/** Longest block in bytes (protocol.md §3). */
const BLOCK_BYTES = 1_000_000;
/** More than the maximum supply: 84 000 000 KITH, below 2^53. */
const ALL_MOTES = 8_400_000_000_000_000;
const U32 = 0xffff_ffff;

const hexText = /^(?:[0-9a-f]{2})*$/;
/** Bytes in an input, as hex. */
export const hexOf = (maxBytes: number, what: string) =>
  z
    .string()
    .min(2, `${what} is empty`)
    .max(maxBytes * 2, `${what} is longer than ${maxBytes} bytes`)
    .regex(hexText, `${what} must be lowercase hex, two digits a byte`);

function hex64() {
  return z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits');
}
function upTo(most: number) {
  return z.int().min(0).max(most);
}

/**
 * A text that a user may have pasted. It is cleaned (shared/pasted.ts) before its own limits are checked. The limit
 * here only bounds the work of cleaning.
 */
function pasted(clean: (text: string) => string, tooLong: string) {
  return z.string().max(MAX_PASTED, tooLong).transform(clean);
}
const MAX_PASTED = 8_000;

/** A 32-byte hash in an output: block id, txid, wid, network id. */
export const id = hex64();
/** A 32-byte hash in an input, which may be pasted. */
export const givenId = pasted(compact, 'is too long to be 64 hex digits').pipe(id);
export const transactionHex = hexOf(TRANSACTION_BYTES, 'the transaction');
export const blockHex = hexOf(BLOCK_BYTES, 'the block');
/** Bytes in an output, which needs no limit. */
export const hex = z.string().regex(hexText);
/** Cumulative work: a 256-bit big-endian integer as 64 hex digits, so that text order is number order. */
export const work = hex64();

export const u32 = upTo(U32);
export const height = z
  .int('must be a whole number')
  .min(0, 'must be at least 0, the height of the first block')
  .max(U32, `must be at most ${group(U32)}, the last possible height`);
export const count = z.int().min(0);
export const unixSeconds = z.int().min(0);
/** The amount of an output or a payment: 1 mote to the maximum supply. */
export const amount = z
  .int('must be a whole number of motes')
  .min(1, 'must be at least 1 mote')
  .max(ALL_MOTES, 'is more than all coins that will ever exist');
/** A sum of amounts; may be 0. */
export const total = upTo(ALL_MOTES);
/** The change of a wallet by a payment; negative if it spent. */
export const change = z.int().min(-ALL_MOTES).max(ALL_MOTES);
/** Motes per byte. */
export const feerate = z
  .number()
  .min(0, 'must be at least 0 motes per byte')
  .max(1_000_000_000, `must be at most ${group(1_000_000_000)} motes per byte`);

/** An address of the network; the handler describes the problem of an invalid one. */
export const address = pasted(compact, 'is too long to be an address').pipe(
  z.string().min(1, 'is empty').max(200, 'is too long to be an address'),
);
/**
 * The address of a peer: a multiaddr such as /ip4/127.0.0.1/tcp/21474/p2p/12D3…, or the form in lists, 127.0.0.1:21474.
 */
export const multiaddress = pasted(readPeerAddress, 'is too long to be a multiaddress').pipe(
  z.string().min(1, 'is empty').max(512, 'is too long to be a multiaddress'),
);
export const peerId = pasted(compact, 'is too long to be a peer id').pipe(
  z.string().min(1, 'is empty').max(128, 'is too long to be a peer id'),
);
const NAME_RULE =
  'a wallet name is 1 to 64 letters, digits, spaces, dots, dashes, underscores or apostrophes, and begins with a letter or digit';
export const walletName = pasted(cleanName, NAME_RULE).refine(isName, NAME_RULE);
export const password = z
  .string()
  .min(1, 'the password is empty')
  // Only a first bound; the real limit is in bytes, see `wallet-password-long`.
  .max(MAX_PASSWORD_BYTES, `the password is longer than ${MAX_PASSWORD_BYTES} characters`);
export const label = pasted(cleanLabel, 'a label has at most 200 characters').pipe(
  z.string().max(MAX_LABEL, 'a label has at most 200 characters'),
);
const CONTACT_NAME_RULE = `the name of a contact has 1 to ${MAX_CONTACT_NAME} characters`;
export const contactName = pasted(cleanLabel, CONTACT_NAME_RULE).pipe(
  z.string().min(1, CONTACT_NAME_RULE).max(MAX_CONTACT_NAME, CONTACT_NAME_RULE),
);
const NOTE_RULE = `a note has at most ${MAX_NOTE} characters`;
export const contactNote = pasted(cleanNote, NOTE_RULE).pipe(z.string().max(MAX_NOTE, NOTE_RULE));
export const contactId = z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 lowercase hex digits');
export const seconds = z
  .int('must be a whole number of seconds')
  .min(1, 'must be at least 1 second')
  .max(10 * 365 * 86_400, `must be at most ${group(10 * 365 * 86_400)} seconds, which are ten years`);

/** Number of items to return; 100 by default. */
export const limit = z.int().min(1).max(1000).default(100);

/** A message for the user: a stable code and a sentence. */
export const notice = z.object({ code: z.string(), message: z.string() });

/** The input of a procedure that takes none; an empty object is accepted too. */
export const nothing = z.strictObject({}).optional();
/** The output of a procedure that returns nothing. */
export const done = z.strictObject({});

export type Notice = z.infer<typeof notice>;

export const draft = z.string().min(1).max(128);

export const coinNames = z
  .array(z.strictObject({ txid: givenId, index: u32 }))
  .min(1, 'choose at least one coin')
  .max(1000, 'a payment spends at most 1000 coins');

export const named = z.strictObject({ name: walletName });
