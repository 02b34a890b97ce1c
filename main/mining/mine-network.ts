import type { UnixSeconds } from '../../shared/units.ts';
import { toMotes } from '../../shared/units.ts';
import { bytesToBigInt } from '../core/codec/bytes.ts';
import { bitsToTarget, targetToBits, workOf } from '../core/consensus/compact.ts';
import { checkParams, type ConsensusParams } from '../core/consensus/params.ts';
import { MAIN_NETWORK } from '../core/params/built-in-networks.ts';
import { createGenesis, createNetworkOf, type Network } from '../core/params/network.ts';
import { CREATED_NETWORK_DEPLOYMENTS } from '../core/params/network-file.ts';
import type { PowHash } from '../core/ports.ts';
import { KithError } from '../lib/errors.ts';
import { type FindNonce, findNonceHere, runSlice } from './find-nonce.ts';
import { createGrinder, createJob } from './grind.ts';

/** What the creator of a network chooses; all other parameters are derived from those of main. */
export interface NetworkParameters {
  readonly name: string;
  /** Seconds between blocks. */
  readonly spacing: number;
  readonly defaultPort: number;
  readonly bootstrap: readonly string[];
}

/** The lowest difficulty: 256 hashes per block on average, so that a few old laptops can mine. */
const CREATED_NETWORK_POW_LIMIT = 0x2000ffff;
const MEASURE_MS = 1000;

export interface MiningOptions {
  /** Threads of a miner for which the start difficulty is right; 1 if not given. */
  readonly threads?: number;
  /** How the nonce is found; on this thread if not given. */
  readonly findNonce?: FindNonce;
  readonly signal?: AbortSignal | undefined;
  /** `expected`: hashes that it takes on average; 0 while the hash rate is measured. */
  readonly onProgress?: (tried: number, expected: number) => void;
}

/**
 * Creates a network: measures the hash rate of this computer, sets the start difficulty so that `threads` threads need
 * about one spacing for a block, and mines the genesis block.
 * @throws {KithError} `network-charter-invalid`; `clock-wrong` when the clock shows a time before this software
 * existed, because the time of a genesis block cannot be corrected later
 */
export async function mineNetwork(
  parameters: NetworkParameters,
  powHash: PowHash,
  now: UnixSeconds,
  options: MiningOptions = {},
): Promise<Network> {
  if (now < MAIN_NETWORK.genesis.header.time) throw new KithError('clock-wrong', 'the clock is before 2026');
  options.onProgress?.(0, 0);
  const rate = (await measureRate(powHash, options.signal)) * (options.threads ?? 1);
  const params = paramsFor(parameters.spacing, startBits(rate, parameters.spacing));
  const broken = checkParams(params);
  if (broken) throw new KithError('network-charter-invalid', broken, { data: { detail: broken } });
  const seed = { name: parameters.name, time: now };
  const nonce = await mineGenesis(seed, params, powHash, options);
  const { defaultPort, bootstrap } = parameters;
  const facts = {
    defaultPort,
    bootstrap,
    deployments: CREATED_NETWORK_DEPLOYMENTS,
    founded: true,
    launched: true,
  };
  return createNetworkOf({ ...seed, nonce }, params, facts);
}

/** Whether the proof of work of the genesis block meets its target. */
export function hasGenesisWork({ genesis, params }: Network, powHash: PowHash): boolean {
  const { bytes, bits } = genesis.header;
  return bytesToBigInt(powHash(bytes, params.powMemoryKiB)) <= bitsToTarget(bits);
}

// Numbers of blocks are scaled by the spacing, so that maturity and epochs take as long as on main.
function paramsFor(spacing: number, bits: number): ConsensusParams {
  const blocks = (seconds: number, least: number, most: number) =>
    Math.min(most, Math.max(least, Math.round(seconds / spacing)));
  const epoch = blocks(259_200, 20, 1_000_000);
  const period = blocks(604_800, 20, 1_000_000);
  return {
    spacing,
    halfLife: 300 * spacing,
    futureLimit: 600,
    powLimit: CREATED_NETWORK_POW_LIMIT,
    startBits: bits,
    powMemoryKiB: 1024,
    retarget: true,
    maturity: blocks(43_200, 1, 10_000),
    subsidy: toMotes(2_000_000_000),
    halving: 2_100_000,
    epoch,
    delay: Math.min(epoch - 1, blocks(14_400, 5, epoch - 1)),
    snapshotWork: 0,
    bitsPeriod: period,
    bitsThreshold: Math.ceil(period * 0.9),
  };
}

function startBits(rate: number, spacing: number): number {
  const hashes = BigInt(Math.max(1, Math.round(rate * spacing)));
  const target = (1n << 256n) / hashes;
  const limit = bitsToTarget(CREATED_NETWORK_POW_LIMIT);
  return target > limit ? CREATED_NETWORK_POW_LIMIT : targetToBits(target);
}

async function measureRate(powHash: PowHash, signal: AbortSignal | undefined): Promise<number> {
  const params = paramsFor(60, CREATED_NETWORK_POW_LIMIT);
  // Measures the hash rate: no digest meets a target of 0, so the search never ends early.
  const job = {
    ...createJob(0, createGenesis({ name: 'rate', time: 0, nonce: 0 }, params), params.powMemoryKiB),
    target: new Uint8Array(32),
  };
  const grinder = createGrinder(job, powHash);
  const began = performance.now();
  while (performance.now() - began < MEASURE_MS) {
    signal?.throwIfAborted();
    await runSlice(grinder);
  }
  return grinder.tried / ((performance.now() - began) / 1000);
}

async function mineGenesis(
  seed: { readonly name: string; readonly time: UnixSeconds },
  params: ConsensusParams,
  powHash: PowHash,
  { findNonce = findNonceHere(powHash), signal, onProgress }: MiningOptions,
): Promise<number> {
  const expected = Number(workOf(bitsToTarget(params.startBits)));
  let tried = 0;
  onProgress?.(tried, expected);
  const nonce = await findNonce({
    block: createGenesis({ ...seed, nonce: 0 }, params),
    memoryKiB: params.powMemoryKiB,
    signal,
    hashed: (hashes) => onProgress?.((tried += hashes), expected),
  });
  if (nonce !== null) return nonce;
  throw new KithError('network-charter-invalid', 'no nonce makes a genesis block at this time; try again');
}
