import { bytesOf, numberOf, readFields, writeFields } from '../protocol/protobuf.ts';

/** DCUtR as libp2p specifies it: two that talk through a relay agree on a moment to dial each other. */
export const PUNCH_PROTOCOL = '/libp2p/dcutr';
/** A message has no more bytes than this. */
export const PUNCH_CAP = 4096;

export const PUNCH = { connect: 100, sync: 300 } as const;

export interface HolePunchMessage {
  readonly type: number;
  /** Where the sender is seen from outside; still bytes. */
  readonly addresses: readonly Uint8Array[];
}

export function encodeHolePunch({ type, addresses }: HolePunchMessage): Uint8Array {
  return writeFields([{ number: 1, value: type }, ...addresses.map((value) => ({ number: 2, value }))]);
}

/** Null when the bytes are no such message. */
export function decodeHolePunch(bytes: Uint8Array): HolePunchMessage | null {
  const fields = readFields(bytes);
  const type = fields === null ? null : numberOf(fields, 1);
  return fields === null || type === null ? null : { type, addresses: bytesOf(fields, 2) };
}
