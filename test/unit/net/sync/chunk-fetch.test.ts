import { expect, test } from 'vitest';
import { isViolation } from '../../../../main/core/violation.ts';
import { chunkHash } from '../../../../main/core/ledger/snapshot-root.ts';
import type { Manifest } from '../../../../main/chain/snapshot-files.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import { FRAME } from '../../../../main/net/protocol/frame-types.ts';
import type { Request } from '../../../../main/net/protocol/reply-queue.ts';
import { decodeGetChunk } from '../../../../main/net/protocol/snapshot-messages.ts';
import { fetchChunks } from '../../../../main/net/sync/chunk-fetch.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const chunks = Array.from({ length: 6 }, (_, i) => new Uint8Array([i + 1]));
const manifest = { chunks: chunks.map(chunkHash), root: new Uint8Array(32) } as unknown as Manifest;
const EMPTY = new Uint8Array(0);

/** What a peer sends for a chunk, at once; null: no answer arrives. */
type Server = (index: number) => Uint8Array | null;
const honest: Server = (index) => chunks[index]!;

/** Fetches all chunks from these servers; `join` connects one more. */
function fetching(servers: Record<string, Server>, put: (index: number) => void = () => undefined) {
  const clock = turnedClock();
  const stopping = new AbortController();
  const asked: string[] = [];
  const got: number[] = [];
  const wrong: string[] = [];
  let joined = () => {};
  const peerOf = (id: string, server: Server) =>
    ({
      id,
      snapshots: {
        async call(request: Request) {
          const { index } = indexOf(request);
          asked.push(`${id}:${index}`);
          await new Promise(setImmediate);
          const body = server(index);
          if (body === null) throw new Error('no answer');
          const violation = request.onReply!({ type: FRAME.chunk.type, id: 0, body });
          if (violation !== null) wrong.push(`${id}:${violation.code}`);
          return violation;
        },
      },
    }) as unknown as Peer;
  const list = Object.entries(servers).map(([id, server]) => peerOf(id, server));
  const result = fetchChunks(
    {
      servers: () => list,
      onPeer(listener) {
        joined = listener;
        return () => (joined = () => {});
      },
      clock,
    },
    manifest,
    [...chunks.keys()],
    async (index) => {
      put(index);
      got.push(index);
    },
    stopping.signal,
  );
  result.catch(() => undefined);
  const join = (id: string, server: Server) => {
    list.push(peerOf(id, server));
    joined();
  };
  return { clock, stopping, asked, got, wrong, result, join };
}

function indexOf(request: Request) {
  const decoded = decodeGetChunk(request.body);
  if (isViolation(decoded)) throw new Error(decoded.code);
  return decoded;
}

test('all servers work on the chunks, and each chunk is fetched once', async () => {
  const { result, asked, got } = fetching({ a: honest, b: honest });
  expect(await result).toBe(true);
  expect(got.sort()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(asked).toHaveLength(6);
  expect(new Set(asked.map((each) => each[0]))).toEqual(new Set(['a', 'b']));
});

test.each<[string, Server]>([
  ['does not have a chunk', () => EMPTY],
  ['does not answer', () => null],
])('a server that %s is requested again ten seconds later', async (_what, failing) => {
  let fails = true;
  const { clock, result, asked, got } = fetching({ a: (index) => (fails ? failing(index) : honest(index)) });
  await clock.passing(9999);
  expect(asked).toEqual(['a:0']);
  fails = false;
  await clock.passing(1);
  expect(await result).toBe(true);
  expect(got.sort()).toEqual([0, 1, 2, 3, 4, 5]);
});

test('a wrong chunk is a violation of its sender, and is requested from another server', async () => {
  const { result, got, wrong } = fetching({ liar: () => new Uint8Array([99]), good: honest });
  expect(await result).toBe(true);
  expect(wrong).toEqual(['liar:chunk-invalid']);
  expect(got.sort()).toEqual([0, 1, 2, 3, 4, 5]);
});

test('a server that connects later is used immediately', async () => {
  const { clock, result, join, got } = fetching({});
  await clock.passing(5000);
  expect(got).toEqual([]);
  join('late', honest);
  expect(await result).toBe(true);
});

test('the download fails after a minute without any chunk', async () => {
  const { clock, result, asked } = fetching({ mute: () => null });
  let ended: boolean | null = null;
  void result.then((all) => (ended = all));
  for (let second = 0; second < 59; second++) await clock.passing(1000);
  await clock.passing(999);
  expect(ended).toBeNull();
  await clock.passing(1);
  expect(await result).toBe(false);
  expect(asked).toHaveLength(6);
});

test('an error while a chunk is written ends the download', async () => {
  const { result } = fetching({ a: honest, b: honest }, (index) => {
    if (index === 3) throw new Error('the disk is full');
  });
  await expect(result).rejects.toThrow('the disk is full');
});

test('the download ends with the reason of the signal', async () => {
  const { stopping, result } = fetching({});
  await new Promise(setImmediate);
  stopping.abort(new Error('the node stops'));
  await expect(result).rejects.toThrow('the node stops');
});
