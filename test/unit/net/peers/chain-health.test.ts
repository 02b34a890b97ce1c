import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../main/core/codec/hex.ts';
import { createEmitter } from '../../../../main/lib/events.ts';
import { createChainHealth } from '../../../../main/net/peers/chain-health.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import type { ChainEvents } from '../../../../main/chain/chain.ts';
import type { HeaderEntry } from '../../../../main/chain/header-entry.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const BITS = 0x2000ffff;
const idOf = (n: number) => new Uint8Array(32).fill(n);
const entryOf = (n: number, height: number, prev: HeaderEntry | null = null) =>
  ({ id: toHex(idOf(n)), height, work: BigInt(height) * 256n, bits: BITS, prev }) as HeaderEntry;
const chainOf = (top: number, length: number): HeaderEntry => {
  let entry: HeaderEntry | null = null;
  for (let height = top - length; height <= top; height++) entry = entryOf(height % 251, height, entry);
  return entry!;
};

function world() {
  const clock = turnedClock();
  const events = createEmitter<ChainEvents>(() => {});
  const entries = new Map<string, HeaderEntry>();
  const active = new Set<HeaderEntry>();
  let tip = chainOf(100, 20);
  const state = { syncing: false, awaitsClock: false };
  const peers: Peer[] = [];
  const add = (entry: HeaderEntry, isActive: boolean) => {
    entries.set(entry.id, entry);
    if (isActive) active.add(entry);
  };
  add(tip, true);
  const chain = {
    events,
    tip: () => tip,
    entry: (id: string) => entries.get(id),
    isActive: (entry: HeaderEntry) => active.has(entry),
  };
  const params = { spacing: 60, retarget: true };
  const health = createChainHealth({
    chain,
    params,
    peers: { list: () => peers },
    clock,
    isSyncing: () => state.syncing,
    awaitsClock: () => state.awaitsClock,
  });
  health.start();
  const peer = (n: number, height: number) =>
    peers.push({ tip: { id: idOf(n), height, work: BigInt(height) * 256n } } as Peer);
  const pass = (seconds: number) => {
    for (let i = 0; i < seconds; i += 2) {
      clock.pass(2000);
      health.check();
    }
  };
  const moveTo = (entry: HeaderEntry) => {
    tip = entry;
    add(tip, true);
    events.emit('tip', tip);
  };
  const move = (n: number, height: number) => moveTo(entryOf(n, height));
  const disconnect = (blocks: number) => {
    for (let i = 0; i < blocks; i++) {
      events.emit('disconnected', { entry: tip } as never);
      tip = tip.prev!;
    }
  };
  const codes = () => health.notices().map(({ code }) => code);
  return { health, state, peer, pass, add, move, moveTo, disconnect, codes };
}

describe('the chain of the peers', () => {
  test('there is no notice when all peers agree', () => {
    const { health, peer, pass, codes } = world();
    for (let i = 0; i < 4; i++) peer(1, 100);
    pass(100);
    expect([codes(), health.extra()]).toEqual([[], 0]);
  });

  test('no block for three times the expected time opens more connections without an alarm', () => {
    const { health, peer, pass, codes, move } = world();
    peer(1, 100);
    pass(182);
    expect([codes(), health.extra()]).toEqual([[], 2]);
    move(2, 101);
    pass(2);
    expect(health.extra()).toBe(0);
  });

  test('a third of the peers on another branch of nearly the same work is a split, reported when it lasts', () => {
    const { health, peer, pass, add, codes } = world();
    add(entryOf(9, 99), false);
    for (let i = 0; i < 4; i++) peer(1, 100);
    for (let i = 0; i < 2; i++) peer(9, 99);
    pass(10);
    expect([codes(), health.extra()]).toEqual([[], 2]);
    pass(180);
    expect(codes()).toEqual(['network-split']);
  });

  test('an old branch or a single peer is not a split', () => {
    const { peer, pass, add, codes } = world();
    add(entryOf(8, 50), false);
    add(entryOf(9, 99), false);
    for (let i = 0; i < 3; i++) peer(8, 50);
    peer(9, 99);
    pass(400);
    expect(codes()).toEqual([]);
  });

  test('a node far behind its peers without new blocks reports by how many blocks', () => {
    const { health, peer, pass, codes, move } = world();
    for (let i = 0; i < 3; i++) peer(7, 150);
    pass(200);
    expect(codes()).toEqual(['chain-behind']);
    expect(health.notices()[0]!.message).toContain('50 blocks ahead');
    // Blocks come in: it is only catching up.
    move(3, 110);
    pass(10);
    expect(codes()).toEqual([]);
  });

  test('blocks ahead that wait for the clock of this node cause no notice', () => {
    const { health, state, peer, pass, codes } = world();
    state.awaitsClock = true;
    for (let i = 0; i < 3; i++) peer(7, 150);
    pass(200);
    expect(codes()).toEqual(['chain-behind']);
    expect(health.notices()[0]!.message).toContain('ahead of the clock of this computer');
  });

  test('six disconnected blocks are reported for an hour', () => {
    const { disconnect, move, pass, codes } = world();
    disconnect(6);
    move(5, 107);
    expect(codes()).toEqual(['chain-reorganised']);
    pass(3602);
    expect(codes()).toEqual([]);
  });

  test('five are not reported', () => {
    const { disconnect, move, codes } = world();
    disconnect(5);
    move(5, 107);
    expect(codes()).toEqual([]);
  });

  test('blocks that were connected temporarily during a reorganisation are not reported, however many', () => {
    const { state, disconnect, moveTo, move, codes } = world();
    state.syncing = true;
    moveTo(chainOf(200, 100));
    disconnect(90);
    move(5, 300);
    state.syncing = false;
    expect(codes()).toEqual([]);
  });

  test('of a branch that forks further back, only blocks that were shown as confirmed count', () => {
    const { state, disconnect, moveTo, move, codes } = world();
    moveTo(chainOf(120, 40));
    state.syncing = true;
    moveTo(chainOf(150, 70));
    disconnect(35);
    move(5, 200);
    expect(codes()).toEqual([]);
    disconnect(0);
    state.syncing = false;
    moveTo(chainOf(220, 40));
    state.syncing = true;
    disconnect(6);
    move(6, 230);
    expect(codes()).toEqual(['chain-reorganised']);
  });
});
