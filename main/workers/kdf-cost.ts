import { totalmem } from 'node:os';
import { DEFAULT_KDF, deriveKey, type KdfParameters, KDF_LIMITS, SALT_BYTES } from './vault.ts';

/** How long one attempt at a password should take on this computer, in milliseconds. At least 250 ms are promised. */
const WANTED_MS = 350;
/** A wallet file must open on other computers too, so the cost is bounded whatever this one can do. */
const MEMORY_CHOICES_KIB = [262_144, 131_072, KDF_LIMITS.minMemoryKiB] as const;
/** Share of the memory of the computer that one attempt may take. */
const MEMORY_SHARE = 1 / 16;
/** RFC 9106 recommends at least 3 passes where the memory is limited. */
const LEAST_PASSES = 3;
const MEASURED_PASSES = 2;
const KIB = 1024;

export interface MeasureDeps {
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
  readonly memoryBytes?: number;
  /** The function that is measured. */
  readonly derive?: typeof deriveKey;
}

/**
 * Measures this computer, on another thread, and chooses the cost of the password hash: the most memory with which an
 * attempt takes {@link WANTED_MS}, and never less than {@link DEFAULT_KDF}. Takes about 200 ms.
 */
export async function measureKdf({
  monotonic,
  memoryBytes = totalmem(),
  derive = deriveKey,
}: MeasureDeps): Promise<KdfParameters> {
  const salt = new Uint8Array(SALT_BYTES);
  const cost = { memoryKiB: KDF_LIMITS.minMemoryKiB, passes: MEASURED_PASSES };
  const times: number[] = [];
  for (let run = 0; run < 2; run++) {
    const from = monotonic();
    await derive(new Uint8Array(1), salt, cost);
    times.push(monotonic() - from);
  }
  // The faster of two runs: a busy computer must not lead to a cheap hash.
  return chooseKdf(Math.min(...times) / MEASURED_PASSES, memoryBytes);
}

/** The cost for a computer on which one pass over 64 MiB takes `passMs`. */
export function chooseKdf(passMs: number, memoryBytes: number): KdfParameters {
  for (const memoryKiB of MEMORY_CHOICES_KIB) {
    const fits = memoryKiB * KIB <= memoryBytes * MEMORY_SHARE || memoryKiB === KDF_LIMITS.minMemoryKiB;
    const ms = Math.max(passMs, 1) * (memoryKiB / KDF_LIMITS.minMemoryKiB);
    const passes = Math.min(KDF_LIMITS.maxPasses, Math.ceil(WANTED_MS / ms));
    if (!fits || passes < LEAST_PASSES) continue;
    const chosen = { memoryKiB, passes };
    return work(chosen) < work(DEFAULT_KDF) ? DEFAULT_KDF : chosen;
  }
  return DEFAULT_KDF;
}

/** Whether a file is so much cheaper to guess than `wanted` that it is written again. */
export function isWeaker(kdf: KdfParameters, wanted: KdfParameters): boolean {
  // Two measurements of one computer differ by a little.
  return work(kdf) < work(wanted) * 0.7;
}

const work = ({ memoryKiB, passes }: KdfParameters): number => memoryKiB * passes;
