import { expect, test } from 'vitest';
import { isViolation } from '../../../main/core/violation.ts';
import { createCaller } from '../../../main/net/protocol/requester.ts';
import { REQUEST, type RequestKind } from '../../../main/net/protocol/requests.ts';
import { decodeRecords } from '../../../main/net/protocol/record-messages.ts';
import { decodeWidList } from '../../../main/net/protocol/relay-messages.ts';
import type { RawPeer } from '../../support/nodes/raw-peer.ts';
import { coinbaseOf, pay, testKey } from '../../support/chain/test-chain.ts';
import { startTestNode, startTestPeer } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';
import { systemClock } from '../../../main/lib/clock.ts';

/** Asks one thing on a stream of its own, which is closed afterwards. */
async function ask(peer: RawPeer, kind: RequestKind): Promise<Uint8Array> {
  const caller = createCaller({
    open: () => peer.open(peer.names.relay),
    clock: systemClock,
    onViolation: () => {},
  });
  let body = new Uint8Array(0);
  await caller.call({
    kind,
    body: new Uint8Array(0),
    onReply(frame) {
      body = frame.body.slice();
      return null;
    },
  });
  caller.close();
  return body;
}

test('all streams of a connection share one budget, which a new stream does not refill', async () => {
  const at = await startTestNode();
  const [funding] = await at.mine(10);
  const tx = pay(at.chain, [coinbaseOf(funding!)], testKey(1).secret, [
    { amount: 1_000_000, lock: testKey(2).lock },
  ]);
  await at.mempool.submit(tx);
  const other = await startTestNode({ bootstrap: [at.address] });
  // What is announced already is hidden from nobody.
  await until(() => other.mempool.has(tx.txidHex), 'announced');
  const peer = await startTestPeer(at);
  await until(() => at.net.peers.list().some(({ id }) => id === peer.id), 'greeted');

  const listed: number[] = [];
  const told: number[] = [];
  for (let i = 0; i < 3; i++) {
    const wids = decodeWidList(await ask(peer, REQUEST.getWids));
    const records = decodeRecords(await ask(peer, REQUEST.getRecords));
    if (isViolation(wids) || isViolation(records)) throw new Error('not readable');
    listed.push(wids.length);
    told.push(records.length);
  }
  expect(listed).toEqual([1, 0, 0]);
  expect(told).toEqual([told[0], 1, 1]);
});
