import { describe, expect, test } from 'vitest';
import { FRAME } from '../../../main/net/protocol/frame-types.ts';
import type { RawPeer } from '../../support/nodes/raw-peer.ts';
import { startNode, type TestNode } from '../../support/nodes/test-node.ts';
import { startTestNode, startTestPeer } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';
import { writeFrame } from '../../support/nodes/write-frame.ts';

async function connect(at: TestNode): Promise<RawPeer> {
  const peer = await startTestPeer(at);
  await until(() => at.net.peers.list().some(({ id }) => id === peer.id), 'greeted');
  return peer;
}

/** Often enough to lose one of them, if the connection were closed before `bye` has gone out. */
const TIMES = Array.from({ length: 20 }, (_, i) => i);

describe('a node says why it disconnects a peer', () => {
  test.each([
    // The stream that breaks the rule is the one that `bye` goes out on.
    [
      'on the control stream',
      async (peer: RawPeer) => peer.control.sendTip({ height: 1, work: 1n, id: new Uint8Array(5) }),
      'codec-truncated',
    ],
    [
      'on another stream',
      async (peer: RawPeer) => {
        const stream = await peer.open(peer.names.sync);
        await writeFrame(stream, FRAME.getBlocks.type, 1, [Uint8Array.of(5)]);
      },
      'codec-truncated',
    ],
  ])('when the peer breaks a rule %s', async (_where, violate, code) => {
    const at = await startTestNode();
    const said: (string | null)[] = [];
    for (const _ of TIMES) {
      const peer = await connect(at);
      await violate(peer);
      said.push(await peer.bye);
      await peer.stop();
    }
    expect(said).toEqual(TIMES.map(() => code));
  });

  test('when the user removes it', async () => {
    const at = await startTestNode();
    const said: (string | null)[] = [];
    for (const _ of TIMES) {
      const peer = await connect(at);
      await at.net.peers.remove(peer.id);
      said.push(await peer.bye);
      await peer.stop();
    }
    expect(said).toEqual(TIMES.map(() => 'manual'));
  });

  test('when the node stops', async () => {
    const at = await startNode();
    const peers = await Promise.all([connect(at), connect(at), connect(at)]);
    await at.stop();
    expect(await Promise.all(peers.map(({ bye }) => bye))).toEqual(peers.map(() => 'node-stopping'));
  });
});
