import { describe, expect, test } from 'vitest';
import { toHex } from '../../../main/core/codec/hex.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { decodeWids } from '../../../main/net/protocol/announcements.ts';
import { REQUEST, type RequestKind } from '../../../main/net/protocol/requests.ts';
import {
  decodeTransactions,
  decodeWidList,
  encodeGetTransactions,
} from '../../../main/net/protocol/relay-messages.ts';
import type { RawPeer } from '../../support/nodes/raw-peer.ts';
import { coinbaseOf, pay, testKey } from '../../support/chain/test-chain.ts';
import type { TestNode } from '../../support/nodes/test-node.ts';
import { startTestNode, startTestPeer } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

/** A peer that is connected to the payer and records every wid that the payer announces. */
async function observer(at: TestNode): Promise<{ peer: RawPeer; heard: Set<string> }> {
  const peer = await startTestPeer(at);
  const heard = new Set<string>();
  peer.host.gossip.join(peer.names.transactions, (_from, data) => {
    const said = decodeWids(data);
    if (!isViolation(said)) for (const wid of said.wids) heard.add(toHex(wid));
    return 'drop';
  });
  // What the payer announces before it knows this peer as a subscriber never reaches it.
  await until(() => peer.host.gossip.meshPeers(peer.names.transactions).length > 0, 'in the mesh');
  return { peer, heard };
}

async function ask(peer: RawPeer, kind: RequestKind, body: Uint8Array) {
  let got: Uint8Array | undefined;
  await peer.relay.call({
    kind,
    body,
    onReply(frame) {
      got = frame.body;
      return null;
    },
  });
  return got!;
}

describe('a payment of this node', () => {
  test('is first sent to one peer, and announced by this node after that peer announced it', async () => {
    const hop = await startTestNode();
    const [funding] = await hop.mine(10);
    const payer = await startTestNode({ bootstrap: [hop.address] });
    await until(() => payer.chain.tip().height === 10, 'synced');
    const { heard } = await observer(payer);
    const tx = pay(payer.chain, [coinbaseOf(funding!)], testKey(1).secret, [
      { amount: 1_999_990_000, lock: testKey(2).lock },
    ]);
    await payer.mempool.submit(tx);
    // The hop echoes it at once, well before the payer would have told everybody.
    await until(() => hop.mempool.has(tx.txidHex), 'sent to the stem peer');
    await until(() => payer.net.seenBy(tx.txidHex) === 1, 'echoed');
    await until(() => heard.has(toHex(tx.wid)), 'then announced like any other');
  });

  test('is hidden from all other peers, and is announced to them if the stem peer does not announce it', async () => {
    const silent = await startTestNode();
    const [funding] = await silent.mine(10);
    const payer = await startTestNode({ bootstrap: [silent.address] });
    await until(() => payer.chain.tip().height === 10, 'synced');
    const { peer, heard } = await observer(payer);
    // It takes the payment and has no room for it: so it never announces it.
    silent.mempool.submit = async () => ({ kind: 'violation', code: 'policy-full' });
    const tx = pay(payer.chain, [coinbaseOf(funding!)], testKey(1).secret, [
      { amount: 1_999_990_000, lock: testKey(2).lock },
    ]);
    const began = performance.now();
    await payer.mempool.submit(tx);
    const list = await ask(peer, REQUEST.getWids, new Uint8Array(0));
    expect(decodeWidList(list)).toEqual([]);
    const request = encodeGetTransactions({ by: 'wid', ids: [tx.wid] });
    const before = await ask(peer, REQUEST.getTransactions, request);
    expect(decodeTransactions(before)).toEqual([]);
    await until(() => heard.has(toHex(tx.wid)), 'told');
    expect(performance.now() - began).toBeGreaterThan(4900);
    const after = await ask(peer, REQUEST.getTransactions, request);
    expect(decodeTransactions(after)).toHaveLength(1);
  });
});
