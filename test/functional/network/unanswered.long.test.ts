import { expect, test } from 'vitest';
import { systemClock } from '../../../main/lib/clock.ts';
import { createBodyReader } from '../../../main/net/sync/body-of.ts';
import { syncHandlers } from '../../../main/net/sync/serve-sync.ts';
import { FRAME } from '../../../main/net/protocol/frame-types.ts';
import type { Handler } from '../../../main/net/protocol/responder.ts';
import { startTestNode, startTestPeer } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

/** Answers nothing, for ever. */
const silent = (cap: number): Handler => ({ cap, handle: () => new Promise(() => undefined) });

/** What the node holds against a peer that claims a chain and answers no request for its blocks, until it is gone. */
async function heldAgainst(answersHeaders: boolean): Promise<string[]> {
  const [at, other] = [await startTestNode(), await startTestNode()];
  await other.mine(5);
  const { height, work, id } = other.chain.tip();
  const shown = syncHandlers({ chain: other.chain, readBody: createBodyReader(other.chain, systemClock) });
  const peer = await startTestPeer(at, {
    hello: { height, work, id: new Uint8Array(Buffer.from(id, 'hex')) },
    sync: new Map([
      [
        FRAME.getHeaders.type,
        answersHeaders ? shown.get(FRAME.getHeaders.type)! : silent(FRAME.getHeaders.cap),
      ],
      [FRAME.getBlocks.type, silent(FRAME.getBlocks.cap)],
    ]),
  });
  await until(() => at.net.peers.list().length === 1, 'greeted');
  await until(() => at.net.peers.list().length === 0, 'it is gone', { ms: 120_000 });
  expect(at.net.peers.bans()).toEqual([]);
  const codes = at.net.peers
    .journal(100)
    .filter((entry) => entry.id === peer.id)
    .map(({ code }) => code);
  return [...new Set(codes)].filter((code) => code !== null);
}

test('a peer that answers other requests gets a violation for a request that it does not answer', async () => {
  expect(await heldAgainst(true)).toEqual(['request-unanswered']);
});

test('a peer that answers pings and no requests is disconnected as overloaded and not banned', async () => {
  expect(await heldAgainst(false)).toEqual(['peer-overloaded']);
});
