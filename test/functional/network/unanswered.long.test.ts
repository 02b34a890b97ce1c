import { afterEach, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { createBodyReader } from '../../../main/net/sync/body-of.ts';
import { syncHandlers } from '../../../main/net/sync/serve-sync.ts';
import { FRAME } from '../../../main/net/protocol/frame-types.ts';
import type { Handler } from '../../../main/net/protocol/responder.ts';
import { startRawPeer } from '../../support/nodes/raw-peer.ts';
import { startNode, type TestNode } from '../../support/nodes/test-node.ts';
import { until } from '../../support/until.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function start(): Promise<TestNode> {
  const node = await startNode();
  stops.push(() => node.stop());
  return node;
}

/** Answers nothing, for ever. */
const silent = (cap: number): Handler => ({ cap, handle: () => new Promise(() => undefined) });

/** What the node holds against a peer that claims a chain and answers no request for its blocks, until it is gone. */
async function heldAgainst(answersHeaders: boolean): Promise<string[]> {
  const [at, other] = [await start(), await start()];
  await other.mine(5);
  const { height, work, id } = other.chain.tip();
  const shown = syncHandlers({ chain: other.chain, readBody: createBodyReader(other.chain) });
  const peer = await startRawPeer(at.address, {
    network: REGTEST_NETWORK,
    hello: { height, work, id: new Uint8Array(Buffer.from(id, 'hex')) },
    sync: new Map([
      [
        FRAME.getHeaders.type,
        answersHeaders ? shown.get(FRAME.getHeaders.type)! : silent(FRAME.getHeaders.cap),
      ],
      [FRAME.getBlocks.type, silent(FRAME.getBlocks.cap)],
    ]),
  });
  stops.push(() => peer.stop());
  await until(() => at.net.peers.list().length === 1, 'greeted');
  await until(() => at.net.peers.list().length === 0, 'it is gone', { ms: 120_000 });
  expect(at.net.peers.bans()).toEqual([]);
  const codes = at.net.peers
    .journal(100)
    .filter((entry) => entry.id === peer.id)
    .map(({ code }) => code);
  return [...new Set(codes)].filter((code) => code !== null);
}

test('a peer that answers other requests is blamed for the one that it leaves unanswered', async () => {
  expect(await heldAgainst(true)).toEqual(['request-unanswered']);
});

test('a peer that answers pings, but no request at all, is overloaded: it loses its connection and nothing else', async () => {
  expect(await heldAgainst(false)).toEqual(['peer-overloaded']);
});
