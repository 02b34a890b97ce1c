import { MAX_PASSPHRASE_BYTES, MAX_PASSWORD_BYTES } from '../../../shared/password.ts';
import { copySecret, equalBytes, secretBytes } from '../../core/codec/bytes.ts';
import { Reader } from '../../core/codec/reader.ts';
import { Writer } from '../../core/codec/writer.ts';
import { KithError } from '../../lib/errors.ts';
import type { Random } from '../../lib/random.ts';
import {
  deriveKey,
  type KdfParameters,
  NONCE_BYTES,
  open,
  SALT_BYTES,
  seal,
  wipe,
} from '../../workers/vault.ts';
import { isNormal } from './normal-form.ts';
import { type Sealed, sealedHeader, type WalletIdentity } from '../files/wallet-file.ts';

/** The secret from which every key of the wallet is derived. Wipe it after use ({@link wipeSecret}). */
export interface WalletSecret {
  readonly entropy: Uint8Array;
  /** The optional passphrase of BIP-39 as UTF-8 in form NFKD; empty for none. */
  readonly passphrase: Uint8Array;
}

/** The bytes of a passphrase as a {@link WalletSecret} has it. */
export function passphraseBytes(text: string): Uint8Array {
  const normal = text.normalize('NFKD');
  const bytes = secretBytes(Buffer.byteLength(normal));
  new TextEncoder().encodeInto(normal, bytes);
  return bytes;
}

export function wipeSecret({ entropy, passphrase }: WalletSecret): void {
  wipe(entropy);
  wipe(passphrase);
}

export function isSameSecret(a: WalletSecret, b: WalletSecret): boolean {
  return equalBytes(a.entropy, b.entropy) && equalBytes(a.passphrase, b.passphrase);
}

/**
 * Encrypts a secret with a password, a new salt and a new nonce. With the default cost this takes 250 ms and 64 MiB, on
 * another thread.
 */
export async function sealSecret(
  secret: WalletSecret,
  password: string,
  identity: WalletIdentity,
  random: Pick<Random, 'bytes'>,
  kdf: KdfParameters,
): Promise<Sealed> {
  const salt = random.bytes(SALT_BYTES);
  const nonce = random.bytes(NONCE_BYTES);
  const key = await passwordKey(password, salt, kdf);
  const plaintext = encodeSecret(secret);
  try {
    return { kdf, salt, nonce, ciphertext: seal(key, nonce, plaintext, sealedHeader(identity, kdf, salt)) };
  } finally {
    wipe(key);
    wipe(plaintext);
  }
}

/**
 * sealSecret for a file that exists: the result is opened and compared before it is returned, because it replaces the only
 * copies of the secret. Takes twice as long.
 * @throws {KithError} `wallet-seal-wrong` if the computer made an error
 */
export async function sealAgain(
  ...[secret, password, identity, random, kdf]: Parameters<typeof sealSecret>
): Promise<Sealed> {
  const sealed = await sealSecret(secret, password, identity, random, kdf);
  const opened = await openSecret(sealed, password, identity);
  const isSame = opened !== null && isSameSecret(opened, secret);
  if (opened !== null) wipeSecret(opened);
  if (!isSame) throw new KithError('wallet-seal-wrong');
  return sealed;
}

/**
 * Decrypts the secret. Null when the password is wrong or the header was changed; the two cases cannot be
 * distinguished.
 */
export async function openSecret(
  sealed: Sealed,
  password: string,
  identity: WalletIdentity,
): Promise<WalletSecret | null> {
  const key = await passwordKey(password, sealed.salt, sealed.kdf);
  const header = sealedHeader(identity, sealed.kdf, sealed.salt);
  const plaintext = open(key, sealed.nonce, sealed.ciphertext, header);
  wipe(key);
  if (plaintext === null) return null;
  try {
    return decodeSecret(plaintext);
  } finally {
    wipe(plaintext);
  }
}

/** The key that a password gives. The password is normalised first. @throws {KithError} `wallet-password-long` */
export async function passwordKey(
  password: string,
  salt: Uint8Array,
  kdf: KdfParameters,
): Promise<Uint8Array> {
  // Another keyboard may produce other code points for the same password, so it is normalised.
  const bytes = Buffer.from(password.normalize('NFKD'), 'utf8');
  if (bytes.length > MAX_PASSWORD_BYTES)
    throw new KithError('wallet-password-long', 'the password is too long', {
      data: { bytes: bytes.length, most: MAX_PASSWORD_BYTES },
    });
  try {
    return await deriveKey(bytes, salt, kdf);
  } finally {
    bytes.fill(0);
  }
}

// The version and the two byte strings are padded with zeros to a multiple of this, so that the length does not reveal
// the content.
const PADDING_BYTES = 128;
const SECRET_VERSION = 1;

function encodeSecret({ entropy, passphrase }: WalletSecret): Uint8Array {
  // Large enough, so that the writer leaves no smaller buffer behind, which would not be wiped.
  const writer = new Writer(MAX_PASSPHRASE_BYTES + 2 * PADDING_BYTES);
  writer.u8(SECRET_VERSION).varbytes(entropy).varbytes(passphrase);
  writer.bytes(new Uint8Array(PADDING_BYTES - (writer.length % PADDING_BYTES)));
  return writer.view();
}

function decodeSecret(plaintext: Uint8Array): WalletSecret {
  const reader = new Reader(plaintext);
  const version = reader.u8();
  const entropy = copySecret(reader.varbytes(32));
  const passphrase = copySecret(reader.varbytes(MAX_PASSPHRASE_BYTES));
  if (version !== SECRET_VERSION || reader.failed !== null || entropy.length < 16) {
    wipeSecret({ entropy, passphrase });
    throw new KithError('wallet-file-newer', 'the sealed part has a format that this version does not know');
  }
  return { entropy, passphrase: normalized(passphrase) };
}

/** Every version wrote the passphrase in form NFKD; a file of another program may not. Wipes a text that is not in it. */
function normalized(text: Uint8Array<ArrayBuffer>): Uint8Array {
  if (isNormal(text)) return text;
  try {
    return passphraseBytes(Buffer.from(text.buffer).toString('utf8'));
  } finally {
    wipe(text);
  }
}
