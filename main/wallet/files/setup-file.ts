/** The set-up file of a shared, time-locked or inheritance wallet as bytes: docs/formats/wallet-setup.md. */
import { equalBytes } from '../../core/codec/bytes.ts';
import { toHex } from '../../core/codec/hex.ts';
import { Writer } from '../../core/codec/writer.ts';
import { type Hash, plainSha256 } from '../../core/crypto/hash.ts';
import { KEY_BYTES } from '../../core/primitives/limits.ts';
import { beginChecked, endChecked, readChecked } from '../../storage/checked-binary.ts';
import {
  decodePublicKeys,
  encodePublicKeys,
  isPublicKeysProblem,
  type KeyLists,
  MAX_KEYS_FILE_BYTES,
  type PublicKeysFile,
} from './public-keys-file.ts';
import { MAX_SIGNERS, type WalletPolicy } from './wallet-policy.ts';

/** What a wallet with a policy needs beside a recovery phrase. It contains no secret. */
export interface SetupFile {
  readonly network: Hash;
  readonly kind: WalletPolicy['kind'];
  /** Number of signatures; 1 unless shared. */
  readonly m: number;
  /** The height of the lock; 0 for a shared wallet. */
  readonly height: number;
  /** Shared: ascending by the first receiving key. Savings: the owner. Inheritance: the owner, then the heir. */
  readonly people: readonly PublicKeysFile[];
}

export type SetupProblem = 'setup-file-malformed' | 'setup-file-newer';

/**
 * Fewest keys of each chain from each person. The shortest list counts for all, so that one person with few keys for
 * change would stop the payments of all.
 */
export const MIN_SETUP_KEYS = 100;
/** Most keys of each chain that a set-up takes from each person. */
export const MAX_SETUP_KEYS = 1000;
export const MAX_SETUP_BYTES = 500_000;

const FORMAT = { magic: Buffer.from('KITHSET'), format: 1, mostBytes: MAX_SETUP_BYTES };
const FINGERPRINT_BYTES = 20;
const KINDS = ['shared', 'savings', 'inheritance'] as const;

export function encodeSetup(file: SetupFile): Uint8Array {
  const writer = beginChecked(FORMAT, 4096).bytes(file.network);
  writer.u8(KINDS.indexOf(file.kind)).u8(file.m).u32(file.height).u8(file.people.length);
  for (const person of file.people) writer.varbytes(encodePublicKeys(person));
  return endChecked(writer);
}

/** Reads a set-up file. Never throws; checks the size first, then magic, checksum and the rest. */
export function decodeSetup(bytes: Uint8Array): SetupFile | SetupProblem {
  const reader = readChecked(FORMAT, bytes);
  if (typeof reader === 'string') return `setup-file-${reader}`;
  const network = reader.bytes(32);
  const [kind, m, height, count] = [KINDS[reader.u8()], reader.u8(), reader.u32(), reader.u8()];
  const people: PublicKeysFile[] = [];
  for (let i = 0; i < count && reader.failed === null; i++) {
    const person = decodePublicKeys(reader.varbytes(MAX_KEYS_FILE_BYTES));
    if (isPublicKeysProblem(person))
      return person === 'keys-file-newer' ? 'setup-file-newer' : 'setup-file-malformed';
    people.push(person);
  }
  if (reader.finish() !== null || kind === undefined) return 'setup-file-malformed';
  const file = { network, kind, m, height, people };
  return isSound(file) ? file : 'setup-file-malformed';
}

export const isSetupProblem = (value: SetupFile | SetupProblem): value is SetupProblem =>
  typeof value === 'string';

/** Whether people, m and height are those that the kind allows, and no person is named twice. */
export function isSound({ network, kind, m, height, people }: SetupFile): boolean {
  const firsts = people.map(firstKey);
  const areOfNetwork = people.every((person) => equalBytes(person.network, network));
  const fit = people.every(({ receive, change }) =>
    [receive, change].every(
      ({ length }) => length >= MIN_SETUP_KEYS * KEY_BYTES && length <= MAX_SETUP_KEYS * KEY_BYTES,
    ),
  );
  if (!areOfNetwork || !fit || new Set(firsts).size !== firsts.length) return false;
  if (kind !== 'shared') return m === 1 && height > 0 && people.length === (kind === 'savings' ? 1 : 2);
  const isSorted = firsts.every((key, i) => i === 0 || firsts[i - 1]! < key);
  return (
    isSorted &&
    height === 0 &&
    people.length >= 2 &&
    people.length <= MAX_SIGNERS &&
    m >= 1 &&
    m <= people.length
  );
}

/**
 * Forty hex digits that all people compare: they depend on everything that determines the locks. They are twice as many as
 * those of public keys, because the creator of a set-up chooses a part of what is hashed, and could try keys until two
 * set-ups look alike.
 */
export function setupFingerprint({ network, kind, m, height, people }: SetupFile): string {
  const writer = new Writer(4096).bytes(network).u8(KINDS.indexOf(kind)).u8(m).u32(height);
  for (const { receive, change } of people) writer.varbytes(receive).varbytes(change);
  return toHex(plainSha256(writer.view()).subarray(0, FINGERPRINT_BYTES));
}

/** The policy of one of the people. */
export function policyOf({ kind, m, height, people }: SetupFile, place: number): WalletPolicy {
  const others: KeyLists[] = people
    .filter((_, at) => at !== place)
    .map(({ receive, change }) => ({ receive, change }));
  switch (kind) {
    case 'shared':
      return { kind, m, place, others };
    case 'savings':
      return { kind, height };
    case 'inheritance':
      return { kind, height, role: place === 0 ? 'owner' : 'heir', other: others[0]! };
  }
}

/** The place of the person with these keys among the people; -1 if there is none. */
export const placeIn = ({ people }: SetupFile, keys: KeyLists): number =>
  people.findIndex((person) => firstKey(person) === firstKey(keys));

/** The first receiving key in hex, by which people are distinguished. */
export const firstKey = ({ receive }: KeyLists): string => toHex(receive.subarray(0, KEY_BYTES));
