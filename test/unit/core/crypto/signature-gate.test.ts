import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../main/core/codec/hex.ts';
import { verifyReference } from '../../../../main/core/crypto/ed25519.ts';
import { speccheckCases, torsionCases } from '../../../../main/core/crypto/gate-cases.ts';
import { gateCases, runSignatureGate } from '../../../../main/core/crypto/signature-gate.ts';
import { readSharedData } from '../../../support/shared-data.ts';
import { torsionData } from '../../../support/chain/torsion-cases.ts';

describe('gate cases', () => {
  test('the torsion data is the output of its generator', () => {
    const data = torsionData();
    const cases = torsionCases();
    expect(cases).toHaveLength(64);
    cases.forEach((c, index) => {
      const [i, j] = [index >> 3, index & 7];
      expect(toHex(c.key)).toBe(data.keys[j]);
      expect(toHex(c.signature)).toBe(data.rs[i]! + data.ss[index]!);
      expect(toHex(c.message)).toBe(data.message);
      expect(c.valid).toBe(data.valid[i]![j] === '1');
    });
  });

  test('the speccheck data is what was published', ({ skip }) => {
    const file = readSharedData('vectors/ed25519-speccheck.json');
    if (file === null) return skip('the shared data folder is missing');
    const ours = speccheckCases().map((c) => ({
      message: toHex(c.message),
      pub_key: toHex(c.key),
      signature: toHex(c.signature),
    }));
    expect(ours).toEqual(JSON.parse(file));
  });

  test('names are distinct, some cases are valid and most are not', () => {
    const cases = gateCases();
    expect(new Set(cases.map((c) => c.name)).size).toBe(cases.length);
    expect(cases.filter((c) => c.valid).length).toBe(10);
  });
});

describe('the gate', () => {
  test('passes the reference', () => {
    expect(runSignatureGate(verifyReference)).toEqual({ passed: true, failures: [] });
  });

  test.each([
    ['accepts all', () => true],
    ['refuses all', () => false],
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['ZIP 215', nobleVerify(true)],
    ['RFC 8032 with cofactor', nobleVerify(false)],
    [
      'forgets lengths',
      (k: Uint8Array, s: Uint8Array, m: Uint8Array) => verifyReference(k.slice(0, 32), s.slice(0, 64), m),
    ],
  ])('stops an implementation that %s', (_name, verify) => {
    const result = runSignatureGate(verify);
    expect(result.passed).toBe(false);
    expect(result.failures.length).toBeGreaterThan(0);
  });
});

function nobleVerify(zip215: boolean) {
  return (key: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean => {
    try {
      return ed25519.verify(signature, message, key, { zip215 });
    } catch {
      return false;
    }
  };
}
