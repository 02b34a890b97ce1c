import { ClassicLevel } from 'classic-level';
import { toHex } from '../core/codec/hex.ts';
import { crashPoint } from '../lib/crash-point.ts';
import { makePrivateFolder } from '../lib/private-folder.ts';
import { KithError } from '../lib/errors.ts';
import { openRecord, sealPayload } from './checksum.ts';
import { addOutpointTo } from './coin-sum.ts';
import { CorruptError } from './corrupt-error.ts';
import { key, PREFIX, SCHEMA } from './keys.ts';
import { cutLostEnd } from './cut-end.ts';
import { findLevelDamage } from './check-level.ts';
import { entries, type Level, levelFailed, readValue } from './level-access.ts';
import { decodeStateOfSchema1, encodeState } from './state-record.ts';

/** Write buffer of LevelDB in bytes. */
const BUFFER_BYTES = 8 << 20;

const BINARY = { keyEncoding: 'view', valueEncoding: 'view' } as const;

/**
 * Opens the database of a chain: checks that it is intact and of this network, and migrates it to the newest schema.
 * Throws as openChainDb does.
 */
export async function openChainLevel(
  directory: string,
  networkId: Uint8Array,
  bufferBytes = BUFFER_BYTES,
): Promise<Level> {
  const damage = await cutLostEnd(directory)
    .then(() => findLevelDamage(directory))
    .catch((error: unknown) => {
      throw levelFailed(error, 'checking');
    });
  if (damage !== null) throw new CorruptError(damage);
  const level = await openLevel(directory, bufferBytes);
  try {
    await checkIdentity(level, networkId);
  } catch (error) {
    await level.close();
    throw error;
  }
  return level;
}

async function openLevel(directory: string, bufferBytes: number): Promise<Level> {
  makePrivateFolder(directory);
  const level: Level = new ClassicLevel(directory, {
    ...BINARY,
    compression: false,
    cacheSize: 16 << 20,
    maxFileSize: 16 << 20,
    writeBufferSize: bufferBytes,
  });
  try {
    await level.open();
    return level;
  } catch (error) {
    throw levelFailed(error, 'opening');
  }
}

async function checkIdentity(level: Level, networkId: Uint8Array): Promise<void> {
  const schema = readValue(level, key.schema);
  if (schema === undefined) {
    const first = await level.keys({ limit: 1 }).all();
    if (first.length > 0) throw new CorruptError('its schema version is missing');
    const batch = level.batch();
    batch.put(key.schema, sealPayload(key.schema, Uint8Array.of(SCHEMA)));
    batch.put(key.network, sealPayload(key.network, networkId));
    await batch.write({ sync: true });
    crashPoint('schema');
    return;
  }
  const version = openRecord(key.schema, schema)?.[0];
  if (version === undefined) throw new CorruptError('its schema version');
  if (version > SCHEMA) {
    throw new KithError('storage-schema', 'the data was written by a newer version', {
      data: { version, known: SCHEMA },
    });
  }
  const stored = readValue(level, key.network);
  const id = stored && openRecord(key.network, stored);
  if (!id) throw new CorruptError('its network id');
  if (toHex(id) !== toHex(networkId)) {
    throw new KithError('storage-other-network', 'the data belongs to another network', {
      data: { networkId: toHex(id) },
    });
  }
  if (version === 1) await addCoinSum(level);
  if (version === 2) await noteSchema(level);
}

/**
 * Migrates from schema 2 to 3, in which undo records have a second format and the newest are also in the database. Old
 * records stay.
 */
async function noteSchema(level: Level): Promise<void> {
  await level.put(key.schema, sealPayload(key.schema, Uint8Array.of(SCHEMA)), { sync: true });
  crashPoint('schema');
}

/** Migrates from schema 1 to 3: computes the coin sum of the state. Reads all coins once. */
async function addCoinSum(level: Level): Promise<void> {
  const record = readValue(level, key.state);
  const payload = record && openRecord(key.state, record);
  const state = payload && decodeStateOfSchema1(payload);
  if (record !== undefined && !state) throw new CorruptError('its tip');
  let coinSum = 0;
  // The coins of a snapshot that is still being loaded belong to no state.
  if (readValue(level, key.loading) === undefined) {
    for await (const some of entries(level, PREFIX.coin))
      for (const [at] of some) coinSum = addOutpointTo(coinSum, at.subarray(1));
  }
  const batch = level.batch();
  if (state) batch.put(key.state, sealPayload(key.state, encodeState({ ...state, coinSum })));
  batch.put(key.schema, sealPayload(key.schema, Uint8Array.of(SCHEMA)));
  await batch.write({ sync: true });
  crashPoint('schema');
}
