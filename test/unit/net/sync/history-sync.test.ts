import { describe, expect, onTestFinished, test } from 'vitest';
import type { HeaderEntry } from '../../../../main/chain/header-entry.ts';
import { toHex } from '../../../../main/core/codec/hex.ts';
import type { Block } from '../../../../main/core/primitives/block.ts';
import { isViolation, violation, type Violation } from '../../../../main/core/violation.ts';
import { createEmitter } from '../../../../main/lib/events.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import type { PeersEvents } from '../../../../main/net/peers/peers.ts';
import { FRAME, MAX_BLOCKS_PER_REQUEST } from '../../../../main/net/protocol/frame-types.ts';
import type { Request } from '../../../../main/net/protocol/reply-queue.ts';
import { decodeGetBlocks } from '../../../../main/net/protocol/sync-messages.ts';
import { createHistorySync } from '../../../../main/net/sync/history-sync.ts';
import { mineOn, openTestChain, parentOf, silent } from '../../../support/chain/test-chain.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const mined = await mine(3 * MAX_BLOCKS_PER_REQUEST);

/** Blocks one after the other, without a chain that has them. */
async function mine(count: number): Promise<readonly Block[]> {
  const chain = await openTestChain();
  const blocks: Block[] = [];
  for (let i = 0; i < count; i++)
    blocks.push(mineOn(chain, parentOf(blocks.at(-1) ?? chain.network.genesis)));
  await chain.close();
  return blocks;
}

/** A history that lacks `count` blocks, and peers that serve what the test says. */
function world(count: number) {
  const blocks = mined.slice(0, count);
  const clock = turnedClock();
  const events = createEmitter<PeersEvents>((error) => {
    throw error;
  });
  const peers: Peer[] = [];
  const asked: { peer: string; heights: number[] }[] = [];
  const reports: string[] = [];
  const submitted: number[] = [];
  let settle!: { resolve: () => void; reject: (error: Error) => void };
  const settled = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  settled.catch(() => undefined);
  let refusal: Violation | null = null;
  let busy = false;
  let closed = false;

  const sync = createHistorySync({
    history: {
      status: () => ({ verified: submitted.length, of: count }),
      wanted: (max) =>
        blocks
          .slice(submitted.length, submitted.length + max)
          .map(({ header }) => ({ id: header.idHex, height: header.height, work: 1n }) as HeaderEntry),
      async submit(bytes) {
        if (refusal !== null) return refusal;
        submitted.push(blocks.findIndex((block) => Buffer.compare(block.bytes, bytes) === 0) + 1);
        return null;
      },
      settled,
      close: async () => void (closed = true),
    },
    peers: {
      list: () => peers,
      report: (peer, { code }) => void reports.push(`${peer}: ${code}`),
      events,
    },
    busy: () => busy,
    clock,
    log: silent,
  });
  onTestFinished(() => sync.stop());
  sync.start();

  interface Serves {
    readonly from?: number;
    readonly work?: bigint;
    readonly body?: (height: number) => Uint8Array | null;
  }
  function connect(id: string, { from = 0, work = 1n, body = (at) => blocks[at - 1]!.bytes }: Serves = {}) {
    async function call({ body: wanted, onReply }: Request): Promise<void> {
      const heights = idsIn(wanted).map(
        (each) => blocks.findIndex(({ header }) => header.idHex === each) + 1,
      );
      asked.push({ peer: id, heights });
      for (const height of heights) {
        const bytes = body(height);
        const type = bytes === null ? FRAME.absent.type : FRAME.block.type;
        const wrong = onReply!({ type, id: 0, body: bytes ?? new Uint8Array(32) });
        if (wrong === null) continue;
        reports.push(`${id}: ${wrong.code}`);
        throw new Error(wrong.code);
      }
    }
    const peer = { id, hello: { servesFrom: from }, tip: { work }, sync: { call } } as unknown as Peer;
    peers.push(peer);
    events.emit('handshakeCompleted', peer);
    return peer;
  }
  /** Lets everything go on that waits for no time. */
  const settleAll = async () => {
    for (let i = 0; i < 10; i++) await new Promise(setImmediate);
  };
  return {
    sync,
    clock,
    events,
    connect,
    asked,
    reports,
    submitted,
    settle,
    settleAll,
    setBusy: (is: boolean) => void (busy = is),
    refuse: (code: Violation['code'] | null) => void (refusal = code === null ? null : violation(code)),
    isClosed: () => closed,
  };
}

function idsIn(body: Uint8Array): string[] {
  const ids = decodeGetBlocks(body);
  if (isViolation(ids)) throw new Error(ids.code);
  return ids.map(toHex);
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('the blocks below the snapshot', () => {
  test('are submitted in order, whatever number of requests they take', async () => {
    const { connect, settleAll, submitted, asked } = world(3 * MAX_BLOCKS_PER_REQUEST);
    connect('archive');
    await settleAll();
    expect(submitted).toEqual(upTo(3 * MAX_BLOCKS_PER_REQUEST));
    expect(asked.map(({ heights }) => heights.length)).toEqual(Array(3).fill(MAX_BLOCKS_PER_REQUEST));
  });

  test('are requested from the peers in turn', async () => {
    const { connect, settleAll, asked, clock } = world(1);
    connect('a', { body: () => null });
    connect('b', { body: () => null });
    await settleAll();
    await clock.passing(500);
    await settleAll();
    expect(asked.map(({ peer }) => peer).toSorted()).toEqual(['a', 'b']);
  });

  test('are not requested from a peer that keeps only newer blocks, nor from one with another chain', async () => {
    const { connect, settleAll, clock, asked, submitted } = world(3);
    connect('pruned', { from: 2 });
    connect('behind', { work: 0n });
    await settleAll();
    await clock.passing(60_000);
    expect(asked).toEqual([]);
    connect('archive');
    await settleAll();
    expect(asked.map(({ peer }) => peer)).toEqual(['archive']);
    expect(submitted).toEqual([1, 2, 3]);
  });

  test('are requested as soon as a peer claims more work', async () => {
    const { connect, events, settleAll, submitted } = world(3);
    const peer = connect('behind', { work: 0n });
    await settleAll();
    expect(submitted).toEqual([]);
    Object.assign(peer.tip, { work: 1n });
    events.emit('tip', peer);
    await settleAll();
    expect(submitted).toEqual([1, 2, 3]);
  });

  test('wait while the newest blocks need the peers', async () => {
    const { connect, settleAll, clock, setBusy, asked, submitted } = world(3);
    setBusy(true);
    connect('archive');
    await settleAll();
    await clock.passing(10_000);
    expect(asked).toEqual([]);
    setBusy(false);
    await clock.passing(500);
    await settleAll();
    expect(submitted).toEqual([1, 2, 3]);
  });

  test('are requested again half a second after a peer delivered none', async () => {
    const { connect, settleAll, clock, asked, reports } = world(3);
    connect('empty', { body: () => null });
    await settleAll();
    expect(asked).toHaveLength(1);
    await clock.passing(499);
    await settleAll();
    expect(asked).toHaveLength(1);
    await clock.passing(1);
    await settleAll();
    expect(asked).toHaveLength(2);
    expect(reports).toEqual([]);
  });

  test('count against a peer that sends another block than the one requested', async () => {
    const { connect, settleAll, reports, submitted } = world(3);
    connect('liar', { body: () => mined[2]!.bytes });
    await settleAll();
    expect([reports, submitted]).toEqual([['liar: block-unasked'], []]);
  });

  test('count against the sender when a body does not match its header', async () => {
    const { connect, settleAll, clock, refuse, reports, submitted } = world(1);
    refuse('block-merkle');
    connect('liar', { body: (height) => (reports.length > 0 ? null : mined[height - 1]!.bytes) });
    await settleAll();
    expect([reports, submitted]).toEqual([['liar: block-merkle'], []]);
    refuse(null);
    connect('honest');
    await clock.passing(1000);
    await settleAll();
    expect(submitted).toEqual([1]);
  });

  test('do not count against the sender when they break another rule, because then the snapshot is wrong', async () => {
    const { connect, settleAll, refuse, settle, reports, sync } = world(1);
    refuse('coin-immature');
    connect('honest', { body: (height) => (settle.reject(new Error('height 1')), mined[height - 1]!.bytes) });
    await settleAll();
    expect(reports).toEqual([]);
    expect(sync.mismatch()).toBe('height 1');
  });

  test('are not requested any more once they are all checked', async () => {
    const { sync, connect, settle, settleAll, clock, asked } = world(3);
    settle.resolve();
    await settleAll();
    connect('archive');
    await clock.passing(60_000);
    await settleAll();
    expect(asked).toEqual([]);
    expect(sync.mismatch()).toBeNull();
  });

  test('are closed when the node stops, also while it waits for a peer', async () => {
    const { sync, settleAll, isClosed } = world(3);
    await settleAll();
    await sync.stop();
    expect(isClosed()).toBe(true);
  });
});
