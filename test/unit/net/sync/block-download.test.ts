import { describe, expect, onTestFinished, test } from 'vitest';
import type { Chain } from '../../../../main/chain/chain.ts';
import { toHex } from '../../../../main/core/codec/hex.ts';
import { matchBody } from '../../../../main/core/consensus/block-rules.ts';
import { type Block, createBlock } from '../../../../main/core/primitives/block.ts';
import { isViolation } from '../../../../main/core/violation.ts';
import { KithError } from '../../../../main/lib/errors.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import { FRAME } from '../../../../main/net/protocol/frame-types.ts';
import type { Request } from '../../../../main/net/protocol/reply-queue.ts';
import { createBlockDownload } from '../../../../main/net/sync/block-download.ts';
import { createRate } from '../../../../main/net/sync/sync-rate.ts';
import { extend, mineOn, openTestChain, silent, tipOf } from '../../../support/chain/test-chain.ts';
import { turnedClock } from '../../../support/test-clock.ts';
import { until } from '../../../support/until.ts';

const BLOCKS = 6;

/** A request to a peer, which the test answers. */
interface Asked {
  readonly heights: readonly number[];
  readonly request: Request;
  readonly fail: (error: Error) => void;
  readonly end: () => void;
}

/** A chain that has the headers of six blocks and no bodies, and peers that answer when the test says so. */
async function world() {
  const source = await openTestChain();
  const blocks: Block[] = [];
  for (let i = 0; i < BLOCKS; i++) blocks.push(await extend(source));
  await source.close();
  const chain = await openTestChain();
  onTestFinished(() => chain.close());
  await chain.acceptHeaders(blocks.map(({ header }) => header));
  const side = mineOn(chain, tipOf(chain), { fees: 1 });
  await chain.acceptHeaders([side.header]);
  const all = [...blocks, side];
  const clock = turnedClock();
  let timers = 0;
  const counting = {
    ...clock,
    after(ms: number, run: () => void) {
      timers++;
      return clock.after(ms, run);
    },
  };
  let peers: Peer[] = [];
  const asked = new Map<string, Asked[]>();
  const reports: string[] = [];
  const submitted: number[] = [];
  let isBroken = false;
  const submitBlock: Chain['submitBlock'] = async (block) => {
    const bytes = block instanceof Uint8Array ? block : block.bytes;
    submitted.push(
      all.find(({ header }) => toHex(header.bytes) === toHex(bytes.subarray(0, 88)))!.header.height,
    );
    if (isBroken) throw new KithError('disk');
    return chain.submitBlock(block);
  };
  const bodies = createBlockDownload({
    chain: { ...chain, submitBlock },
    peers: {
      list: () => peers,
      get: (id) => peers.find((peer) => peer.id === id),
      report: (peer, { code }) => void reports.push(`${peer}: ${code}`),
    },
    received: () => undefined,
    rate: createRate(clock.monotonic),
    clock: counting,
    log: silent,
  });
  onTestFinished(() => bodies.stop());
  bodies.start();

  function connect(id: string, latencyMs = 10, { id: tipId, idHex, height } = blocks.at(-1)!.header): void {
    const call = (request: Request) =>
      new Promise<null>((resolve, reject) => {
        const heights = idsIn(request.body).map(
          (each) => all.find(({ header }) => header.idHex === each)!.header.height,
        );
        const requests = asked.get(id) ?? [];
        asked.set(id, [...requests, { heights, request, fail: reject, end: () => resolve(null) }]);
      });
    const tip = { id: tipId, height, work: chain.entry(idHex)!.work };
    const hello = { servesFrom: 0, services: [] };
    peers.push({ id, hello, tip, latencyMs, sync: { call } } as unknown as Peer);
    bodies.consider();
  }
  function disconnect(id: string): void {
    peers = peers.filter((peer) => peer.id !== id);
    bodies.forget(id);
    for (const { fail } of asked.get(id) ?? []) fail(new KithError('peer-gone'));
  }
  /** The peer answers its first open request: with these bodies, or the right ones. */
  function answer(id: string, body = (height: number): Uint8Array | null => blocks[height - 1]!.bytes): void {
    const [first, ...rest] = asked.get(id) ?? [];
    if (first === undefined) throw new Error(`${id} was not asked`);
    asked.set(id, rest);
    for (const height of first.heights) {
      const bytes = body(height);
      const frame = bytes === null ? FRAME.absent : FRAME.block;
      const violation = first.request.onReply!({
        type: frame.type,
        id: 0,
        body: bytes ?? new Uint8Array(32),
      });
      if (violation !== null) reports.push(`${id}: ${violation.code}`);
    }
    first.end();
  }
  const heightsOf = (id: string) => (asked.get(id) ?? []).flatMap(({ heights }) => heights);
  const synced = () => until(() => chain.tip().height === BLOCKS, 'every block is connected');
  const timersSet = () => timers;
  const breakDisk = () => void (isBroken = true);
  return {
    chain,
    clock,
    timersSet,
    breakDisk,
    side,
    bodies,
    blocks,
    connect,
    disconnect,
    answer,
    heightsOf,
    synced,
    reports,
    submitted,
  };
}

function idsIn(body: Uint8Array): string[] {
  const ids: string[] = [];
  for (let at = 1; at < body.length; at += 32) ids.push(toHex(body.subarray(at, at + 32)));
  return ids;
}

function matched(block: Block) {
  const result = matchBody(block);
  if (isViolation(result)) throw new Error(result.code);
  return result;
}

const ALL = [1, 2, 3, 4, 5, 6];
/** The header of a block with the transactions of another one. */
const wrongBody = (blocks: readonly Block[], height: number) =>
  createBlock(blocks[height - 1]!.header, blocks[height % BLOCKS]!.transactions).bytes;

describe('the download of blocks', () => {
  test('requests each block from one peer and submits them in order', async () => {
    const { connect, answer, heightsOf, synced, submitted, reports, bodies } = await world();
    connect('a');
    connect('b');
    expect([heightsOf('a'), heightsOf('b')]).toEqual([ALL, []]);
    answer('a');
    await synced();
    expect(submitted).toEqual(ALL);
    expect(bodies.missing()).toBe(0);
    expect(reports).toEqual([]);
  });

  test('requests blocks from another peer when the first disconnects', async () => {
    const { connect, disconnect, answer, heightsOf, synced, reports } = await world();
    connect('gone');
    connect('stays');
    disconnect('gone');
    expect(heightsOf('stays')).toEqual(ALL);
    answer('stays');
    await synced();
    expect(reports).toEqual([]);
  });

  test('keeps the blocks that a peer delivered before it disconnected', async () => {
    const { blocks, connect, disconnect, answer, heightsOf, synced } = await world();
    connect('gone');
    answer('gone', (height) => (height === 1 ? null : blocks[height - 1]!.bytes));
    connect('stays');
    disconnect('gone');
    expect(heightsOf('stays')).toEqual([1]);
    answer('stays');
    await synced();
  });

  test('blames the sender of a wrong body and requests the block from another peer', async () => {
    const { blocks, connect, answer, heightsOf, synced, reports } = await world();
    connect('liar');
    answer('liar', (height) => (height === 1 ? wrongBody(blocks, 1) : blocks[height - 1]!.bytes));
    connect('honest');
    await until(() => heightsOf('honest').length > 0, 'the block is requested again');
    expect(heightsOf('honest')).toEqual([1]);
    expect(reports).toEqual(['liar: block-merkle']);
    answer('honest');
    await synced();
  });

  test('blames a peer that sends another block than the one requested', async () => {
    const { blocks, connect, answer, reports } = await world();
    connect('liar');
    answer('liar', () => blocks[5]!.bytes);
    expect(reports).toEqual(ALL.slice(0, 5).map(() => 'liar: block-unasked'));
  });

  test('replaces a peer that is too slow, and takes its late answer', async () => {
    const { clock, connect, answer, heightsOf, synced, submitted, reports } = await world();
    connect('slow');
    connect('quick', 20);
    clock.pass(2500);
    // Only the first block is known not to come from the slow peer.
    expect(heightsOf('quick')).toEqual([1]);
    expect(reports).toEqual(['slow: sync-stalled']);
    answer('slow');
    await synced();
    answer('quick');
    expect(submitted).toEqual(ALL);
  });

  test('does not request a block whose compact form is expected, until it is given up', async () => {
    const { bodies, blocks, connect, answer, heightsOf, synced } = await world();
    const id = blocks[0]!.header.idHex;
    bodies.expected.add(id);
    connect('a');
    expect(heightsOf('a')).toEqual([2, 3, 4, 5, 6]);
    answer('a');
    await until(() => heightsOf('a').length === 0, 'answered');
    bodies.giveUp(id);
    expect(heightsOf('a')).toEqual([1]);
    answer('a');
    await synced();
  });

  test('submits a reconstructed block once, although it was requested as well', async () => {
    const { bodies, blocks, connect, answer, synced, submitted, reports } = await world();
    connect('a');
    bodies.expected.add(blocks[0]!.header.idHex);
    bodies.deliver(blocks[0]!.header.idHex, matched(blocks[0]!));
    answer('a');
    await synced();
    expect(submitted).toEqual(ALL);
    expect(reports).toEqual([]);
  });

  test('waits for the chain to decide on submitted blocks when it stops', async () => {
    const { bodies, chain, connect, answer } = await world();
    connect('a');
    answer('a');
    await bodies.stop();
    expect(bodies.missing()).toBe(0);
    expect(chain.hasBody(chain.bestHeader().id)).toBe(true);
  });

  test('requests no more blocks of the best header chain once the disk has failed', async () => {
    const { clock, connect, answer, heightsOf, breakDisk, submitted } = await world();
    breakDisk();
    connect('a');
    answer('a');
    await new Promise(setImmediate);
    connect('b');
    clock.pass(10_000);
    expect(submitted).toEqual(ALL);
    expect([heightsOf('a'), heightsOf('b')]).toEqual([[], []]);
  });

  test('requests no more blocks of a side branch once the disk has failed', async () => {
    const { clock, side, connect, answer, heightsOf, breakDisk, submitted } = await world();
    breakDisk();
    connect('a', 10, side.header);
    clock.pass(250);
    expect(heightsOf('a')).toEqual([1]);
    answer('a', () => side.bytes);
    await new Promise(setImmediate);
    clock.pass(10_000);
    expect(submitted).toEqual([1]);
    expect(heightsOf('a')).toEqual([]);
  });

  test('sets a timer every five seconds while there is nothing to download', async () => {
    const { clock, connect, answer, synced, timersSet } = await world();
    connect('a');
    answer('a');
    await synced();
    clock.pass(10_000);
    const before = timersSet();
    clock.pass(60_000);
    expect(timersSet() - before).toBe(12);
  });
});
