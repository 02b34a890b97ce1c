import { describe, expect, onTestFinished, test } from 'vitest';
import type { HeaderEntry } from '../../../../main/chain/header-entry.ts';
import { toHex } from '../../../../main/core/codec/hex.ts';
import type { Block } from '../../../../main/core/primitives/block.ts';
import { isViolation } from '../../../../main/core/violation.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import { FRAME } from '../../../../main/net/protocol/frame-types.ts';
import type { Request } from '../../../../main/net/protocol/reply-queue.ts';
import { decodeGetBlocks } from '../../../../main/net/protocol/sync-messages.ts';
import { createBlocksInFlight } from '../../../../main/net/sync/blocks-in-flight.ts';
import { createSideBlocks } from '../../../../main/net/sync/side-blocks.ts';
import { mineOn, openTestChain, parentOf, silent } from '../../../support/chain/test-chain.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const BRANCH = 6;
const branch = await mine();

/** The blocks of a side branch on genesis. */
async function mine(): Promise<readonly Block[]> {
  const chain = await openTestChain();
  const blocks: Block[] = [];
  for (let i = 0; i < BRANCH; i++)
    blocks.push(mineOn(chain, parentOf(blocks.at(-1) ?? chain.network.genesis)));
  await chain.close();
  return blocks;
}

/** A request to a peer, which the test answers. */
interface Asked {
  readonly peer: string;
  readonly heights: readonly number[];
  /** With these bodies, or the right ones; null: the peer lacks the block. */
  answer(body?: Body): Promise<void>;
  leaveAfterFirst(): Promise<void>;
}

const ROOT = { id: 'root', height: 0, work: 0n, prev: null, status: 'valid' } as unknown as HeaderEntry;
const headerOn = (prev: HeaderEntry, id: string) =>
  ({ id, height: prev.height + 1, work: prev.work + 1n, prev, status: 'header' }) as unknown as HeaderEntry;

/** An active chain whose tip has the work of `activeWork` blocks, a side branch of six, and peers. */
function world(activeWork = 0n) {
  const entries = new Map<string, HeaderEntry>();
  let top = ROOT;
  for (const { header } of branch) entries.set(header.idHex, (top = headerOn(top, header.idHex)));
  const bodies = new Set<string>();
  const inWindow = new Set<string>();
  const cannot = new Set<string>();
  const announced = new Map<string, string[]>();
  const submitted: number[] = [];
  const failed: string[] = [];
  const noted: string[] = [];
  const asked: Asked[] = [];
  const peers: Peer[] = [];
  const clock = turnedClock();
  const inFlight = createBlocksInFlight({
    chain: { submitBlock: async () => ({ id: '', status: 'stored' }) as never },
    clock,
    log: silent,
  });
  const side = createSideBlocks({
    chain: {
      tip: () => ({ work: activeWork }) as HeaderEntry,
      entry: (id) => entries.get(id),
      hasBody: (id) => bodies.has(id),
      isActive: (entry) => entry.height === 0,
    },
    peers: { list: () => peers },
    inFlight,
    window: { has: (id) => inWindow.has(id) },
    sources: {
      announcedBy: (peer) => announced.get(peer) ?? [],
      canServe: (peer) => !cannot.has(peer.id),
      absent: (peer) => (cannot.add(peer.id), peer.id === 'claims it'),
      failed(id, peer) {
        cannot.add(peer);
        failed.push(`${heightOf(id)}: ${peer}`);
      },
    },
    broken: { noted: (peer, entry) => void noted.push(`${entry.height}: ${peer.id}`) },
    submission: {
      async submit({ id, height }) {
        if ((await inFlight.submit(id)) === null) return;
        bodies.add(id);
        submitted.push(height);
      },
    },
    log: silent,
  });
  onTestFinished(() => side.stop());

  const heightOf = (id: string) => entries.get(id)!.height;

  function connect(id: string, tip = branch.at(-1)!.header.id): void {
    const call = ({ body, onReply }: Request) =>
      new Promise<void>((resolve, reject) => {
        const heights = idsIn(body).map(heightOf);
        function reply(height: number, bytes: Uint8Array | null): void {
          const type = bytes === null ? FRAME.absent.type : FRAME.block.type;
          const wrong = onReply!({ type, id: 0, body: bytes ?? new Uint8Array(32) });
          if (wrong !== null) throw new Error(`${height}: ${wrong.code}`);
        }
        async function answer(bodyAt: Body | undefined = bytesAt): Promise<void> {
          for (const height of heights) reply(height, bodyAt(height));
          resolve();
          await settled();
        }
        async function leaveAfterFirst(): Promise<void> {
          reply(heights[0]!, bytesAt(heights[0]!));
          reject(new Error('gone'));
          await settled();
        }
        asked.push({ peer: id, heights, answer, leaveAfterFirst });
      });
    peers.push({ id, tip: { id: tip }, sync: { call } } as unknown as Peer);
  }
  const requests = () => asked.map(({ peer, heights }) => [peer, ...heights]);
  return {
    side,
    inFlight,
    entries,
    bodies,
    inWindow,
    cannot,
    announced,
    submitted,
    failed,
    noted,
    asked,
    connect,
    requests,
  };
}

const settled = async () => {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
};
type Body = (height: number) => Uint8Array | null;
const bytesAt: Body = (height) => branch[height - 1]!.bytes;
const idAt = (height: number) => branch[height - 1]!.header.idHex;

function idsIn(body: Uint8Array): string[] {
  const ids = decodeGetBlocks(body);
  if (isViolation(ids)) throw new Error(ids.code);
  return ids.map(toHex);
}

describe('the blocks of a side branch with more work than the active chain', () => {
  test('are requested from the peer whose tip it is, the lowest four first', () => {
    const { side, connect, requests } = world();
    connect('a');
    side.check();
    expect(requests()).toEqual([['a', 1, 2, 3, 4]]);
  });

  test('are submitted in order, and the rest is requested then', async () => {
    const { side, connect, asked, requests, submitted } = world();
    connect('a');
    side.check();
    await asked[0]!.answer();
    expect(submitted).toEqual([1, 2, 3, 4]);
    expect(requests().slice(1)).toEqual([['a', 5, 6]]);
    await asked[1]!.answer();
    expect(submitted).toEqual([1, 2, 3, 4, 5, 6]);
    expect(requests()).toHaveLength(2);
  });

  test('are requested from the peer that announced one of them, whatever its tip is', () => {
    const { side, connect, announced, requests } = world();
    connect('a', new Uint8Array(32));
    announced.set('a', [idAt(2)]);
    side.check();
    expect(requests()).toEqual([['a', 1, 2]]);
  });

  test('are not requested again when their bodies are stored', () => {
    const { side, connect, bodies, requests } = world();
    bodies.add(idAt(1)).add(idAt(3));
    connect('a');
    side.check();
    expect(requests()).toEqual([['a', 2, 4, 5, 6]]);
  });

  test('are requested once from a peer, not again while it answers', () => {
    const { side, connect, requests } = world();
    connect('a');
    side.check();
    side.check();
    expect(requests()).toHaveLength(1);
  });

  test('are not requested from a second peer while the first is asked for some of them', () => {
    const { side, connect, requests } = world();
    connect('a');
    connect('b');
    side.check();
    expect(requests()).toEqual([['a', 1, 2, 3, 4]]);
  });

  test('are requested from at most three peers at a time', () => {
    const { side, entries, connect, requests } = world();
    for (let i = 1; i <= 4; i++) {
      const id = String(i).repeat(64);
      entries.set(id, headerOn(ROOT, id));
      connect(`peer ${i}`, Buffer.from(id, 'hex'));
    }
    side.check();
    expect(requests()).toEqual([
      ['peer 1', 1],
      ['peer 2', 1],
      ['peer 3', 1],
    ]);
  });

  test('count as failed for a peer that disconnects before it delivered them', async () => {
    const { side, connect, asked, failed, submitted, inFlight } = world();
    connect('gone');
    side.check();
    await asked[0]!.leaveAfterFirst();
    expect(submitted).toEqual([1]);
    expect(failed).toEqual(['2: gone', '3: gone', '4: gone']);
    expect(inFlight.isIdle()).toBe(true);
  });

  test('are requested from another peer after the first disconnected', async () => {
    const { side, connect, asked, requests } = world();
    connect('gone');
    connect('stays');
    side.check();
    await asked[0]!.leaveAfterFirst();
    expect(requests()).toEqual([
      ['gone', 1, 2, 3, 4],
      ['stays', 2, 3, 4, 5],
    ]);
  });

  test('that a peer lacks although it claims them are a broken claim', async () => {
    const { side, connect, asked, noted } = world();
    connect('claims it');
    side.check();
    await asked[0]!.answer(() => null);
    expect(noted).toEqual([1, 2, 3, 4].map((height) => `${height}: claims it`));
  });

  test('that a peer lacks and never claimed are not a broken claim', async () => {
    const { side, connect, asked, noted } = world();
    connect('relayed the header');
    side.check();
    await asked[0]!.answer(() => null);
    expect(noted).toEqual([]);
  });
});

describe('a branch is not downloaded', () => {
  test('when it has no more work than the active chain', () => {
    const { side, connect, requests } = world(BigInt(BRANCH));
    connect('a');
    side.check();
    expect(requests()).toEqual([]);
  });

  test('when one of its blocks broke a rule', () => {
    const { side, entries, connect, requests } = world();
    const top = entries.get(idAt(BRANCH))!;
    entries.set(top.id, { ...top, status: 'invalid' });
    connect('a');
    side.check();
    expect(requests()).toEqual([]);
  });

  test('when the download of the best header chain has one of its blocks', () => {
    const { side, inWindow, connect, requests } = world();
    inWindow.add(idAt(3));
    connect('a');
    side.check();
    expect(requests()).toEqual([]);
  });

  test('when the compact form of one of its blocks is expected', () => {
    const { side, inFlight, connect, requests } = world();
    inFlight.expected.add(idAt(3));
    connect('a');
    side.check();
    expect(requests()).toEqual([]);
  });

  test('when the peer cannot serve it', () => {
    const { side, cannot, connect, requests } = world();
    cannot.add('pruned');
    connect('pruned');
    side.check();
    expect(requests()).toEqual([]);
  });

  test('when it leaves the active chain more than 288 blocks below its tip', () => {
    const { side, entries, connect, requests } = world();
    const tipOf = (blocks: number): string => {
      let top = ROOT;
      for (let i = 1; i <= blocks; i++) {
        const id = `${blocks}${String(i).padStart(61, '0')}`;
        entries.set(id, (top = headerOn(top, id)));
      }
      return top.id;
    };
    connect('too long', Buffer.from(tipOf(289), 'hex'));
    side.check();
    expect(requests()).toEqual([]);
    connect('long', Buffer.from(tipOf(288), 'hex'));
    side.check();
    expect(requests()).toEqual([['long', 1, 2, 3, 4]]);
  });

  test('when the download has stopped', async () => {
    const { side, connect, asked, requests, submitted } = world();
    connect('a');
    side.check();
    side.stop();
    await asked[0]!.answer();
    side.check();
    expect([requests().length, submitted]).toEqual([1, []]);
  });
});
