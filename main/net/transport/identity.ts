import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys';
import type { PrivateKey } from '@libp2p/interface';
import { toHex } from '../../core/codec/hex.ts';
import { crashPoint } from '../../lib/crash-point.ts';
import { NotReadable, readRegularFile } from '../../lib/read-regular.ts';
import { diskRefusal } from '../../lib/disk-failure.ts';
import { codeOf, KithError, messageOf } from '../../lib/errors.ts';
import { numberBelow, type Random } from '../../lib/random.ts';

/** The file with the identity of the node: an Ed25519 key, which has nothing to do with the keys of wallets. */
export const IDENTITY_FILE = 'identity.key';
/** Maximum size of the file in bytes. A key has 68. */
export const MAX_IDENTITY_BYTES = 4096;

/**
 * Reads the key, or creates one (file mode 0600). A file that is not a key is renamed and replaced. The node then has a
 * new peer id and loses only its reputation.
 * @throws {KithError} `identity-unusable`, `disk-full`, `disk-read-only`, `files-exhausted`
 */
export async function readIdentity(
  datadir: string,
  random: Random,
): Promise<{ key: PrivateKey; replaced: boolean }> {
  const file = join(datadir, IDENTITY_FILE);
  const found = await readKey(file);
  if (found instanceof Uint8Array) {
    const key = decodeKey(found);
    if (key !== null) return { key, replaced: false };
    // The suffix is random, so that an earlier file is never overwritten, even if the clock is wrong.
    await rename(file, `${file}.unreadable-${numberBelow(random, 2 ** 32)}`);
  }
  const key = await generateKeyPair('Ed25519');
  await writeKey(file, privateKeyToProtobuf(key), random);
  return { key, replaced: found !== null };
}

async function readKey(file: string): Promise<Uint8Array | null> {
  try {
    return await readRegularFile(file, MAX_IDENTITY_BYTES);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    // Not a regular file, such as a FIFO. It is renamed and replaced like any other file that is not a key.
    if (error instanceof NotReadable) return new Uint8Array(0);
    throw unusable(file, error);
  }
}

function unusable(file: string, error: unknown): KithError {
  const code = diskRefusal(error) ?? 'identity-unusable';
  return new KithError(code, messageOf(error), { cause: error, data: { file } });
}

function decodeKey(bytes: Uint8Array): PrivateKey | null {
  try {
    const key = privateKeyFromProtobuf(bytes);
    return key.type === 'Ed25519' ? key : null;
  } catch {
    return null;
  }
}

async function writeKey(file: string, bytes: Uint8Array, random: Random): Promise<void> {
  const fresh = `${file}.${toHex(random.bytes(4))}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(fresh, bytes, { mode: 0o600, flush: true });
    await rename(fresh, file);
    crashPoint('identity');
  } catch (error) {
    throw unusable(file, error);
  }
}
