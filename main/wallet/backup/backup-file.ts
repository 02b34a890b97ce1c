/** The format of the backup file: docs/formats/backup-file.md. */
import { promisify } from 'node:util';
import { constants, deflateRaw, inflateRaw } from 'node:zlib';
import * as z from 'zod';
import { fromHex, toHex } from '../../core/codec/hex.ts';
import type { Random } from '../../lib/random.ts';
import {
  isKdfBounded,
  type KdfParameters,
  NONCE_BYTES,
  open,
  SALT_BYTES,
  seal,
  wipe,
} from '../../workers/vault.ts';
import { decodeChecked, encodeChecked, jsonOf } from '../files/checked-text.ts';
import { networkField } from '../files/file-fields.ts';
import { passwordKey } from '../secrets/file-secret.ts';
import { decodeWalletFile, encodeWalletFile, isFileProblem, type WalletFile } from '../files/wallet-file.ts';

/** What a backup file has of one wallet. */
export interface Backup {
  /** The name of the wallet when the backup was made. */
  readonly name: string;
  /** When the backup was made, in unix seconds. */
  readonly madeAt: number;
  readonly file: WalletFile;
  /** The text of the contacts file of the data directory; null if there was none. */
  readonly contacts: string | null;
}

/** What is readable without the password. */
export interface BackupHeader {
  /** The network id, 64 hex digits. */
  readonly network: string;
  readonly kdf: KdfParameters;
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
  /** The associated data of the encryption: the bytes of both lines before the ciphertext, without the checksum. */
  readonly sealedWith: Uint8Array;
  readonly ciphertext: Uint8Array;
}

export interface BackupProblem {
  readonly problem: 'not-a-backup' | 'newer' | 'damaged';
}

export const isBackupProblem = (value: object): value is BackupProblem => 'problem' in value;

export const BACKUP_SUFFIX = '.kithbackup';
export const BACKUP_SCHEMA = 1;
/** Maximum size of a backup file in bytes. */
export const MAX_BACKUP_BYTES = 40_000_000;
/** Maximum size of what is encrypted before it is compressed, in bytes: a wallet file and a contacts file. */
const MAX_PLAIN_BYTES = 64_000_000;
const MAGIC = 'kithbackup';
const MAX_HEADER_BYTES = 1_000;

const deflated = promisify(deflateRaw);
const inflated = promisify(inflateRaw);

/** Encrypts a backup under a password. About 250 ms and 64 MiB, on another thread. */
export async function encodeBackup(
  backup: Backup,
  password: string,
  random: Pick<Random, 'bytes'>,
  kdf: KdfParameters,
): Promise<Uint8Array> {
  const text = JSON.stringify({
    name: backup.name,
    madeAt: backup.madeAt,
    wallet: Buffer.from(encodeWalletFile(backup.file)).toString('utf8'),
    contacts: backup.contacts,
  });
  const plaintext = await deflated(Buffer.from(text, 'utf8'), { level: constants.Z_BEST_COMPRESSION });
  const salt = random.bytes(SALT_BYTES);
  const nonce = random.bytes(NONCE_BYTES);
  const { network } = backup.file.identity;
  const header = Buffer.from(
    `${JSON.stringify({ network, kdf: { ...kdf, salt: toHex(salt) }, nonce: toHex(nonce) })}\n`,
  );
  const key = await passwordKey(password, salt, kdf);
  const ciphertext = seal(key, nonce, plaintext, sealedWith(header));
  wipe(key);
  return encodeChecked(MAGIC, BACKUP_SCHEMA, Buffer.concat([header, ciphertext]));
}

/** Reads everything but the encrypted part; never throws. Checks the cost of the key derivation. */
export function decodeBackup(bytes: Uint8Array): BackupHeader | BackupProblem {
  if (bytes.length > MAX_BACKUP_BYTES) return { problem: 'not-a-backup' };
  const checked = decodeChecked(MAGIC, BACKUP_SCHEMA, bytes);
  if (typeof checked === 'string') return { problem: checked === 'foreign' ? 'not-a-backup' : checked };
  const { body } = checked;
  const length = body.subarray(0, MAX_HEADER_BYTES).indexOf(10) + 1;
  const header = headerSchema.safeParse(jsonOf(body.subarray(0, length).toString('utf8')));
  if (length === 0 || !header.success) return { problem: 'damaged' };
  const { network, nonce, kdf } = header.data;
  const cost = { memoryKiB: kdf.memoryKiB, passes: kdf.passes };
  if (!isKdfBounded(cost)) return { problem: 'damaged' };
  return {
    network,
    kdf: cost,
    salt: kdf.salt,
    nonce,
    sealedWith: sealedWith(body.subarray(0, length)),
    ciphertext: body.subarray(length),
  };
}

/** Decrypts a backup. Null when the password is wrong. */
export async function openBackup(
  header: BackupHeader,
  password: string,
): Promise<Backup | BackupProblem | null> {
  const key = await passwordKey(password, header.salt, header.kdf);
  const plaintext = open(key, header.nonce, header.ciphertext, header.sealedWith);
  wipe(key);
  if (plaintext === null) return null;
  const text = await inflated(plaintext, { maxOutputLength: MAX_PLAIN_BYTES }).catch(() => null);
  const parsed = contentSchema.safeParse(text === null ? null : jsonOf(text.toString('utf8')));
  if (!parsed.success) return { problem: 'damaged' };
  const { wallet, ...rest } = parsed.data;
  const file = decodeWalletFile(Buffer.from(wallet, 'utf8'));
  if (isFileProblem(file)) return { problem: file.problem === 'newer' ? 'newer' : 'damaged' };
  return file.identity.network === header.network ? { ...rest, file } : { problem: 'damaged' };
}

function sealedWith(header: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${MAGIC} ${BACKUP_SCHEMA}\n`), header]);
}

const hexBytes = (length: number) =>
  z
    .string()
    .length(length * 2)
    .regex(/^[0-9a-f]*$/)
    .transform((text) => fromHex(text)!);

const headerSchema = z.strictObject({
  network: networkField,
  kdf: z.strictObject({ memoryKiB: z.int(), passes: z.int(), salt: hexBytes(SALT_BYTES) }),
  nonce: hexBytes(NONCE_BYTES),
});

const contentSchema = z.strictObject({
  name: z.string().min(1).max(400),
  madeAt: z.int().min(0),
  wallet: z.string().min(1),
  contacts: z.string().nullable(),
});
