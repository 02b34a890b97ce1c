/** The public keys of a wallet as bytes, for a wallet that watches it: docs/formats/public-keys.md. */
import { cleanName, isName } from '../../../shared/labels.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import { toHex } from '../../core/codec/hex.ts';
import type { Reader } from '../../core/codec/reader.ts';
import { Writer } from '../../core/codec/writer.ts';
import { type Hash, plainSha256 } from '../../core/crypto/hash.ts';
import { KEY_BYTES } from '../../core/primitives/limits.ts';
import { beginChecked, endChecked, readChecked } from '../../storage/checked-binary.ts';

/** Public keys of both chains from index 0 on, 32 bytes each. */
export interface KeyLists {
  readonly receive: Uint8Array;
  readonly change: Uint8Array;
}

export interface PublicKeysFile extends KeyLists {
  readonly network: Hash;
  readonly account: number;
  /** As in the wallet file: a height below which the chain has no payment to these keys, and when that was known. */
  readonly birthday: number;
  readonly createdAt: UnixSeconds;
  /** The name of the wallet, as a suggestion. */
  readonly name: string;
}

export type PublicKeysProblem = 'keys-file-malformed' | 'keys-file-newer';

/** Most keys of each chain in a file. Each costs the reader one comparison per output of the chain at most. */
export const MAX_LISTED_KEYS = 5000;
/** Maximum size in bytes: both lists, and room for the other fields. */
export const MAX_KEYS_FILE_BYTES = 2 * MAX_LISTED_KEYS * KEY_BYTES + 512;

const FORMAT = { magic: Buffer.from('KITHKEY'), format: 1, mostBytes: MAX_KEYS_FILE_BYTES };
const MAX_NAME_BYTES = 256;

export function encodePublicKeys(file: PublicKeysFile): Uint8Array {
  const writer = beginChecked(FORMAT, 1024 + file.receive.length + file.change.length).bytes(file.network);
  writer.u32(file.account).u32(file.birthday).u64(file.createdAt).varbytes(Buffer.from(file.name));
  for (const keys of [file.receive, file.change]) writer.varuint(keys.length / KEY_BYTES).bytes(keys);
  return endChecked(writer);
}

/** Reads a file of public keys. Never throws; checks the size first, then magic, checksum and the rest. */
export function decodePublicKeys(bytes: Uint8Array): PublicKeysFile | PublicKeysProblem {
  const reader = readChecked(FORMAT, bytes);
  if (typeof reader === 'string') return `keys-file-${reader}`;
  const network = reader.bytes(32);
  const [account, birthday, createdAt] = [reader.u32(), reader.u32(), reader.u64()];
  const nameBytes = Buffer.from(reader.varbytes(MAX_NAME_BYTES));
  const [receive, change] = [readKeys(reader), readKeys(reader)];
  if (reader.finish() !== null || receive === null || change === null) return 'keys-file-malformed';
  const name = nameBytes.toString('utf8');
  const isNamed = Buffer.from(name).equals(nameBytes) && name === cleanName(name) && isName(name);
  if (!isNamed || account > 0x7fff_ffff) return 'keys-file-malformed';
  return { network, account, birthday, createdAt, name, receive, change };
}

export const isPublicKeysProblem = (value: PublicKeysFile | PublicKeysProblem): value is PublicKeysProblem =>
  typeof value === 'string';

/**
 * Twenty hex digits that two people compare to know that they have the same keys. They depend on the network and on all keys, and not on
 * the name.
 */
export function fingerprintOf({
  network,
  receive,
  change,
}: Pick<PublicKeysFile, 'network' | 'receive' | 'change'>): string {
  const writer = new Writer(64 + receive.length + change.length).bytes(network);
  return toHex(plainSha256(writer.varbytes(receive).varbytes(change).view()).subarray(0, 10));
}

/** Null unless there are 1 to {@link MAX_LISTED_KEYS} keys, each once. A copy, because a view would keep the file in memory. */
function readKeys(reader: Reader): Uint8Array | null {
  const count = reader.count(KEY_BYTES);
  if (count === 0 || count > MAX_LISTED_KEYS) return null;
  const keys = Uint8Array.from(reader.bytes(count * KEY_BYTES));
  const distinct = new Set(
    Array.from({ length: count }, (_, i) => toHex(keys.subarray(i * KEY_BYTES, (i + 1) * KEY_BYTES))),
  );
  return distinct.size === count ? keys : null;
}
