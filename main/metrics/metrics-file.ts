/** The metrics file. Byte for byte: docs/formats/metrics-file.md. */
import { METRICS } from '../../shared/contract/vocabulary.ts';
import type { Reader } from '../core/codec/reader.ts';
import { beginChecked, endChecked, readChecked } from '../storage/checked-binary.ts';
import type { RingRows, RingSize } from './metric-ring.ts';

/** The content of one ring, with its size. */
export interface SavedRing extends RingRows {
  readonly size: RingSize;
}

const MAGIC = Uint8Array.from('KITHMTRC', (character) => character.charCodeAt(0));
/** Twice what this version writes: later ones may measure more. */
const MOST_BYTES = 4_000_000;
const CHECKED = { magic: MAGIC, format: 1, mostBytes: MOST_BYTES };
const MOST_COLUMNS = 64;
const MOST_NAME_BYTES = 40;
const MOST_RINGS = 8;

export const MOST_METRICS_FILE_BYTES = MOST_BYTES;

/** The bytes of the rings. Costs about 10 ms for 1 MB. */
export function encodeMetrics(rings: readonly SavedRing[]): Uint8Array {
  const bytes = rings.reduce((sum, { rows }) => sum + rows.length * 4 + 20, 1024);
  const writer = beginChecked(CHECKED, bytes);
  writer.varuint(METRICS.length);
  for (const name of METRICS) writer.varbytes(Buffer.from(name, 'ascii'));
  writer.varuint(rings.length);
  for (const { size, newest, rows } of rings) {
    writer
      .u32(size.seconds)
      .u64(newest)
      .u32(rows.length / METRICS.length)
      .bytes(littleEndian(rows));
  }
  return endChecked(writer);
}

/**
 * The rings of a file, with the columns in the order of METRICS: NaN for metrics that the file does not have, and without those
 * that this version does not know. Never throws.
 */
export function decodeMetrics(bytes: Uint8Array): SavedRing[] | 'malformed' | 'newer' {
  const reader = readChecked(CHECKED, bytes);
  if (typeof reader === 'string') return reader;
  const names = readNames(reader);
  if (names === null) return 'malformed';
  const columns = METRICS.map((name) => names.indexOf(name));
  const rings: SavedRing[] = [];
  const count = reader.varuint();
  if (count > MOST_RINGS) return 'malformed';
  for (let i = 0; i < count; i++) {
    const ring = readRing(reader, names.length, columns);
    if (ring === null) return 'malformed';
    rings.push(ring);
  }
  return reader.finish() === null ? rings : 'malformed';
}

function readNames(reader: Reader): string[] | null {
  const count = reader.varuint();
  if (count === 0 || count > MOST_COLUMNS) return null;
  const names = Array.from({ length: count }, () =>
    Buffer.from(reader.varbytes(MOST_NAME_BYTES)).toString('ascii'),
  );
  return new Set(names).size === count ? names : null;
}

/** `columns`: for each metric of this version its column in the file, -1 for none. */
function readRing(reader: Reader, width: number, columns: readonly number[]): SavedRing | null {
  const seconds = reader.u32();
  const newest = reader.u64();
  const steps = reader.u32();
  if (steps * width * 4 > reader.remaining || steps > newest + 1) return null;
  const bytes = reader.bytes(steps * width * 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const rows = new Float32Array(steps * columns.length);
  for (let step = 0; step < steps; step++) {
    columns.forEach((column, i) => {
      const value = column === -1 ? NaN : view.getFloat32((step * width + column) * 4, true);
      rows[step * columns.length + i] = value;
    });
  }
  return { size: { seconds, capacity: steps }, newest, rows };
}

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setFloat32(i * 4, value, true));
  return bytes;
}
