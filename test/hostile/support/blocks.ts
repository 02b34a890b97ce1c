import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { type Block, createBlock, decodeBlock } from '../../../main/core/primitives/block.ts';
import { createHeader, type Header } from '../../../main/core/primitives/header.ts';
import { bitsToTarget } from '../../../main/core/consensus/compact.ts';
import { bytesToBigInt } from '../../../main/core/codec/bytes.ts';
import { isViolation } from '../../../main/core/violation.ts';
import type { NodeProcess } from '../../support/nodes/node-process.ts';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { powHash, testKey } from '../../support/chain/test-chain.ts';

/** Whom honest blocks pay. */
export const PAYEE = encodeAddress(REGTEST_NETWORK.hrp, testKey(1).lock);

/** A valid block on the tip of a node, mined and told to nobody. */
export async function nextBlock(node: NodeProcess, address = PAYEE): Promise<Block> {
  const { hex } = await node.call.mining.template({ address });
  const block = decodeBlock(Uint8Array.from(Buffer.from(hex, 'hex')));
  if (isViolation(block)) throw new Error(block.code);
  for (let nonce = 0; ; nonce++) {
    const header = createHeader({ ...block.header, nonce });
    if (hasWork(header)) return createBlock(header, block.transactions);
  }
}

export function hasWork(header: { readonly bytes: Uint8Array; readonly bits: number }): boolean {
  const hash = powHash(header.bytes, REGTEST_NETWORK.params.powMemoryKiB);
  return bytesToBigInt(hash) <= bitsToTarget(header.bits);
}

/** A block of the node's chain. */
export async function blockAt(node: NodeProcess, height: number): Promise<Block> {
  const { hex } = await node.call.chain.block({ height });
  const block = decodeBlock(Uint8Array.from(Buffer.from(hex, 'hex')));
  if (isViolation(block)) throw new Error(block.code);
  return block;
}

/** The same header with the next nonce that is not good enough. */
export function withoutWork(header: Header, from: number): Header {
  for (let nonce = from; ; nonce++) {
    const next = createHeader({ ...header, nonce: nonce >>> 0 });
    if (!hasWork(next)) return next;
  }
}
