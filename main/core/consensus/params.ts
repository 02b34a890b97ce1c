import { type Height, MAX_MOTES, type Motes, toMotes } from '../../../shared/units.ts';
import { Writer } from '../codec/writer.ts';
import { DOMAIN, hash, type Hash } from '../crypto/hash.ts';

/** The consensus parameters of a network, committed to by its genesis block (protocol.md §16). */
export interface ConsensusParams {
  /** Target time between blocks in seconds. */
  readonly spacing: number;
  /** Seconds behind or ahead of schedule that halve or double the difficulty. */
  readonly halfLife: number;
  /** Seconds that a header may be ahead of the local clock. */
  readonly futureLimit: number;
  /** The highest target that is allowed, compact. */
  readonly powLimit: number;
  /** The target of the genesis block, compact. */
  readonly startBits: number;
  /** Memory of one proof-of-work hash. */
  readonly powMemoryKiB: number;
  /** If false, every block has `startBits` (regtest). */
  readonly retarget: boolean;
  /** Blocks before a coinbase can be spent. */
  readonly maturity: number;
  /** Subsidy of the first block, in motes. */
  readonly subsidy: Motes;
  /** Blocks between halvings. */
  readonly halving: number;
  /** Blocks between snapshots of the UTXO set. */
  readonly epoch: number;
  /** Blocks after a snapshot height at which the coinbase must carry its root. */
  readonly delay: number;
  /** Work on top of a snapshot, in hashes, before its coins may be spent. */
  readonly snapshotWork: number;
  /** Blocks of one version-bits period, and how many must signal. */
  readonly bitsPeriod: number;
  readonly bitsThreshold: number;
}

/** The hash in record 0x00 of the genesis coinbase. 32 bytes. */
export function parametersHash(params: ConsensusParams): Hash {
  const writer = new Writer(96);
  writer.varuint(params.spacing).varuint(params.halfLife).varuint(params.futureLimit);
  writer
    .u32(params.powLimit)
    .u32(params.startBits)
    .varuint(params.powMemoryKiB)
    .u8(params.retarget ? 1 : 0);
  writer.varuint(params.maturity).u64(params.subsidy).varuint(params.halving);
  writer.varuint(params.epoch).varuint(params.delay).u64(params.snapshotWork);
  writer.varuint(params.bitsPeriod).varuint(params.bitsThreshold);
  return hash(DOMAIN.parameters, writer.finish());
}

/** The subsidy at `height`, in motes; 0 for genesis. Not computed with `>>`, which wraps after 31 halvings. */
export function subsidyAt(height: Height, params: ConsensusParams): Motes {
  if (height === 0) return toMotes(0);
  return toMotes(Math.floor(params.subsidy / 2 ** Math.floor(height / params.halving)));
}

/** An upper bound of all coins that a network can issue, exact enough to compare it with {@link MAX_MOTES}. */
export function totalEmission(params: ConsensusParams): number {
  let total = 0;
  for (let era = 0, subsidy: number = params.subsidy; subsidy >= 1; era++) {
    total += subsidy * params.halving;
    subsidy = Math.floor(params.subsidy / 2 ** (era + 1));
  }
  return total;
}

interface Range {
  readonly name: keyof ConsensusParams;
  readonly least: number;
  readonly most: number;
}

const RANGES: readonly Range[] = [
  { name: 'spacing', least: 1, most: 3600 },
  { name: 'futureLimit', least: 1, most: 86_400 },
  { name: 'powMemoryKiB', least: 8, most: 8192 },
  { name: 'maturity', least: 1, most: 10_000 },
  { name: 'subsidy', least: 1, most: MAX_MOTES },
  { name: 'halving', least: 1, most: 100_000_000 },
  { name: 'epoch', least: 20, most: 1_000_000 },
  { name: 'delay', least: 1, most: 999_999 },
  { name: 'snapshotWork', least: 0, most: Number.MAX_SAFE_INTEGER },
  { name: 'bitsPeriod', least: 10, most: 1_000_000 },
  { name: 'bitsThreshold', least: 1, most: 1_000_000 },
];

/** A sentence about the first parameter that is out of range, or null. The loader checks compact targets. */
export function checkParams(params: ConsensusParams): string | null {
  for (const { name, least, most } of RANGES) {
    const value = params[name] as number;
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      return `${name} must be a whole number from ${least} to ${most}, not ${String(value)}`;
    }
  }
  if (!Number.isSafeInteger(params.halfLife) || params.halfLife < 10 * params.spacing) {
    return 'halfLife must be at least 10 times the spacing';
  }
  if (params.halfLife > 1000 * params.spacing) return 'halfLife must be at most 1000 times the spacing';
  if (params.delay >= params.epoch) return 'delay must be shorter than epoch';
  if (params.bitsThreshold > params.bitsPeriod) return 'bitsThreshold must not exceed bitsPeriod';
  if (totalEmission(params) > MAX_MOTES) return `all coins together must not exceed ${MAX_MOTES} motes`;
  return null;
}
