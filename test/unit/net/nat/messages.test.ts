import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeDialRequest,
  decodeDialResponse,
  encodeDialRequest,
  encodeDialResponse,
  STATUS,
} from '../../../../main/net/nat/autonat-messages.ts';
import { decodeHolePunch, encodeHolePunch, PUNCH } from '../../../../main/net/nat/hole-punching-messages.ts';
import { readFields, readVarint, writeFields, writeVarint } from '../../../../main/net/protocol/protobuf.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('the used subset of protobuf', () => {
  test.each([
    [0, [0]],
    [127, [0x7f]],
    [128, [0x80, 1]],
    [300, [0xac, 2]],
    [0xffff_ffff, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('varint %i', (value, encoded) => {
    expect([...writeVarint(value)]).toEqual(encoded);
    expect(readVarint(bytes(...encoded), 0)).toEqual({ value, end: encoded.length });
  });

  test('a varint that is truncated, or above 2^32 - 1, is refused', () => {
    expect(readVarint(bytes(0x80), 0)).toBeNull();
    expect(readVarint(bytes(0xff, 0xff, 0xff, 0xff, 0x1f), 0)).toBeNull();
    expect(readVarint(bytes(0x80, 0x80, 0x80, 0x80, 0x80, 1), 0)).toBeNull();
  });

  test('fields of other kinds are skipped, groups refused, lengths past the end refused', () => {
    const fixed = bytes(0x0d, 1, 2, 3, 4, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x18, 5);
    expect(readFields(fixed)).toEqual([{ number: 3, value: 5 }]);
    expect(readFields(bytes(0x0b))).toBeNull();
    expect(readFields(bytes(0x0a, 5, 1))).toBeNull();
    expect(readFields(bytes(0x0d, 1))).toBeNull();
  });

  test('written fields are read, and any bytes give fields or null', () => {
    const value = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), fc.uint8Array({ maxLength: 300 }));
    const field = fc.record({ number: fc.integer({ min: 1, max: 1000 }), value });
    fc.assert(
      fc.property(fc.array(field, { maxLength: 20 }), (fields) => {
        expect(readFields(writeFields(fields))).toEqual(fields);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (any) => {
        const fields = readFields(any);
        expect(fields === null || fields.length <= 64).toBe(true);
        for (const decode of [decodeDialRequest, decodeDialResponse, decodeHolePunch]) decode(any);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('messages', () => {
  test('a dial request has the bytes of libp2p', () => {
    const request = { id: bytes(0, 1, 9), addresses: [bytes(4, 44, 1, 0, 2, 6, 0, 1)] };
    const encoded = encodeDialRequest(request);
    expect([...encoded]).toEqual([8, 0, 18, 17, 10, 15, 10, 3, 0, 1, 9, 18, 8, 4, 44, 1, 0, 2, 6, 0, 1]);
    expect(decodeDialRequest(encoded)).toEqual(request);
    expect(decodeDialRequest(encodeDialResponse(STATUS.ok))).toBeNull();
  });

  test('the response has the bytes of libp2p', () => {
    expect([...encodeDialResponse(STATUS.failed)]).toEqual([8, 1, 26, 2, 8, 100]);
    const address = bytes(4, 44, 1, 0, 2);
    expect(decodeDialResponse(encodeDialResponse(STATUS.ok, address))).toEqual({ status: 0, address });
    expect(decodeDialResponse(bytes(8, 1))).toBeNull();
  });

  test('a hole punching message has the bytes of libp2p', () => {
    const message = { type: PUNCH.connect, addresses: [bytes(1, 2, 3)] };
    expect([...encodeHolePunch(message)]).toEqual([8, 100, 18, 3, 1, 2, 3]);
    expect(decodeHolePunch(encodeHolePunch(message))).toEqual(message);
    expect(decodeHolePunch(bytes())).toBeNull();
  });
});
