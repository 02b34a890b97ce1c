/** The format of the wallet file: docs/formats/wallet-file.md. */
import * as z from 'zod';
import { cleanLabel, MAX_LABEL } from '../../../shared/labels.ts';
import { isMotes, type Motes, type UnixSeconds } from '../../../shared/units.ts';
import { toHex } from '../../core/codec/hex.ts';
import type { OutpointKey } from '../../core/primitives/outpoint.ts';
import { decodeChecked, encodeChecked, jsonOf } from './checked-text.ts';
import { base64Field, hexField, networkField, toBase64 } from './file-fields.ts';
import type { KeyLists } from './public-keys-file.ts';
import { decodeSetup, isSetupProblem, MAX_SETUP_BYTES, placeIn } from './setup-file.ts';
import { isKdfBounded, type KdfParameters, NONCE_BYTES, SALT_BYTES } from '../../workers/vault.ts';

/** The encrypted secret, and the parameters needed to decrypt it. */
export interface Sealed {
  readonly kdf: KdfParameters;
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** Fields that never change. The encryption authenticates them. */
export interface WalletIdentity {
  /** 8 random bytes as hex. Part of the keys of the records of this wallet in the database. */
  readonly id: string;
  /** The network id, 64 hex digits. */
  readonly network: string;
  readonly account: number;
  /** A height below which the chain contains no payment of this wallet. */
  readonly birthday: number;
  readonly createdAt: number;
}

/** A request to be paid, to one receiving address of the wallet. No two requests have the same address. */
export interface StoredRequest {
  /**
   * Index of the address among the receiving keys. The file has no address here: `keysMac` shows when the keys of the
   * file were replaced, and nothing would show it for an address.
   */
  readonly index: number;
  /** Null: the payer chooses. */
  readonly amount: Motes | null;
  readonly label: string;
  readonly createdAt: UnixSeconds;
  /** 0 for never. */
  readonly expires: UnixSeconds;
}

export interface WalletFile {
  readonly identity: WalletIdentity;
  /** Null in a watch-only wallet, which has public keys alone. */
  readonly sealed: Sealed | null;
  /** Public keys from index 0 on, 32 bytes each. */
  readonly receive: Uint8Array;
  readonly change: Uint8Array;
  /** HMAC over both lists of keys, with a key derived from the secret. 32 bytes; null without a secret. */
  readonly keysMac: Uint8Array | null;
  /** Number of receiving addresses shown to the user. */
  readonly issued: number;
  /** Labels by address or txid. */
  readonly labels: ReadonlyMap<string, string>;
  /** Whether the user has written down the recovery phrase, and a check of some of its words passed. */
  readonly phraseChecked: boolean;
  /** The set-up file of a shared, savings or inheritance wallet (docs/formats/wallet-setup.md); null for other wallets. */
  readonly setup: Uint8Array | null;
  /** Coins that the user keeps from being spent. They may be spent already. */
  readonly frozen: ReadonlySet<OutpointKey>;
  /** Oldest first. */
  readonly requests: readonly StoredRequest[];
  /** How many times the file was written: of two versions the one with more writes is the newer one. Absent counts as 0. */
  readonly writes?: number | undefined;
}

export const FILE_SCHEMA = 4;
/** The schema in the associated data of the encryption, which has not changed since schema 1. */
const SEALED_SCHEMA = 1;
/** Most outpoints that `frozen` may have. */
export const MAX_FROZEN = 10_000;
/** Most payment requests of a wallet. */
export const MAX_REQUESTS = 2000;
/** Maximum size of a wallet file that is read, in bytes. */
export const MAX_FILE_BYTES = 32_000_000;

export interface FileProblem {
  readonly problem: 'not-a-wallet' | 'newer' | 'damaged';
}

export const isFileProblem = (value: WalletFile | FileProblem): value is FileProblem => 'problem' in value;

/** One line with magic, schema and SHA-256 of the rest. The rest is JSON. */
export function encodeWalletFile(file: WalletFile): Uint8Array {
  const { identity, sealed } = file;
  const body = Buffer.from(
    `${JSON.stringify(
      {
        ...identity,
        kdf: sealed && { ...sealed.kdf, salt: toHex(sealed.salt) },
        cipher: sealed && { nonce: toHex(sealed.nonce), text: toHex(sealed.ciphertext) },
        receive: toBase64(file.receive),
        change: toBase64(file.change),
        keysMac: file.keysMac && toHex(file.keysMac),
        issued: file.issued,
        labels: Object.fromEntries(file.labels),
        phraseChecked: file.phraseChecked,
        setup: file.setup && toBase64(file.setup),
        frozen: [...file.frozen],
        requests: file.requests,
        ...(file.writes === undefined ? {} : { writes: file.writes }),
      },
      null,
      1,
    )}\n`,
  );
  return encodeChecked(MAGIC, FILE_SCHEMA, body);
}

/** Reads a wallet file; never throws. Checks the limits of the key derivation before it allocates memory for it. */
export function decodeWalletFile(bytes: Uint8Array): WalletFile | FileProblem {
  const checked = decodeChecked(MAGIC, FILE_SCHEMA, bytes);
  if (typeof checked === 'string') return { problem: checked === 'foreign' ? 'not-a-wallet' : checked };
  return parseBody(checked.body.toString('utf8'), checked.schema) ?? { problem: 'damaged' };
}

/** The associated data of the encryption: identity and key derivation parameters as one JSON array. */
export function sealedHeader(identity: WalletIdentity, kdf: KdfParameters, salt: Uint8Array): Uint8Array {
  const { id, network, account, birthday, createdAt } = identity;
  return Buffer.from(
    JSON.stringify([
      MAGIC,
      SEALED_SCHEMA,
      id,
      network,
      account,
      birthday,
      createdAt,
      kdf.memoryKiB,
      kdf.passes,
      toHex(salt),
    ]),
  );
}

const MAGIC = 'kithwallet';
const MAX_LABELS = 20_000;

const u32 = z.int().min(0).max(0xffff_ffff);
const unixSeconds = z
  .int()
  .min(0)
  .transform((seconds) => seconds as UnixSeconds);
const keys = base64Field.refine((bytes) => bytes.length % 32 === 0);

const outpoint = z
  .string()
  .regex(/^[0-9a-f]{64}:(0|[1-9]\d{0,9})$/)
  .refine((key) => Number(key.slice(65)) <= 0xffff_ffff)
  .transform((key) => key as OutpointKey);
const isUnique = (values: readonly unknown[]): boolean => new Set(values).size === values.length;
const request = z.strictObject({
  index: u32,
  amount: z
    .int()
    .refine(isMotes)
    .refine((amount) => amount > 0)
    .transform((amount) => amount)
    .nullable(),
  label: z.string().max(MAX_LABEL).transform(labelOf),
  createdAt: unixSeconds,
  expires: unixSeconds,
});

const bodySchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  network: networkField,
  account: z.int().min(0).max(0x7fff_ffff),
  birthday: u32,
  createdAt: z.int().min(0),
  kdf: z
    .strictObject({ memoryKiB: z.int(), passes: z.int(), salt: hexField(SALT_BYTES, SALT_BYTES) })
    .nullable(),
  cipher: z
    .strictObject({ nonce: hexField(NONCE_BYTES, NONCE_BYTES), text: hexField(32, 16_384) })
    .nullable(),
  receive: keys,
  change: keys,
  keysMac: hexField(32, 32).nullable(),
  issued: z.int().min(1),
  labels: z
    .record(z.string().max(160), z.string().max(MAX_LABEL))
    .refine((labels) => Object.keys(labels).length <= MAX_LABELS),
  phraseChecked: z.boolean().optional(),
  setup: z
    .string()
    .max(MAX_SETUP_BYTES * 2)
    .pipe(base64Field)
    .nullable()
    .optional(),
  frozen: z.array(outpoint).max(MAX_FROZEN).refine(isUnique).optional(),
  requests: z
    .array(request)
    .max(MAX_REQUESTS)
    .refine((requests) => isUnique(requests.map(({ index }) => index)))
    .optional(),
  writes: u32.optional(),
});

/** The count for the next version of a file. A file from outside may have the highest one, which stays. */
export const writesAfter = ({ writes = 0 }: Pick<WalletFile, 'writes'>): number =>
  Math.min(MAX_WRITES, writes + 1);

const MAX_WRITES = 0xffff_ffff;

/** Whether the first of two versions of one wallet is older than the second. */
export function isOlder(file: WalletFile, other: WalletFile): boolean {
  return file.identity.id === other.identity.id && (file.writes ?? 0) < (other.writes ?? 0);
}

/** The schema that introduced each field which older files lack. */
const SINCE = { phraseChecked: 2, frozen: 3, requests: 3, setup: 4 } as const;
/** Before this schema every wallet had a secret. */
const WATCH_ONLY_SINCE = 4;

function parseBody(text: string, schema: number): WalletFile | null {
  const parsed = bodySchema.safeParse(jsonOf(text));
  if (!parsed.success) return null;
  const { data } = parsed;
  const isOfSchema = Object.entries(SINCE).every(
    ([field, since]) => (data[field as keyof typeof SINCE] !== undefined) === schema >= since,
  );
  if (!isOfSchema) return null;
  const { id, network, account, birthday, createdAt, kdf, cipher, ...rest } = data;
  const keyCount = rest.receive.length / 32;
  const { labels, phraseChecked, frozen, requests = [], setup = null } = rest;
  if (rest.issued > keyCount || requests.some(({ index }) => index >= keyCount)) return null;
  const sealed = kdf === null || cipher === null ? null : sealedOf(kdf, cipher);
  const hasSecret = sealed !== null && rest.keysMac !== null && rest.change.length > 0;
  const isWatchOnly = schema >= WATCH_ONLY_SINCE && kdf === null && cipher === null && rest.keysMac === null;
  if (!hasSecret && !(isWatchOnly && setup === null)) return null;
  if (setup !== null && !isInSetup(setup, rest)) return null;
  return {
    identity: { id, network, account, birthday, createdAt },
    sealed,
    ...rest,
    // Before schema 2 no wallet existed before its phrase was shown.
    phraseChecked: phraseChecked ?? true,
    frozen: new Set(frozen),
    requests,
    setup,
    // The file may come from an earlier version or another program. Labels are displayed, so they are cleaned here.
    labels: new Map(
      Object.entries(labels)
        .map(([subject, label]) => [subject, labelOf(label)] as const)
        .filter(([, label]) => label !== ''),
    ),
  };
}

function isInSetup(setup: Uint8Array, keys: KeyLists): boolean {
  const file = decodeSetup(setup);
  return !isSetupProblem(file) && placeIn(file, keys) >= 0;
}

/** Null if the key derivation costs less or more than allowed. */
function sealedOf(
  { salt, ...kdf }: KdfParameters & { readonly salt: Uint8Array },
  { nonce, text }: { readonly nonce: Uint8Array; readonly text: Uint8Array },
): Sealed | null {
  return isKdfBounded(kdf) ? { kdf, salt, nonce, ciphertext: text } : null;
}

// Normalisation may lengthen a text, and a file with a label that is too long could not be read again.
function labelOf(text: string): string {
  return cleanLabel(text).slice(0, MAX_LABEL).toWellFormed();
}
