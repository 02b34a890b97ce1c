/**
 * The subset of protobuf that the small messages of libp2p need: varints and byte strings with a length. Reading never
 * throws, and its cost is bounded by the input. Fields of other kinds are skipped, as protobuf requires.
 */
export interface Field {
  readonly number: number;
  /** A varint below 2^32, or bytes. */
  readonly value: number | Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
/** Maximum number of fields that are read from a message, unless the caller allows more. */
const MAX_FIELDS = 64;

/** The fields of a message in order, at most `most`. Null when the bytes are not protobuf. */
export function readFields(bytes: Uint8Array, most = MAX_FIELDS): Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  while (at < bytes.length && fields.length < most) {
    const tag = readVarint(bytes, at);
    if (tag === null) return null;
    at = tag.end;
    const kind = tag.value & 7;
    if (kind === VARINT || kind === BYTES) {
      const head = readVarint(bytes, at);
      if (head === null) return null;
      at = head.end + (kind === BYTES ? head.value : 0);
      if (at > bytes.length) return null;
      const value = kind === BYTES ? bytes.slice(head.end, at) : head.value;
      fields.push({ number: tag.value >>> 3, value });
    } else if (kind === FIXED64 || kind === FIXED32) at += kind === FIXED64 ? 8 : 4;
    else return null;
  }
  return at <= bytes.length ? fields : null;
}

/** The last varint with this field number, as protobuf specifies. Null when there is none. */
export function numberOf(fields: readonly Field[], number: number): number | null {
  const found = fields.findLast((field) => field.number === number && typeof field.value === 'number');
  return found === undefined ? null : (found.value as number);
}

/** All byte strings with this field number. */
export function bytesOf(fields: readonly Field[], number: number): Uint8Array[] {
  return fields.flatMap((field) =>
    field.number === number && typeof field.value !== 'number' ? [field.value] : [],
  );
}

export function writeFields(fields: readonly Field[]): Uint8Array {
  const parts = fields.flatMap(({ number, value }) =>
    typeof value === 'number'
      ? [writeVarint((number << 3) | VARINT), writeVarint(value)]
      : [writeVarint((number << 3) | BYTES), writeVarint(value.length), value],
  );
  return joined(parts);
}

/** A varint and the offset after it. Null when it is truncated or above 2^32 - 1. */
export function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } | null {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return value <= 0xffff_ffff ? { value, end: start + i + 1 } : null;
  }
  return null;
}

export function writeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Uint8Array.from([...bytes, rest]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
