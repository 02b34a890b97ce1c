import { type GateCase, speccheckCases, torsionCases } from './gate-cases.ts';

/** A signature check that follows the rule and accepts inputs of any length. */
export type VerifySignature = (key: Uint8Array, signature: Uint8Array, message: Uint8Array) => boolean;

export interface GateResult {
  readonly passed: boolean;
  /** Names of the cases with a result that differs from the rule. */
  readonly failures: readonly string[];
}

/**
 * Tests an implementation with every case in which implementations are known to differ; an exception is a failure.
 * Every runtime runs it at start, because a node with a different rule would follow another chain. About 90 checks.
 */
export function runSignatureGate(verify: VerifySignature): GateResult {
  const failures = gateCases()
    .filter((c) => !matchesCase(verify, c))
    .map((c) => c.name);
  return { passed: failures.length === 0, failures };
}

/**
 * All cases of the gate: the published ones, the torsion cases, and variants of one valid signature with one error
 * each.
 */
export function gateCases(): GateCase[] {
  const torsion = torsionCases();
  return [...speccheckCases(), ...torsion, ...brokenCases(torsion[0]!)];
}

function matchesCase(verify: VerifySignature, c: GateCase): boolean {
  try {
    return verify(c.key, c.signature, c.message) === c.valid;
  } catch {
    return false;
  }
}

function brokenCases(good: GateCase): GateCase[] {
  const broken = (name: string, change: Partial<GateCase>): GateCase => ({
    ...good,
    ...change,
    valid: false,
    name,
  });
  return [
    broken('short key', { key: good.key.subarray(0, 31) }),
    broken('long key', { key: concat(good.key, 1) }),
    broken('no key', { key: new Uint8Array(0) }),
    broken('short signature', { signature: good.signature.subarray(0, 63) }),
    broken('long signature', { signature: concat(good.signature, 1) }),
    broken('no signature', { signature: new Uint8Array(0) }),
    broken('shorter message', { message: good.message.subarray(0, 31) }),
    broken('longer message', { message: concat(good.message, 1) }),
    broken('bit of the key', { key: flip(good.key, 5) }),
    broken('sign of the key', { key: flip(good.key, 255) }),
    broken('bit of R', { signature: flip(good.signature, 5) }),
    broken('sign of R', { signature: flip(good.signature, 255) }),
    broken('bit of S', { signature: flip(good.signature, 256) }),
    broken('bit of the message', { message: flip(good.message, 255) }),
  ];
}

function concat(bytes: Uint8Array, extra: number): Uint8Array {
  const longer = new Uint8Array(bytes.length + extra);
  longer.set(bytes);
  return longer;
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}
