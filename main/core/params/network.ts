import { bech32m } from '@scure/base';
import type { UnixSeconds } from '../../../shared/units.ts';
import { toMotes } from '../../../shared/units.ts';
import { toHex } from '../codec/hex.ts';
import { type ConsensusParams, parametersHash } from '../consensus/params.ts';
import { BASE_VERSION, type Deployment } from '../consensus/deployments.ts';
import type { Hash } from '../crypto/hash.ts';
import { type Block, blockMerkleRoot, createBlock } from '../primitives/block.ts';
import { LOCK_BURN } from '../primitives/coin.ts';
import { createHeader } from '../primitives/header.ts';
import { encodeRecords, RECORD_TAG } from '../primitives/records.ts';
import { createTransaction, type Transaction } from '../primitives/transaction.ts';

/** A network as data: its consensus parameters and its bootstrap addresses (protocol.md §16). */
export interface Network {
  readonly name: string;
  /** The prefix of its addresses. */
  readonly hrp: string;
  readonly defaultPort: number;
  readonly bootstrap: readonly string[];
  readonly deployments: readonly Deployment[];
  readonly params: ConsensusParams;
  readonly genesis: Block;
  /** The genesis id. */
  readonly id: Hash;
  readonly idHex: string;
  readonly founded: boolean;
  /** False while a built-in network is specified but has no nodes to join. */
  readonly launched: boolean;
}

/**
 * The fields that the creator of the network chose and mined; the parameters determine the rest of the genesis block.
 */
export interface GenesisSeed {
  readonly name: string;
  readonly time: UnixSeconds;
  readonly nonce: number;
}

const MAX_NAME_BYTES = 64;

/**
 * The first block of a network. Its coinbase carries the hash of the parameters (record 0x00) and burns one mote to
 * the network's name, which creates no coin. The caller mines or checks the proof of work.
 */
export function createGenesis(seed: GenesisSeed, params: ConsensusParams): Block {
  const coinbase = genesisCoinbase(seed.name, params);
  const header = createHeader({
    version: BASE_VERSION,
    prev: new Uint8Array(32),
    merkle: blockMerkleRoot([coinbase]),
    time: seed.time,
    bits: params.startBits,
    height: 0,
    nonce: seed.nonce,
  });
  return createBlock(header, [coinbase]);
}

function genesisCoinbase(name: string, params: ConsensusParams): Transaction {
  const lock = asciiBytes(name);
  return createTransaction({
    version: 1,
    validFrom: 0,
    expires: 0,
    inputs: [],
    outputs: [{ amount: toMotes(1), lockType: LOCK_BURN, lock }],
    witness: [encodeRecords([{ tag: RECORD_TAG.parameters, bytes: parametersHash(params) }])],
  });
}

/** The name as bytes; names are printable ASCII so that no two look alike. */
function asciiBytes(name: string): Uint8Array {
  if (!isNetworkName(name)) throw new RangeError(`not a network name: ${JSON.stringify(name)}`);
  return Uint8Array.from(name, (character) => character.charCodeAt(0));
}

/** 1 to 64 printable ASCII characters, no space at either end. */
export function isNetworkName(name: string): boolean {
  return name.length <= MAX_NAME_BYTES && /^[!-~](?:[ -~]*[!-~])?$/.test(name);
}

/** The address prefix of a created network: `k` and the first 30 bits of the id, so that no network can imitate another. */
export function createdNetworkHrp(id: Hash): string {
  const letters = bech32m.encode('k', bech32m.toWords(id.subarray(0, 4)).slice(0, 6));
  return `k${letters.slice(2, 8)}`;
}

export interface NetworkFacts {
  readonly hrp?: string;
  readonly defaultPort: number;
  readonly bootstrap: readonly string[];
  readonly deployments: readonly Deployment[];
  readonly founded: boolean;
  readonly launched: boolean;
}

/** Creates a network from its seed. Computes the id, and the prefix unless the facts contain one. */
export function createNetworkOf(seed: GenesisSeed, params: ConsensusParams, facts: NetworkFacts): Network {
  const genesis = createGenesis(seed, params);
  const id = genesis.header.id;
  return {
    ...facts,
    name: seed.name,
    hrp: facts.hrp ?? createdNetworkHrp(id),
    params,
    genesis,
    id,
    idHex: toHex(id),
  };
}
