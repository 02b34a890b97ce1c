import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../main/core/codec/hex.ts';
import { publicKeyFromSeed, sign, verifyReference } from '../../../main/core/crypto/ed25519.ts';
import { createSignatureEngine, verifyWithLibsodium } from '../../../main/workers/signature.ts';
import { createFastSigner } from '../../support/chain/fast-sign.ts';
import { createRandom } from '../../support/random.ts';
import { readSharedData } from '../../support/shared-data.ts';
import { nextSignatureCase, type SignatureCase } from '../../support/chain/signature-mutations.ts';

/** More with `KITH_SIGNATURES=1000000`, another run with `KITH_SEED=7`. */
const COUNT = Math.max(2000, Number(process.env['KITH_SIGNATURES'] ?? 0));
const SEED = Number(process.env['KITH_SEED'] ?? 1);

describe('the engine', () => {
  test('the engine is libsodium, which passes the gate', async () => {
    expect(await createSignatureEngine()).toEqual({ engine: 'libsodium', verify: verifyWithLibsodium });
  });

  test('falls back to the reference and says why', async () => {
    const lenient = (key: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean =>
      verifyWithLibsodium(key.subarray(0, 32), signature.subarray(0, 64), message);
    const { engine, reason, verify } = await createSignatureEngine(lenient);
    expect(engine).toBe('reference');
    expect(reason).toBe('libsodium differs from the signature rule in: long key, long signature');
    expect(verify).toBe(verifyReference);
  });
});

test('libsodium signs as core does', () => {
  const [seed, message] = [createRandom(3).bytes(32), createRandom(4).bytes(32)];
  const signer = createFastSigner(seed);
  expect(signer.key).toEqual(publicKeyFromSeed(seed));
  expect(signer.sign(message)).toEqual(sign(seed, message));
});

describe('libsodium against the reference', () => {
  test(
    `judges ${COUNT} signatures on the edge of the rule the same (seed ${SEED})`,
    () => {
      const random = createRandom(SEED);
      const valid = new Map<string, number>();
      for (let i = 0; i < COUNT; i++) {
        const c = nextSignatureCase(random);
        const expected = verifyReference(c.key, c.signature, c.message);
        if (verifyWithLibsodium(c.key, c.signature, c.message) !== expected)
          expect.fail(describeCase(c, i, expected));
        if (expected) valid.set(c.kind, (valid.get(c.kind) ?? 0) + 1);
      }
      // Were no mixed point valid, the cases would be too blunt to tell two rules apart.
      expect([...valid.keys()].sort()).toEqual(['torsion', 'valid']);
    },
    Math.max(60_000, COUNT * 20),
  );

  test('zip215: all 196 are invalid', ({ skip }) => {
    const file = readSharedData('vectors/ed25519-zip215.json');
    if (file === null) return skip('the shared data folder is missing');
    const cases = JSON.parse(file) as { vk_bytes: string; sig_bytes: string }[];
    const message = new TextEncoder().encode('Zcash');
    expect(cases).toHaveLength(196);
    for (const c of cases)
      expect(verifyWithLibsodium(fromHex(c.vk_bytes)!, fromHex(c.sig_bytes)!, message)).toBe(false);
  });
});

function describeCase(c: SignatureCase, index: number, expected: boolean): string {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  return `seed ${SEED}, case ${index} (${c.kind}) should be ${expected}: ${hex(c.key)} ${hex(c.signature)} ${hex(c.message)}`;
}
