import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { publicKeyFromSeed, sign } from '../../core/crypto/ed25519.ts';
import { type Chain, CHAIN, deriveChain, deriveKeySeed, type KeyPath } from '../keys/key-path.ts';
import { wordsOf } from '../../core/crypto/mnemonic.ts';
import { type ExtendedKey, wipeKey } from '../keys/slip10.ts';
import type { Clock } from '../../lib/clock.ts';
import { KithError } from '../../lib/errors.ts';
import { seedOf } from '../../workers/seed.ts';
import { wipe } from '../../workers/vault.ts';
import type { WalletSecret } from './file-secret.ts';

/**
 * Signs with Ed25519 keys of 32-byte seeds (RFC 8032). The default is noble; a native implementation gives the same
 * bytes faster.
 */
export interface Signer {
  publicKey(seed: Uint8Array): Uint8Array;
  sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
}

export const nobleSigner: Signer = { publicKey: publicKeyFromSeed, sign };

export interface KeyDeps {
  readonly signer: Signer;
  readonly clock: Pick<Clock, 'soon'>;
}

/** The private keys of an unlocked wallet. Keeps the nodes of the two chains, never the recovery phrase. */
export interface KeySecrets {
  /** The public keys `from` … `from + count - 1` of a chain, 32 bytes each. Lets the event loop run in between. */
  publicKeys(chain: Chain, from: number, count: number): Promise<Uint8Array>;
  /** The signature, 64 bytes. */
  sign(keyPath: KeyPath, message: Uint8Array): Uint8Array;
  /** Authenticates the public keys of a wallet file and its set-up (HMAC). 32 bytes. */
  mac(receive: Uint8Array, change: Uint8Array, setup?: Uint8Array | null): Uint8Array;
  /** Overwrites all secrets. Later calls throw `wallet-locked`. */
  wipe(): void;
}

/** No list of keys has this length, so that no wallet without a set-up has the same MAC. */
const WITH_SETUP = 0xffff_ffff;

function setupMac(macKey: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  const mac = hmac.create(sha256, macKey);
  for (const length of [WITH_SETUP, ...parts.map((part) => part.length)]) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(length);
    mac.update(bytes);
  }
  for (const part of parts) mac.update(part);
  return mac.digest();
}

const MAC_LABEL = Buffer.from('kith wallet public keys');
/** Number of keys that are derived before the event loop runs: about 10 ms with the slower signer. */
const KEYS_PER_TURN = 20;

/** Derives the keys of a wallet from its secret. A few milliseconds, most of them on another thread. */
export async function deriveSecrets(
  secret: WalletSecret,
  account: number,
  deps: KeyDeps,
): Promise<KeySecrets> {
  const seed = await seedOf(wordsOf(secret.entropy), secret.passphrase);
  const chains: readonly [ExtendedKey, ExtendedKey] = [
    deriveChain(seed, account, CHAIN.receive),
    deriveChain(seed, account, CHAIN.change),
  ];
  const macKey = hmac(sha256, seed, MAC_LABEL);
  wipe(seed);
  return createSecrets(chains, macKey, deps);
}

function createSecrets(
  chains: readonly [ExtendedKey, ExtendedKey],
  macKey: Uint8Array,
  { signer, clock }: KeyDeps,
): KeySecrets {
  let wiped = false;
  const withKey = <T>({ chain, index }: KeyPath, use: (seed: Uint8Array) => T): T => {
    if (wiped) throw new KithError('wallet-locked', 'the wallet was locked in the meantime');
    const seed = deriveKeySeed(chains[chain], index);
    try {
      return use(seed);
    } finally {
      wipe(seed);
    }
  };
  return {
    async publicKeys(chain, from, count) {
      const keys = new Uint8Array(count * 32);
      for (let i = 0; i < count; i++) {
        if (i > 0 && i % KEYS_PER_TURN === 0) await clock.soon();
        keys.set(withKey({ chain, index: from + i }, signer.publicKey), i * 32);
      }
      return keys;
    },
    sign: (keyPath, message) => withKey(keyPath, (seed) => signer.sign(seed, message)),
    mac(receive, change, setup = null) {
      if (setup !== null) return setupMac(macKey, [receive, change, setup]);
      // The length of one list is included, so that no key can be moved from one list to the other.
      const length = Buffer.alloc(4);
      length.writeUInt32LE(receive.length);
      return hmac.create(sha256, macKey).update(length).update(receive).update(change).digest();
    },
    wipe() {
      wiped = true;
      chains.forEach(wipeKey);
      wipe(macKey);
    },
  };
}
