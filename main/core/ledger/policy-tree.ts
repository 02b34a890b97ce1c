import type { Height } from '../../../shared/units.ts';
import { Reader } from '../codec/reader.ts';
import { Writer } from '../codec/writer.ts';
import { DOMAIN, hash, type Hash } from '../crypto/hash.ts';
import { KEY_BYTES, SIGNATURE_BYTES } from '../primitives/limits.ts';

/**
 * Lock type 1, a policy lock: 32 bytes that are the hash of a small tree (protocol.md §14). The witness reveals the
 * needed part of the tree, marks the claimed conditions, and proves them; hashes replace the rest.
 */
export type PolicyNode =
  | { readonly kind: 'key'; readonly key: Uint8Array; readonly signature: Uint8Array | null }
  | { readonly kind: 'after'; readonly height: Height; readonly claimed: boolean }
  | { readonly kind: 'hash'; readonly hash: Hash; readonly preimage: Uint8Array | null }
  | { readonly kind: 'threshold'; readonly m: number; readonly children: readonly PolicyNode[] }
  | { readonly kind: 'hidden'; readonly hash: Hash };

/** Limits of one tree, which bound the cost of checking it. */
export const POLICY_LIMITS = { depth: 8, nodes: 64, children: 16, preimageBytes: 64, bytes: 8192 } as const;

/** The first byte of each revealed node. An odd tag claims the condition; the even tag below it only reveals it. */
const TAG = {
  key: 0x00,
  keyClaimed: 0x01,
  after: 0x02,
  afterClaimed: 0x03,
  hash: 0x04,
  hashClaimed: 0x05,
  threshold: 0x06,
  hidden: 0x08,
} as const;

/**
 * Reads a revealed tree to the last byte, or null for anything else. Checks the limits before it allocates memory.
 *
 *   key 00 | key 32              after 02 | height varuint      hash 04 | hash 32
 *   key 01 | key 32 | sig 64     after 03 | height varuint      hash 05 | hash 32 | preimage varbytes
 *   threshold 06 | m u8 | n u8 | n nodes                        hidden 08 | node hash 32
 */
export function decodePolicy(bytes: Uint8Array): PolicyNode | null {
  if (bytes.length > POLICY_LIMITS.bytes) return null;
  const reader = new Reader(bytes);
  const budget = { nodes: POLICY_LIMITS.nodes };
  const node = readNode(reader, 0, budget);
  return reader.finish() === null ? node : null;
}

export function encodePolicy(node: PolicyNode): Uint8Array {
  return writeNode(new Writer(256), node, true).finish();
}

/** The tree with its claims, without signatures and preimages. A signature commits to it. */
export function encodeClaims(node: PolicyNode): Uint8Array {
  return writeNode(new Writer(256), node, false).finish();
}

/** The lock for this tree, 32 bytes. Claims do not change it. */
export function policyHash(node: PolicyNode): Hash {
  switch (node.kind) {
    case 'hidden':
      return node.hash;
    case 'threshold': {
      const head = Uint8Array.of(node.m, node.children.length);
      return hash(DOMAIN.policyNode, head, ...node.children.map(policyHash));
    }
    case 'key':
      return hash(DOMAIN.policyLeaf, Uint8Array.of(TAG.key), node.key);
    case 'after':
      return hash(DOMAIN.policyLeaf, new Writer(8).u8(TAG.after).varuint(node.height).finish());
    case 'hash':
      return hash(DOMAIN.policyLeaf, Uint8Array.of(TAG.hash), node.hash);
  }
}

function readNode(reader: Reader, depth: number, budget: { nodes: number }): PolicyNode | null {
  if (depth > POLICY_LIMITS.depth || budget.nodes-- === 0) return failed(reader);
  const tag = reader.u8();
  switch (tag) {
    case TAG.key:
    case TAG.keyClaimed: {
      const key = reader.bytes(KEY_BYTES);
      return { kind: 'key', key, signature: tag === TAG.key ? null : reader.bytes(SIGNATURE_BYTES) };
    }
    case TAG.after:
    case TAG.afterClaimed:
      return { kind: 'after', height: reader.varuint(), claimed: tag === TAG.afterClaimed };
    case TAG.hash:
    case TAG.hashClaimed: {
      const digest = reader.bytes(32);
      const preimage = tag === TAG.hash ? null : reader.varbytes(POLICY_LIMITS.preimageBytes);
      return { kind: 'hash', hash: digest, preimage };
    }
    case TAG.threshold:
      return readThreshold(reader, depth, budget);
    case TAG.hidden:
      return { kind: 'hidden', hash: reader.bytes(32) };
    default:
      return failed(reader);
  }
}

function readThreshold(reader: Reader, depth: number, budget: { nodes: number }): PolicyNode | null {
  const m = reader.u8();
  const count = reader.u8();
  if (m === 0 || m > count || count > POLICY_LIMITS.children) return failed(reader);
  const children: PolicyNode[] = [];
  for (let i = 0; i < count; i++) {
    const child = readNode(reader, depth + 1, budget);
    if (child === null || reader.failed !== null) return failed(reader);
    children.push(child);
  }
  return { kind: 'threshold', m, children };
}

function failed(reader: Reader): null {
  reader.fail('codec-length');
  return null;
}

function writeNode(writer: Writer, node: PolicyNode, proofs: boolean): Writer {
  switch (node.kind) {
    case 'key':
      writer.u8(node.signature ? TAG.keyClaimed : TAG.key).bytes(node.key);
      return node.signature && proofs ? writer.bytes(node.signature) : writer;
    case 'after':
      return writer.u8(node.claimed ? TAG.afterClaimed : TAG.after).varuint(node.height);
    case 'hash':
      writer.u8(node.preimage ? TAG.hashClaimed : TAG.hash).bytes(node.hash);
      return node.preimage && proofs ? writer.varbytes(node.preimage) : writer;
    case 'threshold':
      writer.u8(TAG.threshold).u8(node.m).u8(node.children.length);
      for (const child of node.children) writeNode(writer, child, proofs);
      return writer;
    case 'hidden':
      return writer.u8(TAG.hidden).bytes(node.hash);
  }
}
