import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { type Chain, CHAIN, deriveChain, deriveKeySeed, type KeyPath } from '../keys/key-path.ts';
import { phraseBytes } from '../../core/crypto/mnemonic.ts';
import type { ExtendedKey } from '../keys/slip10.ts';
import type { Clock } from '../../lib/clock.ts';
import { KithError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { seedOf } from '../../workers/seed.ts';
import { wipe } from '../../workers/vault.ts';
import type { WalletSecret } from './file-secret.ts';
import { keyMemory, type SecretBlock } from './locked-memory.ts';
import type { Signer } from './native-signer.ts';

export interface KeyDeps {
  readonly signer: Signer;
  readonly clock: Pick<Clock, 'soon'>;
  /** Gets a warning when the keys cannot be in locked memory. */
  readonly log: Pick<Log, 'warn'>;
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

const lockedMeanwhile = () => new KithError('wallet-locked', 'the wallet was locked in the meantime');

const MAC_LABEL = Buffer.from('kith wallet public keys');
/** Number of keys that are derived before the event loop runs: about 10 ms with the slower signer. */
const KEYS_PER_TURN = 20;

/** Derives the keys of a wallet from its secret. A few milliseconds, most of them on another thread. */
export async function deriveSecrets(
  secret: WalletSecret,
  account: number,
  deps: KeyDeps,
): Promise<KeySecrets> {
  const phrase = phraseBytes(secret.entropy);
  const seed = await seedOf(phrase, secret.passphrase).finally(() => wipe(phrase));
  try {
    return createSecrets(keepKeys(seed, account, deps.log), deps);
  } finally {
    wipe(seed);
  }
}

/** The secrets that stay while a wallet is unlocked. All are parts of one block of locked memory. */
interface KeptKeys {
  readonly chains: readonly [ExtendedKey, ExtendedKey];
  readonly macKey: Uint8Array;
  release(): void;
}

const HALF_BYTES = 32;

function keepKeys(seed: Uint8Array, account: number, log: KeyDeps['log']): KeptKeys {
  const block = keyMemory().take(5 * HALF_BYTES, log);
  const chains = [
    keptChain(block, 0, deriveChain(seed, account, CHAIN.receive)),
    keptChain(block, 2, deriveChain(seed, account, CHAIN.change)),
  ] as const;
  const macKey = block.bytes.subarray(4 * HALF_BYTES);
  hmac.create(sha256, seed).update(MAC_LABEL).digestInto(macKey);
  return { chains, macKey, release: block.release };
}

function keptChain(block: SecretBlock, at: number, { key, chainCode }: ExtendedKey): ExtendedKey {
  return { key: keptPart(block, at, key), chainCode: keptPart(block, at + 1, chainCode) };
}

/** Moves 32 bytes into the block. */
function keptPart(block: SecretBlock, at: number, secret: Uint8Array): Uint8Array {
  const part = block.bytes.subarray(at * HALF_BYTES, (at + 1) * HALF_BYTES);
  part.set(secret);
  wipe(secret);
  return part;
}

function createSecrets(
  { chains, macKey, release }: KeptKeys,
  { signer, clock }: Pick<KeyDeps, 'signer' | 'clock'>,
): KeySecrets {
  let wiped = false;
  const withKey = <T>({ chain, index }: KeyPath, use: (seed: Uint8Array) => T): T => {
    if (wiped) throw lockedMeanwhile();
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
      if (wiped) throw lockedMeanwhile();
      if (setup !== null) return setupMac(macKey, [receive, change, setup]);
      // The length of one list is included, so that no key can be moved from one list to the other.
      const length = Buffer.alloc(4);
      length.writeUInt32LE(receive.length);
      return hmac.create(sha256, macKey).update(length).update(receive).update(change).digest();
    },
    wipe() {
      wiped = true;
      release();
    },
  };
}
