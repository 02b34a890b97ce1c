import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { secretBytes } from '../core/codec/bytes.ts';
import { mnemonicToSeed } from '../core/crypto/mnemonic.ts';
import { wipe } from './vault.ts';

const derive = promisify(pbkdf2);

const ROUNDS = 2048;
const SEED_BYTES = 64;
const SALT_PREFIX = 'mnemonic';

/** The first published vector of BIP 39. PBKDF2 of the runtime must give this result. */
const KNOWN_ANSWER = {
  mnemonic: Buffer.from(`${'abandon '.repeat(11)}about`),
  passphrase: Buffer.from('TREZOR'),
  seed:
    'c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e5349553' +
    '1f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04',
} as const;

/**
 * The 64 bytes of `mnemonicToSeed` of the core (BIP 39), computed by PBKDF2 of Node.js on a thread of libuv in about 2
 * ms. The core would block the calling thread for 50 ms; it is used only if the runtime fails the published vector. Both
 * texts are UTF-8 in form NFKD, and no part of them becomes a string. The caller must wipe the result and both texts.
 */
export async function seedOf(mnemonic: Uint8Array, passphrase: Uint8Array): Promise<Uint8Array> {
  const [seed, known] = await Promise.all([
    native(mnemonic, passphrase),
    native(KNOWN_ANSWER.mnemonic, KNOWN_ANSWER.passphrase),
  ]);
  if (known.toString('hex') === KNOWN_ANSWER.seed) return seed;
  wipe(seed);
  return mnemonicToSeed(Buffer.from(mnemonic).toString('utf8'), Buffer.from(passphrase).toString('utf8'));
}

/** The runtime copies both texts for its thread, and overwrites the copies. */
async function native(mnemonic: Uint8Array, passphrase: Uint8Array): Promise<Buffer> {
  const salt = secretBytes(SALT_PREFIX.length + passphrase.length);
  salt.set(Buffer.from(SALT_PREFIX));
  salt.set(passphrase, SALT_PREFIX.length);
  try {
    return await derive(mnemonic, salt, ROUNDS, SEED_BYTES, 'sha512');
  } finally {
    wipe(salt);
  }
}
