import { describe, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { toHex } from '../../../main/core/codec/hex.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { FRAME } from '../../../main/net/protocol/frame-types.ts';
import {
  decodeGetBlocks,
  decodeGetHeaders,
  encodeHeaders,
} from '../../../main/net/protocol/sync-messages.ts';
import type { Handler } from '../../../main/net/protocol/responder.ts';
import { mineOn, parentOf, testKey } from '../../support/chain/test-chain.ts';
import type { TestNode } from '../../support/nodes/test-node.ts';
import { startTestNode, startTestPeer } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

const GENESIS = REGTEST_NETWORK.genesis;

const NO_BODIES: Handler = {
  cap: FRAME.getBlocks.cap,
  async handle(frame, reply) {
    const ids = decodeGetBlocks(frame.body);
    if (isViolation(ids)) return ids;
    for (const id of ids) await reply(FRAME.absent.type, id);
    return null;
  },
};

/** A peer that serves headers of its own, wherever it is asked from. */
async function servesHeaders(
  at: TestNode,
  headers: readonly { readonly id: Uint8Array; readonly bytes: Uint8Array }[],
  work: bigint,
): Promise<{ readonly asked: number }> {
  const said = { asked: 0 };
  const serve: Handler = {
    cap: FRAME.getHeaders.cap,
    async handle(frame, reply) {
      said.asked++;
      const locator = decodeGetHeaders(frame.body);
      if (isViolation(locator)) return locator;
      const known = new Set(locator.map(toHex));
      const from = headers.findLastIndex(({ id }) => known.has(toHex(id))) + 1;
      await reply(
        FRAME.headers.type,
        encodeHeaders(headers.slice(from, from + 2000).map(({ bytes }) => bytes)),
      );
      return null;
    },
  };
  await startTestPeer(at, {
    hello: { height: headers.length, work, id: headers.at(-1)!.id },
    sync: new Map([
      [FRAME.getHeaders.type, serve],
      [FRAME.getBlocks.type, NO_BODIES],
    ]),
  });
  return said;
}

function branch(at: TestNode, length: number, key = 7) {
  let parent = parentOf(GENESIS);
  return Array.from({ length }, () => {
    const block = mineOn(at.chain, parent, { payTo: testKey(key).lock });
    parent = parentOf(block);
    return block.header;
  });
}

describe('chains that have shown too little work', () => {
  test('are not stored, and their sender is not banned', async () => {
    const at = await startTestNode();
    await at.mine(1500);
    // It claims the most work and shows 50 headers that fork off at the beginning.
    const headers = branch(at, 50);
    const said = await servesHeaders(at, headers, at.chain.tip().work + 1000n);
    await until(() => said.asked > 0, 'asked');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(at.chain.entry(headers[0]!.idHex)).toBeUndefined();
    expect(at.net.peers.bans()).toEqual([]);
  });

  test('are downloaded twice and followed if they have enough work in the end', async () => {
    const at = await startTestNode({ minimumWork: 4010n });
    const headers = branch(at, 2100);
    const said = await servesHeaders(at, headers, 4202n);
    await until(() => at.chain.bestHeader().height === 2100, 'followed');
    // Two messages in the first pass, two in the second, and the question whether there is more.
    expect(said.asked).toBeGreaterThanOrEqual(4);
  });

  test.each([
    ['during presync', 1],
    ['between presync and redownload', 2],
    ['during redownload', 3],
  ])('are downloaded again without a penalty if the peer reorganises %s', async (_when, answers) => {
    const at = await startTestNode({ minimumWork: 4010n });
    const [one, other] = [branch(at, 2100), branch(at, 2150, 8)];
    let asked = 0;
    let reorganised = () => {};
    const serve: Handler = {
      cap: FRAME.getHeaders.cap,
      async handle(frame, reply) {
        const locator = decodeGetHeaders(frame.body);
        if (isViolation(locator)) return locator;
        if (asked++ === answers) reorganised();
        const known = new Set(locator.map(toHex));
        const headers = asked <= answers ? one : other;
        const from = headers.findLastIndex(({ id }) => known.has(toHex(id))) + 1;
        const some = headers.slice(from, from + 2000).map(({ bytes }) => bytes);
        await reply(FRAME.headers.type, encodeHeaders(some));
        return null;
      },
    };
    const peer = await startTestPeer(at, {
      hello: { height: 2100, work: 4202n, id: one.at(-1)!.id },
      sync: new Map([
        [FRAME.getHeaders.type, serve],
        [FRAME.getBlocks.type, NO_BODIES],
      ]),
    });
    // A peer tells its new tip, but a moment later than it answers by it.
    reorganised = () =>
      void setTimeout(() => peer.control.sendTip({ height: 2150, work: 4302n, id: other.at(-1)!.id }), 300);
    await until(() => at.chain.bestHeader().height === 2150, 'followed');
    expect(at.net.peers.list()).toMatchObject([{ id: peer.id, score: 0, fault: null }]);
  });
});
