import { expect, test } from 'vitest';
import { systemClock } from '../../../main/lib/clock.ts';
import { createBodyReader } from '../../../main/net/sync/body-of.ts';
import { syncHandlers } from '../../../main/net/sync/serve-sync.ts';
import { FRAME } from '../../../main/net/protocol/frame-types.ts';
import type { Handler } from '../../../main/net/protocol/responder.ts';
import type { TestNode } from '../../support/nodes/test-node.ts';
import { startTestNode, startTestPeer } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

/** Answers nothing, for ever. */
const silent = (cap: number): Handler => ({ cap, handle: () => new Promise(() => undefined) });

/** Claims the chain that `honest` has, shows it or not, and never sends a block of it. */
async function staller(at: TestNode, honest: TestNode, showsHeaders: boolean) {
  const { height, work, id } = honest.chain.tip();
  const shown = syncHandlers({ chain: honest.chain, readBody: createBodyReader(honest.chain, systemClock) });
  const headers = showsHeaders ? shown.get(FRAME.getHeaders.type)! : silent(FRAME.getHeaders.cap);
  const peer = await startTestPeer(at, {
    hello: { height, work, id: new Uint8Array(Buffer.from(id, 'hex')) },
    sync: new Map([
      [FRAME.getHeaders.type, headers],
      [FRAME.getBlocks.type, silent(FRAME.getBlocks.cap)],
    ]),
  });
  await until(() => at.net.peers.list().length === 1, 'greeted');
  return peer;
}

test('a peer that sends headers and withholds the blocks is disconnected without a ban, and another peer delivers the blocks', async () => {
  const [at, honest] = [await startTestNode(), await startTestNode()];
  await honest.mine(40);
  const peer = await staller(at, honest, true);
  await until(() => at.chain.bestHeader().height === 40, 'its headers are here');
  expect(at.net.status()).toMatchObject({ phase: 'blocks', height: 0 });
  await honest.net.peers.add(at.address);
  await until(() => at.chain.tip().id === honest.chain.tip().id, 'the blocks came from another peer');
  const gone = () => at.net.peers.list().every(({ id }) => id !== peer.id);
  await until(gone, 'the peer that withheld them is disconnected');
  const said = at.net.peers.journal(100).filter(({ id, code }) => id === peer.id && code === 'sync-stalled');
  expect(said.length).toBeGreaterThan(0);
  expect(at.net.peers.bans()).toEqual([]);
  expect(at.net.peers.list()).toMatchObject([{ score: 0 }]);
});

test('the headers come from another peer if the first one does not answer requests', async () => {
  const [at, honest] = [await startTestNode(), await startTestNode()];
  await honest.mine(40);
  const peer = await staller(at, honest, false);
  await until(() => at.net.status().phase === 'headers', 'it waits for headers');
  await honest.net.peers.add(at.address);
  await until(() => at.chain.tip().id === honest.chain.tip().id, 'the chain came from another peer');
  // Nobody waited until it was taken for dead. (It may be gone by now for the blocks that it keeps back as well.)
  const said = at.net.peers.journal(100).filter(({ id }) => id === peer.id);
  expect(said).not.toEqual([]);
  expect(said.filter(({ code }) => code === 'peer-silent')).toEqual([]);
});
