/** SLIP-0010 for Ed25519: a tree of keys with hardened steps only, so that no key can be derived from public keys. */
import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { secretBytes } from '../../core/codec/bytes.ts';

/** One node of the tree: the 32-byte Ed25519 seed, and the 32-byte chain code that derives its children. Secret. */
export interface ExtendedKey {
  readonly key: Uint8Array;
  readonly chainCode: Uint8Array;
}

const HARDENED = 0x8000_0000;
const MASTER = utf8ToBytes('ed25519 seed');

/** The root of the tree for a seed of 16 to 64 bytes. */
export function slip10Master(seed: Uint8Array): ExtendedKey {
  return node(MASTER, seed);
}

/** The hardened child `index'`, 0 ≤ index < 2^31. Throws for another index, which is a bug. */
export function slip10Child(parent: ExtendedKey, index: number): ExtendedKey {
  if (!Number.isInteger(index) || index < 0 || index >= HARDENED)
    throw new RangeError(`not a child index: ${index}`);
  const data = secretBytes(37);
  data.set(parent.key, 1);
  new DataView(data.buffer).setUint32(33, index + HARDENED);
  const child = node(parent.chainCode, data);
  data.fill(0);
  return child;
}

/** The node at a path such as `m/44'/7474'/0'`. Throws a RangeError on anything but hardened steps. */
export function slip10Derive(seed: Uint8Array, path: string): ExtendedKey {
  const steps = parsePath(path);
  if (steps === null) throw new RangeError(`not a hardened path: ${path}`);
  return deriveSteps(slip10Master(seed), steps);
}

/** Derives along several steps. Wipes every node in between, but not the given one. */
export function deriveSteps(from: ExtendedKey, steps: readonly number[]): ExtendedKey {
  let at = from;
  for (const step of steps) {
    const next = slip10Child(at, step);
    if (at !== from) wipeKey(at);
    at = next;
  }
  return at;
}

/** The indices of a path whose every step is hardened (`'`, `h` or `H`), or null. */
export function parsePath(path: string): readonly number[] | null {
  const [root, ...parts] = path.split('/');
  if (root !== 'm') return null;
  const steps = parts.map((part) => (/^\d{1,10}['hH]$/.test(part) ? Number(part.slice(0, -1)) : -1));
  return steps.every((step) => step >= 0 && step < HARDENED) ? steps : null;
}

/** Overwrites the secret halves of a node. */
export function wipeKey(node: ExtendedKey): void {
  node.key.fill(0);
  node.chainCode.fill(0);
}

function node(hmacKey: Uint8Array, data: Uint8Array): ExtendedKey {
  const result = secretBytes(64);
  hmac.create(sha512, hmacKey).update(data).digestInto(result);
  return { key: result.subarray(0, 32), chainCode: result.subarray(32) };
}
