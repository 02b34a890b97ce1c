import { describe, expect, test } from 'vitest';
import { publicKeyFromSeed, sign } from '../../../main/core/crypto/ed25519.ts';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { lookalikeFinder } from '../../../main/wallet/payments/lookalike.ts';
import { messageHash, verifyMessage } from '../../../main/wallet/signing/signed-message.ts';

describe('signed messages', () => {
  const seed = new Uint8Array(32).fill(3);
  const key = publicKeyFromSeed(seed);
  const network = new Uint8Array(32).fill(9);
  const signature = sign(seed, messageHash(network, 'I am here'));

  test('are valid for their message, key and network only', () => {
    expect(verifyMessage(network, key, 'I am here', signature)).toBe(true);
    expect(verifyMessage(network, key, 'I am there', signature)).toBe(false);
    expect(verifyMessage(new Uint8Array(32), key, 'I am here', signature)).toBe(false);
    expect(verifyMessage(network, publicKeyFromSeed(new Uint8Array(32)), 'I am here', signature)).toBe(false);
    expect(verifyMessage(network, key, 'I am here', new Uint8Array(0))).toBe(false);
  });
  test('do not depend on the Unicode form of an accent', () => {
    expect(messageHash(network, 'caf\u00e9')).toEqual(messageHash(network, 'cafe\u0301'));
  });
});

test('an address with the same ends as a known one is found', () => {
  const address = (fill: number, middle: number) => {
    const lock = new Uint8Array(32).fill(fill);
    lock[16] = middle;
    return encodeAddress('kith', { lockType: 0, lock });
  };
  const known = [address(1, 1), address(2, 2)];
  expect(lookalikeFinder('kith', known)(address(1, 1))).toBeNull();
  expect(lookalikeFinder('kith', known)(address(3, 1))).toBeNull();
  const ends = (text: string) => [text.slice(0, 10), text.slice(-4)];
  const [start, end] = ends(known[0]!);
  const fake = `${start}${'q'.repeat(known[0]!.length - 14)}${end}`;
  expect(lookalikeFinder('kith', [], known)(fake)).toBe(known[0]);
  // Both are known, such as after a payment to the wrong one.
  expect(lookalikeFinder('kith', [fake], known)(fake)).toBe(known[0]);
  let read = 0;
  const counted = (function* () {
    for (const each of known) {
      read++;
      yield each;
    }
  })();
  const find = lookalikeFinder('kith', counted);
  expect([find(fake), find(fake), find(address(3, 1)), read]).toEqual([known[0], known[0], null, 2]);
});
