import { toMotes, type Motes } from '../../shared/units.ts';
import { BASE_VERSION } from '../../main/core/consensus/deployments.ts';
import type { PolicyNode } from '../../main/core/ledger/policy-tree.ts';
import { type Block, blockMerkleRoot, createBlock } from '../../main/core/primitives/block.ts';
import type { Coin, Output } from '../../main/core/primitives/coin.ts';
import { createHeader, type Header } from '../../main/core/primitives/header.ts';
import { encodeRecords } from '../../main/core/primitives/records.ts';
import { createTransaction, type Transaction } from '../../main/core/primitives/transaction.ts';
import type { Random } from '../support/random.ts';

/** Mostly small, sometimes at an edge of what a field holds. */
export function anyU32(random: Random): number {
  const edges = [0, 1, 127, 128, 16_383, 16_384, 0x7fff_ffff, 0xffff_ffff];
  return random.int(3) === 0 ? edges[random.int(edges.length)]! : random.int(1000);
}

const anyAmount = (random: Random): Motes =>
  toMotes(random.int(4) === 0 ? 8_400_000_000_000_000 : 1 + random.int(1_000_000));

export const list = <Item>(random: Random, most: number, item: () => Item): Item[] =>
  Array.from({ length: random.int(most + 1) }, item);

export function anyOutput(random: Random): Output {
  const lockType = [0, 1, 7, 255][random.int(4)]!;
  return { amount: anyAmount(random), lockType, lock: random.bytes(lockType === 0 ? 32 : random.int(65)) };
}

export function anyCoin(random: Random): Coin {
  return { ...anyOutput(random), height: anyU32(random), coinbase: random.int(2) === 0 };
}

export function anyTransaction(random: Random): Transaction {
  const inputs = list(random, 4, () => ({ txid: random.bytes(32), index: anyU32(random) }));
  return createTransaction({
    version: anyU32(random),
    validFrom: anyU32(random),
    expires: anyU32(random),
    inputs,
    outputs: list(random, 4, () => anyOutput(random)),
    witness: list(random, 4, () => random.bytes(random.int(80))),
  });
}

export function anyHeader(random: Random, merkle: Uint8Array = random.bytes(32)): Header {
  return createHeader({
    version: BASE_VERSION | random.int(1000),
    prev: random.bytes(32),
    merkle,
    time: random.int(4) === 0 ? Number.MAX_SAFE_INTEGER : random.int(2 ** 31),
    bits: anyU32(random),
    height: anyU32(random),
    nonce: anyU32(random),
  });
}

export function anyBlock(random: Random): Block {
  const transactions = [anyTransaction(random), ...list(random, 4, () => anyTransaction(random))];
  return createBlock(anyHeader(random, blockMerkleRoot(transactions)), transactions);
}

export function anyRecords(random: Random): Uint8Array {
  const tags = [0, 1, 2, 9, 200, 255].filter(() => random.int(2) === 0);
  return encodeRecords(tags.map((tag) => ({ tag, bytes: random.bytes(random.int(40)) })));
}

export function anyPolicy(random: Random, depth = 0): PolicyNode {
  const claimed = random.int(2) === 0;
  switch (random.int(depth < 3 ? 5 : 4)) {
    case 0:
      return { kind: 'key', key: random.bytes(32), signature: claimed ? random.bytes(64) : null };
    case 1:
      return { kind: 'after', height: anyU32(random), claimed };
    case 2:
      return {
        kind: 'hash',
        hash: random.bytes(32),
        preimage: claimed ? random.bytes(random.int(65)) : null,
      };
    case 3:
      return { kind: 'hidden', hash: random.bytes(32) };
    default: {
      const children = [anyPolicy(random, depth + 1), ...list(random, 2, () => anyPolicy(random, depth + 1))];
      return { kind: 'threshold', m: 1 + random.int(children.length), children };
    }
  }
}
