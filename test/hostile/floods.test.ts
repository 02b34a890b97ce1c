import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../main/core/networks/built-in.ts';
import { createHeader } from '../../main/core/primitives/header.ts';
import { encodeBlockAnnouncement, encodeWids } from '../../main/network/wire/announcements.ts';
import { FRAME } from '../../main/network/wire/frame-types.ts';
import { encodeTransactions } from '../../main/network/wire/relay-messages.ts';
import { encodeHeaders } from '../../main/network/wire/sync-messages.ts';
import type { Handler } from '../../main/network/wire/server.ts';
import { createRandom } from '../support/random.ts';
import { coinbaseOf, mineOn, pay, parentOf, testKey, tipOf } from '../support/test-chain.ts';
import { until } from '../support/until.ts';
import { later, world } from './world.ts';

const reply = (type: number, cap: number, bodyOf: () => Uint8Array): Handler => ({
  cap,
  async handle(_frame, answer) {
    await answer(type, bodyOf());
    return null;
  },
});

describe('floods', () => {
  test('headers without work: the first bad one is a ban, and none is stored', async () => {
    const { victim, oracle, attacker, isGone } = await world();
    const peer = await attacker();
    const good = mineOn(victim.chain, tipOf(victim.chain)).header;
    const best = victim.chain.bestHeader().height;
    let sent = 0;
    for (let nonce = 1; nonce < 10_000 && !isGone(peer)(); nonce++) {
      const { bytes } = createHeader({ ...good, nonce: good.nonce + nonce, time: good.time + (nonce % 50) });
      await peer.host.gossip
        .publish(peer.names.blocks, encodeBlockAnnouncement(bytes, null), true)
        .catch(() => 0);
      sent++;
      if (nonce % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await until(isGone(peer), 'gone');
    expect(victim.net.peers.bans()).toMatchObject([{ id: peer.id, code: 'header-pow' }]);
    // Half of all nonces are good enough on regtest: a few may have got in, on the tip.
    expect(victim.chain.bestHeader().height).toBeLessThanOrEqual(best + 1);
    console.log(`header spam: gone after ${sent} headers`);
    await oracle.verdict('headers without work');
  });

  test('headers with little work, far below: dropped before hashing, nothing is stored', async () => {
    const { victim, oracle, attacker } = await world(1500);
    const peer = await attacker();
    const base = parentOf(REGTEST_NETWORK.genesis);
    const cheap = Array.from(
      { length: 200 },
      (_, i) => mineOn(victim.chain, base, { payTo: testKey(20 + i).lock }).header,
    );
    for (const header of cheap) {
      await peer.host.gossip
        .publish(peer.names.blocks, encodeBlockAnnouncement(header.bytes, null), true)
        .catch(() => 0);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(cheap.filter(({ idHex }) => victim.chain.entry(idHex) !== undefined)).toHaveLength(0);
    expect(victim.net.peers.bans()).toEqual([]);
    await oracle.verdict('200 cheap headers at the bottom');
  });

  test('payments with wrong signatures: dropped at the first, each attacker banned', async () => {
    const { victim, oracle, attacker, isGone } = await world(30);
    for (let n = 0; n < 3; n++) {
      const [funding] = [victim.chain.atHeight(1 + n)!];
      const bytes = (await victim.chain.readBlock(funding.id))!;
      const { decodeBlock } = await import('../../main/core/primitives/block.ts');
      const block = decodeBlock(bytes);
      if ('kind' in block) throw new Error(block.code);
      const bad = Array.from({ length: 100 }, (_, i) =>
        pay(victim.chain, [coinbaseOf(block)], testKey(9).secret, [
          { amount: 1_000_000 + i, lock: testKey(2).lock },
        ]),
      );
      const peer = await attacker({
        relay: new Map([
          [
            FRAME.getTransactions.type,
            reply(FRAME.transactions.type, FRAME.getTransactions.cap, () =>
              encodeTransactions([bad[0]!.bytes]),
            ),
          ],
          [FRAME.getWids.type, reply(FRAME.wids.type, 0, () => Uint8Array.of(0))],
        ]),
      });
      const announce = () =>
        peer.host.gossip.publish(
          peer.names.transactions,
          encodeWids({ salt: randomBytes(8), wids: bad.map(({ wid }) => wid) }),
          true,
        );
      await until(async () => isGone(peer)() || (await announce().catch(() => 0)) > 0, 'announced');
      await until(isGone(peer), 'gone');
    }
    expect(victim.net.peers.bans().every(({ code }) => code === 'tx-signature')).toBe(true);
    expect(victim.mempool.summary().count).toBe(0);
    await oracle.verdict('300 payments with wrong signatures from 3 peers');
  });

  test('1 000 connections from one source: the honest peer stays, the sockets go', async () => {
    const { victim, honest, oracle } = await world();
    const port = Number(/tcp\/(\d+)/.exec(victim.address)![1]);
    const sockets: Socket[] = [];
    later(async () => sockets.forEach((socket) => socket.destroy()));
    let closed = 0;
    for (let i = 0; i < 1000; i++) {
      const socket = connect({ port, host: '127.0.0.1', localAddress: '127.66.0.1' });
      socket.on('error', () => undefined);
      socket.on('close', () => closed++);
      sockets.push(socket);
      if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await until(() => closed >= 900, 'most are refused', { ms: 30_000 });
    expect(honest.net.peers.list()).toHaveLength(1);
    console.log(`1 000 connections: ${closed} closed so far`);
    await oracle.verdict('1 000 connections from one source');
  });

  test('more gossip than anybody could use: the stream ends, the peer is noted', async () => {
    const { victim, oracle, attacker } = await world();
    const peer = await attacker();
    const wids = Array.from({ length: 500 }, () => randomBytes(32));
    // 16 kB each, past 8 MiB; every message is another one.
    for (let i = 0; i < 700; i++) {
      await peer.host.gossip
        .publish(peer.names.transactions, encodeWids({ salt: randomBytes(8), wids }), true)
        .catch(() => 0);
      if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await until(() => (victim.net.peers.list().find(({ id }) => id === peer.id)?.score ?? 100) > 0, 'noted');
    await oracle.verdict('11 MB of announcements');
  });
});

describe('liars', () => {
  test('a peer that claims a great height and serves headers that never end is left', async () => {
    const { victim, oracle, attacker, isGone } = await world();
    const random = createRandom(5);
    const headers = reply(FRAME.headers.type, FRAME.getHeaders.cap, () =>
      encodeHeaders([
        mineOn(victim.chain, { idBytes: random.bytes(32), height: 5, time: 1_800_000_000 }).header.bytes,
      ]),
    );
    const peer = await attacker({
      hello: { height: 1_000_000, work: 1n << 80n, id: random.bytes(32) },
      sync: new Map([[FRAME.getHeaders.type, headers]]),
    });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(victim.chain.bestHeader().height).toBe(10);
    expect(victim.net.status().phase).toBe('synced');
    await oracle.verdict('a claimed million blocks');
    expect(isGone(peer)() || victim.net.peers.list().length > 0).toBe(true);
  });

  test('a mutated twin of a block says nothing about the block', async () => {
    const { victim, honest, oracle, attacker } = await world();
    const block = mineOn(honest.chain, tipOf(honest.chain));
    const twin = block.bytes.slice();
    // The witness of the coinbase: the header's Merkle root commits to it.
    twin[twin.length - 1]! ^= 1;
    const peer = await attacker();
    await peer.host.gossip
      .publish(peer.names.blocks, encodeBlockAnnouncement(block.header.bytes, twin), true)
      .catch(() => 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(victim.chain.entry(block.header.idHex)?.status).not.toBe('invalid');
    await honest.chain.submitBlock(block.bytes);
    await until(() => victim.chain.tip().id === block.header.idHex, 'the true one is taken', { ms: 15_000 });
    await oracle.verdict('a mutated twin');
  });
});
