import { describe, expect, test } from 'vitest';
import { meet, newSource, type Stranger } from '../hostile/support/stranger.ts';
import { PAYEE } from '../hostile/support/blocks.ts';
import type { NodeProcess } from '../support/nodes/node-process.ts';
import { startTestProcess, stopAfterTest } from '../support/stop-after-test.ts';
import { until } from '../support/until.ts';

const MINUTE = 60;
const HOUR = 3600;

/** A node among three peers whose clocks all say something else than its own. */
async function among(secondsAhead: number): Promise<{ node: NodeProcess; peers: Stranger[] }> {
  const node = await startTestProcess();
  const peers: Stranger[] = [];
  for (let n = 0; n < 3; n++) {
    const peer = stopAfterTest(await meet(node.addresses[0]!, { from: newSource() }));
    const clock = Math.floor(Date.now() / 1000) + secondsAhead;
    expect(await peer.greet({ clock })).not.toBeNull();
    peers.push(peer);
  }
  await until(async () => (await node.call.peers.list()).length === 3, 'all are peers');
  return { node, peers };
}

describe('a clock that differs from those of all peers', () => {
  test.each([
    ['ten minutes behind', 10 * MINUTE, '10 minutes behind'],
    ['ten minutes ahead', -10 * MINUTE, '10 minutes ahead of'],
    ['three hours behind', 3 * HOUR, '3 hours behind'],
    ['three hours ahead', -3 * HOUR, '3 hours ahead of'],
    ['nearly a day behind', 23 * HOUR, '23 hours behind'],
    // A whole day is more than regtest lets a block be ahead, so mining would stop.
    ['nearly a day ahead', -23 * HOUR, '23 hours ahead of'],
  ])('a clock %s is reported with what to do, and no peer gets a penalty', async (_what, seconds, words) => {
    const { node, peers } = await among(seconds);
    const said = await until(
      async () => (await node.call.node.status()).warnings.find(({ code }) => code === 'clock-wrong'),
      'the clock is named',
    );
    expect(said.message).toContain(`The clock of this computer is ${words}`);
    expect(said.message).toContain('Turn on automatic date and time, or set the clock');
    // Its own blocks go on, and it holds nothing against those who see another time.
    await node.call.mining.generate({ address: PAYEE, blocks: 3 });
    expect((await node.call.node.status()).height).toBe(3);
    const list = await node.call.peers.list();
    expect(list.map(({ score }) => score)).toEqual([0, 0, 0]);
    expect(await node.call.peers.bans()).toEqual([]);
    expect(peers.some((peer) => peer.gone())).toBe(false);
  });

  test('an offset of a minute is not reported, and neither is the wrong clock of one peer among four', async () => {
    const { node } = await among(MINUTE);
    expect((await node.call.node.status()).warnings.filter(({ code }) => code === 'clock-wrong')).toEqual([]);
    const odd = stopAfterTest(await meet(node.addresses[0]!, { from: newSource() }));
    await odd.greet({ clock: Math.floor(Date.now() / 1000) + 24 * HOUR });
    await until(async () => (await node.call.peers.list()).length === 4, 'it is a peer');
    expect((await node.call.node.status()).warnings.filter(({ code }) => code === 'clock-wrong')).toEqual([]);
  });
});
