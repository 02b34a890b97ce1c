import { bytesOf, numberOf, readFields, writeFields } from '../protocol/protobuf.ts';

/** AutoNAT 1 of the libp2p specification. The client asks to be dialled, and the server reports the result. */
export const DIAL_BACK_PROTOCOL = '/libp2p/autonat/1.0.0';
/** Maximum size of a message in bytes. */
export const DIAL_BACK_CAP = 4096;

export const STATUS = { ok: 0, failed: 100, refused: 101, malformed: 200 } as const;

const TYPE = { dial: 0, response: 1 } as const;

/** A request to be dialled. Addresses and peer id are not decoded yet. */
export interface DialRequest {
  /** The peer id as a multihash. */
  readonly id: Uint8Array;
  readonly addresses: readonly Uint8Array[];
}

export function encodeDialRequest({ id, addresses }: DialRequest): Uint8Array {
  const peer = writeFields([{ number: 1, value: id }, ...addresses.map((value) => ({ number: 2, value }))]);
  const dial = writeFields([{ number: 1, value: peer }]);
  return writeFields([
    { number: 1, value: TYPE.dial },
    { number: 2, value: dial },
  ]);
}

/** Decodes a request. Null when the bytes are not one. */
export function decodeDialRequest(bytes: Uint8Array): DialRequest | null {
  const peer = inside(inside(readFields(bytes), 2), 1);
  const id = peer === null ? undefined : bytesOf(peer, 1)[0];
  return peer === null || id === undefined ? null : { id, addresses: bytesOf(peer, 2) };
}

/** `address` is the address that was dialled. */
export function encodeDialResponse(status: number, address?: Uint8Array): Uint8Array {
  const response = writeFields([
    { number: 1, value: status },
    ...(address === undefined ? [] : [{ number: 3, value: address }]),
  ]);
  return writeFields([
    { number: 1, value: TYPE.response },
    { number: 3, value: response },
  ]);
}

/** Decodes a response. Null when the bytes are not one. */
export function decodeDialResponse(bytes: Uint8Array): { status: number; address: Uint8Array | null } | null {
  const response = inside(readFields(bytes), 3);
  const status = response === null ? null : numberOf(response, 1);
  if (response === null || status === null) return null;
  return { status, address: bytesOf(response, 3)[0] ?? null };
}

function inside(fields: ReturnType<typeof readFields>, number: number): ReturnType<typeof readFields> {
  const found = fields === null ? undefined : bytesOf(fields, number)[0];
  return found === undefined ? null : readFields(found);
}
