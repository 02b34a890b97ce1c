import { describe, expect, onTestFinished, test } from 'vitest';
import type { History } from '../../../../main/chain/history-check.ts';
import { createEmitter } from '../../../../main/lib/events.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import type { PeersEvents } from '../../../../main/net/peers/peers.ts';
import { createFastStart } from '../../../../main/net/sync/fast-start.ts';
import { silent } from '../../../support/chain/test-chain.ts';
import { turnedClock } from '../../../support/test-clock.ts';

interface Options {
  /** Whether the node may start from a snapshot. */
  readonly usesSnapshot?: boolean;
  readonly tipHeight?: number;
  /** The chain began with a snapshot, and its history is not checked. */
  readonly startedFromSnapshot?: boolean;
}

/** A node that starts; `order` is what it does. */
function world({ usesSnapshot = true, tipHeight = 0, startedFromSnapshot = false }: Options = {}) {
  const clock = turnedClock();
  const onError = (error: unknown) => {
    throw error;
  };
  const peerEvents = createEmitter<PeersEvents>(onError);
  const headerEvents = createEmitter<{ source: Peer | null }>(onError);
  const order: string[] = [];
  const peers: Peer[] = [];
  let source: Peer | null = null;
  let height = 0;
  let endSnapshot = () => {};
  let contradict!: (error: Error) => void;
  const settled = new Promise<void>((_, reject) => (contradict = reject));
  settled.catch(() => undefined);
  const history: History = {
    status: () => ({ verified: 3, of: 10 }),
    wanted: () => [],
    submit: () => Promise.reject(new Error('not used')),
    settled,
    close: async () => void order.push('history closed'),
  };
  const start = createFastStart({
    hasRoom: () => true,
    chain: {
      tip: () => ({ height: tipHeight }) as never,
      bestHeader: () => ({ height }) as never,
      base: () => (startedFromSnapshot ? ({} as never) : null),
      historyChecked: () => false,
    },
    peers: { list: () => peers, report: () => undefined, events: peerEvents },
    headers: { source: () => source, events: headerEvents },
    bodies: {
      start: () => void order.push('blocks'),
      consider: () => undefined,
      missing: () => 0,
    },
    snapshot: usesSnapshot
      ? {
          async run() {
            order.push('snapshot');
            await new Promise<void>((resolve) => (endSnapshot = resolve));
            return true;
          },
          progress: () => null,
        }
      : null,
    async openHistory() {
      order.push('history');
      return history;
    },
    clock,
    log: silent,
  });
  onTestFinished(() => {
    endSnapshot();
    return start.stop();
  });

  const settle = async () => {
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
  };
  async function pass(ms: number): Promise<void> {
    await clock.passing(ms);
    await settle();
  }
  async function connect(id: string): Promise<void> {
    const peer = { id } as Peer;
    peers.push(peer);
    peerEvents.emit('handshakeCompleted', peer);
    await settle();
  }
  async function disconnectAll(): Promise<void> {
    for (const peer of peers.splice(0)) peerEvents.emit('disconnected', { peer, code: null });
    await settle();
  }
  /** Headers up to this height are known, and this peer is asked for more. */
  async function headers(upTo: number, from: string | null): Promise<void> {
    height = upTo;
    source = from === null ? null : ({ id: from } as Peer);
    headerEvents.emit('source', source);
    await settle();
  }
  async function snapshotEnds(): Promise<void> {
    endSnapshot();
    await settle();
  }
  return {
    start,
    order,
    pass,
    settle,
    connect,
    disconnectAll,
    headers,
    snapshotEnds,
    contradict: async (cause: string) => {
      contradict(new Error(cause));
      await settle();
    },
  };
}

describe('the first sync', () => {
  test('downloads blocks immediately when it may not use a snapshot', async () => {
    const { start, settle, order } = world({ usesSnapshot: false });
    start.start();
    await settle();
    expect(order).toEqual(['blocks']);
  });

  test('downloads blocks immediately when the node has blocks already', async () => {
    const { start, settle, order } = world({ tipHeight: 5 });
    start.start();
    await settle();
    expect(order).toEqual(['blocks']);
  });

  test('looks for a snapshot when no peer had more headers for 300 ms', async () => {
    const { start, connect, headers, pass, order } = world();
    start.start();
    await connect('a');
    await headers(2000, 'a');
    await pass(10_000);
    expect(order).toEqual([]);
    await headers(4000, null);
    await pass(299);
    expect(order).toEqual([]);
    await pass(1);
    expect(order).toEqual(['snapshot']);
  });

  test('waits 300 ms again when another peer has more headers meanwhile', async () => {
    const { start, connect, headers, pass, order } = world();
    start.start();
    await connect('a');
    await headers(2000, null);
    await pass(200);
    await headers(2000, 'b');
    await pass(200);
    await headers(4000, null);
    await pass(299);
    expect(order).toEqual([]);
    await pass(1);
    expect(order).toEqual(['snapshot']);
  });

  test('waits for a first peer without a limit', async () => {
    const { start, pass, connect, headers, order } = world();
    start.start();
    await pass(3_600_000);
    expect(order).toEqual([]);
    await connect('a');
    await headers(2000, null);
    await pass(300);
    expect(order).toEqual(['snapshot']);
  });

  test('continues when peers sent no headers for two minutes', async () => {
    const { start, connect, pass, order } = world();
    start.start();
    await connect('mute');
    await pass(119_999);
    expect(order).toEqual([]);
    await pass(1);
    expect(order).toEqual(['snapshot']);
  });

  test('does not count the time without peers among these two minutes', async () => {
    const { start, connect, disconnectAll, pass, order } = world();
    start.start();
    await connect('mute');
    await pass(60_000);
    await disconnectAll();
    await pass(600_000);
    await connect('mute too');
    await pass(59_999);
    expect(order).toEqual([]);
    await pass(1);
    expect(order).toEqual(['snapshot']);
  });

  test('downloads blocks after the attempt to load a snapshot', async () => {
    const { start, connect, headers, pass, snapshotEnds, order } = world();
    start.start();
    await connect('a');
    await headers(2000, null);
    await pass(300);
    expect(order).toEqual(['snapshot']);
    await snapshotEnds();
    expect(order).toEqual(['snapshot', 'blocks']);
  });

  test('checks the history after the blocks were begun, if the chain started from a snapshot', async () => {
    const { start, settle, order } = world({ usesSnapshot: false, startedFromSnapshot: true });
    start.start();
    expect(start.history()).toBeNull();
    await settle();
    expect(order).toEqual(['blocks', 'history']);
    expect(start.history()).toEqual({ verified: 3, of: 10 });
  });

  test('downloads nothing when the node stops before the headers are complete', async () => {
    const { start, connect, order } = world();
    start.start();
    await connect('a');
    await start.stop();
    expect(order).toEqual([]);
  });

  test('closes the history when the node stops', async () => {
    const { start, settle, order } = world({ usesSnapshot: false, startedFromSnapshot: true });
    start.start();
    await settle();
    await start.stop();
    expect(order).toEqual(['blocks', 'history', 'history closed']);
  });
});

describe('the user', () => {
  test('gets no notice while the history matches the snapshot', async () => {
    const { start, settle } = world({ usesSnapshot: false, startedFromSnapshot: true });
    start.start();
    await settle();
    expect(start.notices()).toEqual([]);
  });

  test('gets a notice not to spend when the history contradicts the snapshot', async () => {
    const { start, settle, contradict } = world({ usesSnapshot: false, startedFromSnapshot: true });
    start.start();
    await settle();
    await contradict('block 4 pays too much');
    expect(start.notices()).toEqual([
      {
        code: 'snapshot-mismatch',
        message: expect.stringMatching(/\(block 4 pays too much\)\. Do not spend/) as string,
      },
    ]);
  });
});
