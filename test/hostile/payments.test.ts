import { expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../main/core/params/built-in-networks.ts';
import { toHex } from '../../main/core/codec/hex.ts';
import type { Transaction } from '../../main/core/primitives/transaction.ts';
import { isViolation } from '../../main/core/violation.ts';
import { encodeWids, MAX_WIDS } from '../../main/net/protocol/announcements.ts';
import { FRAME } from '../../main/net/protocol/frame-types.ts';
import { decodeGetTransactions, encodeTransactions } from '../../main/net/protocol/relay-messages.ts';
import type { Handler } from '../../main/net/protocol/responder.ts';
import type { Random } from '../support/random.ts';
import { scale } from '../support/scale.ts';
import { coinbaseOf, pay, testKey } from '../support/chain/test-chain.ts';
import { until } from '../support/until.ts';
import { blockAt } from './support/blocks.ts';
import { suffer } from './support/oracle.ts';
import { NAMES, type Stranger } from './support/stranger.ts';
import { inOneWorld } from './support/world.ts';

const chain = { network: REGTEST_NETWORK };
const FORGERS = scale(10, 300);
const ORPHANERS = scale(4, 25);
const ORPHANS = scale(500, 4000);
const world = inOneWorld(30);

/** A peer that has these payments and sends them to every peer that requests them. */
async function holder(): Promise<{
  peer: Stranger;
  tell(some: readonly Transaction[], random: Random): Promise<void>;
  asked: Set<string>;
}> {
  const has = new Map<string, Transaction>();
  const asked = new Set<string>();
  const give: Handler = {
    cap: FRAME.getTransactions.cap,
    async handle(frame, reply) {
      const request = decodeGetTransactions(frame.body);
      if (isViolation(request)) return request;
      const found = request.ids.map(toHex).flatMap((id) => {
        asked.add(id);
        return has.get(id) ?? [];
      });
      await reply(FRAME.transactions.type, encodeTransactions(found.map(({ bytes }) => bytes)));
      return null;
    },
  };
  const none: Handler = {
    cap: FRAME.getWids.cap,
    async handle(_frame, reply) {
      await reply(FRAME.wids.type, Uint8Array.of(0));
      return null;
    },
  };
  const peer = await world().peer({
    answers: {
      [NAMES.relay]: new Map([
        [FRAME.getTransactions.type, give],
        [FRAME.getWids.type, none],
      ]),
    },
  });
  const pen = await peer.gossip();
  pen.subscribe(NAMES.transactions);
  return {
    peer,
    asked,
    async tell(some, random) {
      for (const tx of some) has.set(toHex(tx.wid), tx).set(tx.txidHex, tx);
      for (let i = 0; i < some.length && (await pen.ready()); i += MAX_WIDS) {
        const wids = some.slice(i, i + MAX_WIDS).map(({ wid }) => wid);
        pen.publish(NAMES.transactions, encodeWids({ salt: random.bytes(8), wids }));
      }
    },
  };
}

test(`each sender of ${FORGERS * 100} transactions with wrong signatures is banned`, async () => {
  const hostile: Stranger[] = [];
  await suffer(world(), {
    what: 'wrong signatures',
    seed: 21,
    async run(random) {
      for (let n = 0; n < FORGERS; n++) {
        const funding = coinbaseOf(await blockAt(world().victim, 1 + (n % 20)));
        const forged = Array.from({ length: 100 }, (_, i) =>
          pay(chain, [funding], testKey(9).secret, [
            { amount: 1_000_000 + n * 1000 + i, lock: testKey(2).lock },
          ]),
        );
        const { peer, tell } = await holder();
        hostile.push(peer);
        await tell(forged, random);
        await until(() => peer.gone(), 'gone');
      }
      return `${FORGERS * 100} payments from ${FORGERS} peers`;
    },
    hostile: () => hostile,
  });
  const bans = await world().victim.call.peers.bans();
  const senders = new Set(hostile.map(({ id }) => id));
  const theirs = bans.filter(({ id }) => id !== null && senders.has(id));
  expect(new Set(theirs.map(({ id }) => id))).toEqual(senders);
  expect([...new Set(theirs.map(({ code }) => code))]).toEqual(['tx-signature']);
  expect((await world().victim.call.mempool.summary()).count).toBe(0);
});

test(`${ORPHANERS * ORPHANS} orphans of hostile peers do not displace the orphan of an honest peer`, async () => {
  const { victim } = world();
  await suffer(world(), {
    what: 'orphans',
    seed: 22,
    async run(random) {
      const { lock, secret } = testKey(1);
      const parent = pay(chain, [coinbaseOf(await blockAt(victim, 25))], secret, [
        { amount: 1_000_000_000, lock },
      ]);
      const coin = { amount: parent.outputs[0]!.amount, ...lock, height: 0, coinbase: false };
      const child = pay(chain, [{ outpoint: { txid: parent.txid, index: 0 }, coin }], secret, [
        { amount: 900_000_000, lock },
      ]);
      const good = await holder();
      await good.tell([child], random);
      await until(() => good.asked.has(parent.txidHex), 'the parent of an honest orphan is asked for');
      const peers = [];
      for (let n = 0; n < ORPHANERS; n++) {
        const bad = await holder();
        peers.push(bad.peer);
        const orphans = Array.from({ length: ORPHANS }, () =>
          pay(chain, [{ outpoint: { txid: random.bytes(32), index: 0 }, coin }], secret, [
            { amount: 1_000_000, lock },
          ]),
        );
        await bad.tell(orphans, random);
        await until(() => bad.peer.gone() || bad.asked.size > Math.min(ORPHANS, 500), 'they are fetched');
      }
      await good.tell([parent], random);
      const both = async () => (await victim.call.mempool.summary()).count === 2;
      await until(both, 'the honest orphan has waited for its parent');
      for (const peer of [...peers, good.peer]) await peer.stop();
      return `${ORPHANERS * ORPHANS} payments from ${ORPHANERS} peers`;
    },
  });
});
