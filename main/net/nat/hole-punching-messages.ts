import { bytesOf, numberOf, readFields, writeFields } from '../protocol/protobuf.ts';

/**
 * DCUtR of the libp2p specification: two peers that are connected through a relay agree on the moment at which they
 * dial each other.
 */
export const PUNCH_PROTOCOL = '/libp2p/dcutr';
/** Maximum size of a message in bytes. */
export const PUNCH_CAP = 4096;

export const PUNCH = { connect: 100, sync: 300 } as const;

export interface HolePunchMessage {
  readonly type: number;
  /** Addresses at which other nodes see the sender; not decoded yet. */
  readonly addresses: readonly Uint8Array[];
}

export function encodeHolePunch({ type, addresses }: HolePunchMessage): Uint8Array {
  return writeFields([{ number: 1, value: type }, ...addresses.map((value) => ({ number: 2, value }))]);
}

/** Decodes a DCUtR message. Null when the bytes are not one. */
export function decodeHolePunch(bytes: Uint8Array): HolePunchMessage | null {
  const fields = readFields(bytes);
  const type = fields === null ? null : numberOf(fields, 1);
  return fields === null || type === null ? null : { type, addresses: bytesOf(fields, 2) };
}
