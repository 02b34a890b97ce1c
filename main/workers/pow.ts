import { hashRawSync } from '@node-rs/argon2';
import { fromHex, toHex } from '../core/codec/hex.ts';
import type { PowHash } from '../core/ports.ts';
import { HEADER_BYTES } from '../core/primitives/limits.ts';
import { KithError } from '../lib/errors.ts';

// The package declares its constants as `const enum`, which type stripping does not support.
const ARGON2ID = 2;
const VERSION_0X13 = 1;

/** Offset of the salt in the header: the first half of the id of the previous block (protocol.md §8). */
const SALT_FROM = 4;
const SALT_TO = 20;

/**
 * The implementation of PowHash of the core: Argon2id v0x13 of the 88 header bytes, 1 pass, 1 lane, 32 bytes. Takes 0.3
 * ms at 1 MiB and blocks this thread.
 */
export const powHash: PowHash = (header, memoryKiB) => {
  // Both are copied, because the header may be in memory that other threads share.
  const digest = hashRawSync(Uint8Array.from(header), {
    algorithm: ARGON2ID,
    version: VERSION_0X13,
    memoryCost: memoryKiB,
    timeCost: 1,
    parallelism: 1,
    outputLen: 32,
    salt: Uint8Array.from(header.subarray(SALT_FROM, SALT_TO)),
  });
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length);
};

/**
 * Headers and their digests: block 1 of protocol.md §20, and 88 zero bytes with the amount of memory that main uses.
 */
const KNOWN_ANSWERS = [
  {
    header:
      '0000002031985d852390016e54b80233fdd6371e1594c60199f45c457a32f1f76f8d703546c1ebec8ee449e7' +
      'd4aeada73788c4059e564c864285e55c4a8fcd836a26dc838530026b00000000ffff7f200100000001000000',
    memoryKiB: 8,
    digest: '24b7f9c921b4f6ac1c0b4b3d2d02dcb0eb84592628befd80c1a38d22cb69ccc8',
  },
  {
    header: '00'.repeat(HEADER_BYTES),
    memoryKiB: 1024,
    digest: '98211aae86cacca3f2d009101e48e51229ef120ae0cc3ef69ee89620ce00e901',
  },
] as const;

/**
 * Checks Argon2id against known answers before any header depends on it. A node with a wrong Argon2id would reject the
 * chain of its network and follow another. There is no slower implementation as for signatures and SHA-256, because a
 * sync would take weeks with one. Takes about 1 ms.
 * @throws {KithError} `pow-hash-wrong`
 */
export function assertPowHash(candidate: PowHash = powHash): void {
  for (const { header, memoryKiB, digest } of KNOWN_ANSWERS) {
    const actual = toHex(candidate(fromHex(header)!, memoryKiB));
    if (actual === digest) continue;
    throw new KithError('pow-hash-wrong', `Argon2id with ${memoryKiB} KiB gives ${actual}, not ${digest}`, {
      data: { memoryKiB },
    });
  }
}
