import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { mnemonicToSeed } from '../core/crypto/mnemonic.ts';

const derive = promisify(pbkdf2);

const ROUNDS = 2048;
const SEED_BYTES = 64;

/** The first published vector of BIP 39. PBKDF2 of the runtime must give this result. */
const KNOWN_ANSWER = {
  mnemonic: `${'abandon '.repeat(11)}about`,
  passphrase: 'TREZOR',
  seed:
    'c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e5349553' +
    '1f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04',
} as const;

/**
 * The 64 bytes of `mnemonicToSeed` of the core (BIP 39), computed by PBKDF2 of Node.js on a thread of libuv in about 2
 * ms. The core would block the calling thread for 50 ms; it is used only if the runtime fails the published vector.
 */
export async function seedOf(mnemonic: string, passphrase: string): Promise<Uint8Array> {
  const [seed, known] = await Promise.all([
    native(mnemonic, passphrase),
    native(KNOWN_ANSWER.mnemonic, KNOWN_ANSWER.passphrase),
  ]);
  if (known.toString('hex') === KNOWN_ANSWER.seed) return new Uint8Array(seed);
  return mnemonicToSeed(mnemonic, passphrase);
}

function native(mnemonic: string, passphrase: string): Promise<Buffer> {
  const salt = `mnemonic${passphrase.normalize('NFKD')}`;
  return derive(mnemonic.normalize('NFKD'), salt, ROUNDS, SEED_BYTES, 'sha512');
}
