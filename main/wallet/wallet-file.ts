/** The format of the wallet file: docs/formats/wallet-file.md. */
import * as z from 'zod';
import { cleanLabel, MAX_LABEL } from '../../shared/labels.ts';
import { fromHex, toHex } from '../core/codec/hex.ts';
import { plainSha256 } from '../core/crypto/hash.ts';
import { isKdfBounded, type KdfParameters, NONCE_BYTES, SALT_BYTES } from '../workers/vault.ts';

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

export interface WalletFile {
  readonly identity: WalletIdentity;
  readonly sealed: Sealed;
  /** Public keys from index 0 on, 32 bytes each. */
  readonly receive: Uint8Array;
  readonly change: Uint8Array;
  /** HMAC over both lists of keys, with a key derived from the secret. 32 bytes. */
  readonly keysMac: Uint8Array;
  /** Number of receiving addresses shown to the user. */
  readonly issued: number;
  /** Labels by address or txid. */
  readonly labels: ReadonlyMap<string, string>;
  /** Whether the user has written down the recovery phrase, and a check of some of its words passed. */
  readonly phraseChecked: boolean;
}

export const FILE_SCHEMA = 2;
/** The schema in the associated data of the encryption; it is older than `phraseChecked`. */
const SEALED_SCHEMA = 1;
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
        kdf: { ...sealed.kdf, salt: toHex(sealed.salt) },
        cipher: { nonce: toHex(sealed.nonce), text: toHex(sealed.ciphertext) },
        receive: toBase64(file.receive),
        change: toBase64(file.change),
        keysMac: toHex(file.keysMac),
        issued: file.issued,
        labels: Object.fromEntries(file.labels),
        phraseChecked: file.phraseChecked,
      },
      null,
      1,
    )}\n`,
  );
  return Buffer.concat([Buffer.from(`${MAGIC} ${FILE_SCHEMA} ${toHex(plainSha256(body))}\n`), body]);
}

/** Reads a wallet file; never throws. Checks the limits of the key derivation before it allocates memory for it. */
export function decodeWalletFile(bytes: Uint8Array): WalletFile | FileProblem {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = text.subarray(0, 100).indexOf(10);
  const match = /^kithwallet (\d{1,5}) ([0-9a-f]{64})$/.exec(
    text.subarray(0, Math.max(end, 0)).toString('latin1'),
  );
  if (!match) return { problem: 'not-a-wallet' };
  if (Number(match[1]) > FILE_SCHEMA) return { problem: 'newer' };
  const body = text.subarray(end + 1);
  if (toHex(plainSha256(body)) !== match[2]) return { problem: 'damaged' };
  return parseBody(body.toString('utf8'), Number(match[1])) ?? { problem: 'damaged' };
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
const hexBytes = (least: number, most: number) =>
  z
    .string()
    .max(most * 2)
    .transform((text) => fromHex(text) ?? new Uint8Array(0))
    .refine((bytes) => bytes.length >= least);
const keys = z
  .string()
  .transform((text) => ({ text, bytes: Uint8Array.from(Buffer.from(text, 'base64')) }))
  .refine(({ text, bytes }) => bytes.length > 0 && bytes.length % 32 === 0 && toBase64(bytes) === text)
  .transform(({ bytes }) => bytes);

const bodySchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  network: z.string().regex(/^[0-9a-f]{64}$/),
  account: z.int().min(0).max(0x7fff_ffff),
  birthday: u32,
  createdAt: z.int().min(0),
  kdf: z.strictObject({
    memoryKiB: z.int(),
    passes: z.int(),
    salt: hexBytes(SALT_BYTES, SALT_BYTES),
  }),
  cipher: z.strictObject({ nonce: hexBytes(NONCE_BYTES, NONCE_BYTES), text: hexBytes(32, 16_384) }),
  receive: keys,
  change: keys,
  keysMac: hexBytes(32, 32),
  issued: z.int().min(1),
  labels: z
    .record(z.string().max(160), z.string().max(MAX_LABEL))
    .refine((labels) => Object.keys(labels).length <= MAX_LABELS),
  phraseChecked: z.boolean().optional(),
});

function parseBody(text: string, schema: number): WalletFile | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = bodySchema.safeParse(json);
  if (!parsed.success) return null;
  const { id, network, account, birthday, createdAt, kdf, cipher, labels, phraseChecked, ...rest } =
    parsed.data;
  // Schema 1 had no such field: no wallet existed before its phrase was shown.
  if ((phraseChecked === undefined) !== (schema === 1)) return null;
  const cost = { memoryKiB: kdf.memoryKiB, passes: kdf.passes };
  if (!isKdfBounded(cost) || rest.issued * 32 > rest.receive.length) return null;
  return {
    identity: { id, network, account, birthday, createdAt },
    sealed: { kdf: cost, salt: kdf.salt, nonce: cipher.nonce, ciphertext: cipher.text },
    ...rest,
    phraseChecked: phraseChecked ?? true,
    // The file may come from an earlier version or another program. Labels are displayed, so they are cleaned here.
    labels: new Map(
      Object.entries(labels)
        .map(([subject, label]) => [subject, labelOf(label)] as const)
        .filter(([, label]) => label !== ''),
    ),
  };
}

// Normalisation may lengthen a text, and a file with a label that is too long could not be read again.
const labelOf = (text: string): string => cleanLabel(text).slice(0, MAX_LABEL).toWellFormed();

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
