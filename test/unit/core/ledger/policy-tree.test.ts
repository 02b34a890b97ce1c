import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../main/core/codec/hex.ts';
import {
  decodePolicy,
  encodePolicy,
  POLICY_LIMITS,
  policyHash,
  type PolicyNode,
} from '../../../../main/core/ledger/policy-tree.ts';

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
const key = (value: number, claimed = false): PolicyNode => ({
  kind: 'key',
  key: bytes(32, value),
  signature: claimed ? bytes(64, value) : null,
});
const after = (height: number, claimed = false): PolicyNode => ({ kind: 'after', height, claimed });
const hashOf = (value: number, claimed = false): PolicyNode => ({
  kind: 'hash',
  hash: bytes(32, value),
  preimage: claimed ? bytes(5, value) : null,
});
const hidden = (node: PolicyNode): PolicyNode => ({ kind: 'hidden', hash: policyHash(node) });
const any = (m: number, ...children: PolicyNode[]): PolicyNode => ({ kind: 'threshold', m, children });

describe('the hash of a tree', () => {
  const tree = any(2, key(1), after(500), any(1, hashOf(2), key(3)));

  test('does not depend on which parts the witness satisfies', () => {
    const claimed = any(2, key(1, true), after(500, true), any(1, hashOf(2, true), key(3)));
    expect(toHex(policyHash(claimed))).toBe(toHex(policyHash(tree)));
  });

  test('does not depend on which parts the witness reveals', () => {
    const [a, b, c] = (tree as Extract<PolicyNode, { kind: 'threshold' }>).children as [
      PolicyNode,
      PolicyNode,
      PolicyNode,
    ];
    for (const shown of [any(2, hidden(a), b, c), any(2, a, hidden(b), hidden(c)), hidden(tree)])
      expect(toHex(policyHash(shown))).toBe(toHex(policyHash(tree)));
  });

  test('depends on every part and on their order', () => {
    const others = [
      any(1, key(1), after(500), any(1, hashOf(2), key(3))),
      any(2, after(500), key(1), any(1, hashOf(2), key(3))),
      any(2, key(2), after(500), any(1, hashOf(2), key(3))),
      any(2, key(1), after(501), any(1, hashOf(2), key(3))),
      any(2, key(1), after(500), any(1, hashOf(3), key(3))),
      any(2, key(1), after(500), any(1, key(2), key(3))),
      any(2, key(1), after(500), hashOf(2), key(3)),
      any(2, key(1), after(500)),
      key(1),
    ];
    const hashes = [tree, ...others].map((each) => toHex(policyHash(each)));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('reading', () => {
  const decodes = (node: PolicyNode) => decodePolicy(encodePolicy(node)) !== null;
  const nested = (depth: number): PolicyNode => (depth === 0 ? key(1) : any(1, nested(depth - 1)));
  const wide = (count: number): PolicyNode => any(1, ...Array.from({ length: count }, () => after(1)));

  test.each([
    ['depth', nested(POLICY_LIMITS.depth), nested(POLICY_LIMITS.depth + 1)],
    ['children', wide(POLICY_LIMITS.children), wide(POLICY_LIMITS.children + 1)],
    // Nodes: 1 + 3 × 16 + 12 + 3 = 64.
    ['nodes', any(1, wide(16), wide(16), wide(16), wide(11)), any(1, wide(16), wide(16), wide(16), wide(12))],
    [
      'preimage',
      { ...hashOf(1), preimage: bytes(64, 0) } as PolicyNode,
      { ...hashOf(1), preimage: bytes(65, 0) } as PolicyNode,
    ],
  ])('%s is valid up to its limit and no further', (_, within, beyond) => {
    expect(decodes(within)).toBe(true);
    expect(decodes(beyond)).toBe(false);
  });

  test('the size limit refuses no tree that the other limits allow', () => {
    // Nodes: 1 + 3 x 16 + 12 + 3 = 64, the leaves as large as they get: a key of 32 bytes with its signature of 64.
    const full = (count: number): PolicyNode => any(1, ...Array.from({ length: count }, () => key(1, true)));
    const largest = encodePolicy(any(1, full(16), full(16), full(16), full(11)));
    expect(decodePolicy(largest)).not.toBeNull();
    expect(largest.length).toBeLessThanOrEqual(POLICY_LIMITS.bytes);
    // Beyond it nothing is even looked at.
    expect(decodePolicy(bytes(POLICY_LIMITS.bytes + 1, 0))).toBeNull();
  });

  test('a threshold is at least one and at most the number of its children', () => {
    const threshold = (m: number, n: number) =>
      Uint8Array.of(6, m, n, ...Array.from({ length: n }, () => [2, 1]).flat());
    expect(decodePolicy(threshold(1, 1))).not.toBeNull();
    expect(decodePolicy(threshold(2, 2))).not.toBeNull();
    for (const [m, n] of [
      [0, 1],
      [2, 1],
      [0, 0],
      [1, 0],
    ] as const)
      expect(decodePolicy(threshold(m, n)), `${m} of ${n}`).toBeNull();
  });

  test.each([7, 9, 10, 15, 16, 128, 255])('tag %i is refused', (tag) =>
    expect(decodePolicy(Uint8Array.of(tag, ...bytes(96, 1)))).toBeNull(),
  );

  test('empty bytes are not a tree, and no bytes may follow a tree', () => {
    expect(decodePolicy(new Uint8Array(0))).toBeNull();
    expect(decodePolicy(Uint8Array.of(...encodePolicy(after(1)), 0))).toBeNull();
  });
});
