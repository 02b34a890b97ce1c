import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { HeaderEntry } from '../../../../main/chain/header-entry.ts';
import { SnapshotRefused } from '../../../../main/chain/load-snapshot.ts';
import {
  chunkFile,
  createSnapshotFolder,
  type Manifest,
  snapshotName,
} from '../../../../main/chain/snapshot-files.ts';
import { fromHex } from '../../../../main/core/codec/hex.ts';
import { chunkHash, snapshotRoot } from '../../../../main/core/ledger/snapshot-root.ts';
import { REGTEST_NETWORK } from '../../../../main/core/params/built-in-networks.ts';
import { RECORD_TAG } from '../../../../main/core/primitives/records.ts';
import { createEmitter } from '../../../../main/lib/events.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import type { PeersEvents } from '../../../../main/net/peers/peers.ts';
import { FRAME } from '../../../../main/net/protocol/frame-types.ts';
import type { Request } from '../../../../main/net/protocol/reply-queue.ts';
import { REQUEST } from '../../../../main/net/protocol/requests.ts';
import { encodeManifest } from '../../../../main/net/protocol/snapshot-messages.ts';
import { createSnapshotSync } from '../../../../main/net/sync/snapshot-sync.ts';
import { mineOn, newDirectory, silent } from '../../../support/chain/test-chain.ts';
import { turnedClock } from '../../../support/test-clock.ts';
import { until } from '../../../support/until.ts';

// A snapshot every ten blocks; the block two above it commits to it.
const network = { ...REGTEST_NETWORK, params: { ...REGTEST_NETWORK.params, epoch: 10, delay: 2 } };
const BASE = 10;
const COMMITTING = 12;
const BURIED = 22;
const EMPTY = new Uint8Array(0);

const idAt = (height: number): string => height.toString(16).padStart(64, '0');
const chunks = [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)];
const manifest = manifestOf(chunks);
const committing = mineOn(
  { network },
  { height: COMMITTING - 1, idBytes: fromHex(idAt(COMMITTING - 1))!, time: 1_000_000 },
  {
    records: [
      { tag: RECORD_TAG.extraNonce, bytes: Uint8Array.of(1) },
      { tag: RECORD_TAG.snapshotRoot, bytes: manifest.root },
    ],
  },
);

function manifestOf(content: readonly Uint8Array[]): Manifest {
  const facts = { networkId: network.id, height: BASE, blockId: fromHex(idAt(BASE))!, coins: 3, total: 3 };
  const hashes = content.map(chunkHash);
  return { facts, chunks: hashes, root: snapshotRoot(facts, hashes) };
}

function headersUpTo(height: number): HeaderEntry {
  let at: HeaderEntry | null = null;
  for (let i = 0; i <= height; i++) {
    const id = i === COMMITTING ? committing.header.idHex : idAt(i);
    at = { id, height: i, work: BigInt(i), prev: at } as HeaderEntry;
  }
  return at!;
}

interface Serves {
  readonly snapshots?: boolean;
  readonly from?: number;
  readonly work?: bigint;
  readonly block?: Uint8Array;
  readonly manifest?: Uint8Array;
  readonly chunk?: (index: number) => Uint8Array;
}

/** A node without blocks that has headers, and peers that serve what the test says. */
function world({ height = BURIED } = {}) {
  const directory = newDirectory();
  const clock = turnedClock();
  const events = createEmitter<PeersEvents>((error) => {
    throw error;
  });
  const peers: Peer[] = [];
  const asked: string[] = [];
  const violations: string[] = [];
  const loaded: string[] = [];
  const failures: Error[] = [];
  const stopping = new AbortController();
  const sync = createSnapshotSync({
    network,
    chain: {
      tip: () => headersUpTo(0),
      bestHeader: () => headersUpTo(height),
      async loadSnapshot(path) {
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        loaded.push(basename(path));
      },
    },
    peers: { list: () => peers, events },
    directory,
    clock,
    log: silent,
  });

  function connect(id: string, serves: Serves = {}): void {
    const { snapshots = true, from = 0, work = 100n, block = committing.bytes } = serves;
    const { manifest: sent = encodeManifest(manifest), chunk = (index) => chunks[index]! } = serves;
    const reply = (request: Request, type: number, body: Uint8Array): void => {
      const violation = request.onReply!({ type, id: 0, body });
      if (violation === null) return;
      violations.push(`${id}: ${violation.code}`);
      throw new Error(violation.code);
    };
    const callSync = async (request: Request) => {
      asked.push(`${id}: block`);
      reply(request, FRAME.block.type, block);
    };
    const callSnapshots = async (request: Request) => {
      if (request.kind === REQUEST.getManifest) {
        asked.push(`${id}: manifest`);
        return reply(request, FRAME.manifest.type, sent);
      }
      const index = request.body[32]!;
      asked.push(`${id}: chunk ${index}`);
      await new Promise(setImmediate);
      reply(request, FRAME.chunk.type, chunk(index));
    };
    const peer = {
      id,
      hello: { servesFrom: from, services: snapshots ? ['snapshots'] : [] },
      tip: { work },
      sync: { call: callSync },
      snapshots: { call: callSnapshots },
    } as unknown as Peer;
    peers.push(peer);
    events.emit('handshakeCompleted', peer);
  }
  const settle = async () => {
    for (let i = 0; i < 10; i++) await new Promise(setImmediate);
  };
  return {
    directory,
    path: join(directory, NAME),
    clock,
    sync,
    connect,
    asked,
    violations,
    loaded,
    failures,
    stopping,
    run: () => sync.run(stopping.signal),
    settle,
    files: () => readdirSync(directory).toSorted(),
  };
}

const NAME = snapshotName(BASE, idAt(BASE));
const chunksOf = (asked: readonly string[]) => asked.filter((each) => each.includes('chunk')).toSorted();

/** As if it had been downloaded before a restart. */
async function storeSnapshot(path: string): Promise<void> {
  const folder = await createSnapshotFolder(path);
  for (const [index, bytes] of chunks.entries()) await folder.chunk(index, bytes);
  await folder.finish(manifest);
}

describe('a node without blocks', () => {
  test('loads the newest snapshot that the chain commits to', async () => {
    const { connect, run, asked, loaded, files } = world();
    connect('a');
    expect(await run()).toBe(true);
    expect(asked.slice(0, 2)).toEqual(['a: block', 'a: manifest']);
    expect(chunksOf(asked)).toEqual(['a: chunk 0', 'a: chunk 1', 'a: chunk 2']);
    expect([loaded, files()]).toEqual([[NAME], [NAME]]);
  });

  test('uses no snapshot without an epoch of headers on top of its commitment', async () => {
    const { connect, run, asked } = world({ height: BURIED - 1 });
    connect('a');
    expect(await run()).toBe(false);
    expect(asked).toEqual([]);
  });

  test('waits ten seconds for a peer that serves snapshots', async () => {
    const { connect, run, settle, clock, asked } = world();
    connect('without snapshots', { snapshots: false });
    let result: boolean | null = null;
    void run().then((done) => (result = done));
    await settle();
    await clock.passing(9999);
    await settle();
    expect(result).toBeNull();
    await clock.passing(1);
    await until(() => result !== null, 'the search has ended');
    expect([result, asked]).toEqual([false, []]);
  });

  test('continues as soon as a peer connects that serves snapshots', async () => {
    const { connect, run, settle, loaded } = world();
    const done = run();
    await settle();
    connect('late');
    expect(await done).toBe(true);
    expect(loaded).toEqual([NAME]);
  });

  test('requests the committing block from no peer that pruned it or has another chain', async () => {
    const { connect, run, asked } = world();
    connect('pruned', { from: COMMITTING + 1 });
    connect('behind', { work: BigInt(COMMITTING) - 1n });
    connect('archive', { snapshots: false });
    expect(await run()).toBe(true);
    expect(asked.filter((each) => each.endsWith('block'))).toEqual(['archive: block']);
  });

  test('requests the committing block from another peer when the first sends another block', async () => {
    const other = mineOn({ network }, { height: 5, idBytes: fromHex(idAt(5))!, time: 1_000_000 });
    const { connect, run, asked } = world();
    connect('liar', { block: other.bytes });
    connect('honest');
    expect(await run()).toBe(true);
    expect(asked.slice(0, 2)).toEqual(['liar: block', 'honest: block']);
  });

  test('requests the manifest from another peer when the first does not have it', async () => {
    const { connect, run, asked, violations } = world();
    connect('without', { manifest: EMPTY });
    connect('with');
    expect(await run()).toBe(true);
    expect(asked.filter((each) => each.endsWith('manifest'))).toEqual([
      'without: manifest',
      'with: manifest',
    ]);
    expect(violations).toEqual([]);
  });

  test('blames a peer that sends the manifest of another snapshot', async () => {
    const { connect, run, violations } = world();
    connect('liar', { manifest: encodeManifest(manifestOf([Uint8Array.of(9)])) });
    connect('honest');
    expect(await run()).toBe(true);
    expect(violations).toEqual(['liar: chunk-invalid']);
  });

  test('tries three times, a second apart, and then downloads blocks', async () => {
    const { connect, run, settle, clock, asked } = world();
    connect('without', { manifest: EMPTY });
    const done = run();
    const attempts = () => asked.filter((each) => each.endsWith('manifest')).length;
    for (let attempt = 1; attempt <= 3; attempt++) {
      await until(() => attempts() === attempt, 'the manifest is requested');
      await settle();
      await clock.passing(999);
      await settle();
      expect(attempts()).toBe(attempt);
      await clock.passing(1);
    }
    expect(await done).toBe(false);
    expect(attempts()).toBe(3);
  });

  test('reports downloaded chunks while it downloads them, and nothing afterwards', async () => {
    const { sync, connect, run } = world();
    const seen: unknown[] = [];
    connect('a', { chunk: (index) => (seen.push(sync.progress()), chunks[index]!) });
    expect(sync.progress()).toBeNull();
    await run();
    expect(seen[0]).toEqual({ done: 0, of: 3 });
    expect(sync.progress()).toBeNull();
  });
});

describe('a snapshot on the disk', () => {
  test('is not downloaded again after a restart', async () => {
    const { path, connect, run, asked, loaded } = world();
    await storeSnapshot(path);
    connect('a');
    expect(await run()).toBe(true);
    expect([asked, loaded]).toEqual([['a: block'], [NAME]]);
  });

  test('is completed after a restart with the chunks that are missing', async () => {
    const { path, connect, run, asked } = world();
    mkdirSync(`${path}.fetching`);
    writeFileSync(chunkFile(`${path}.fetching`, 1), chunks[1]!);
    connect('a');
    expect(await run()).toBe(true);
    expect(chunksOf(asked)).toEqual(['a: chunk 0', 'a: chunk 2']);
  });

  test('is deleted when the download of another one begins', async () => {
    const { directory, connect, run, files } = world();
    mkdirSync(join(directory, `${snapshotName(1, idAt(1))}.fetching`));
    connect('a');
    expect(await run()).toBe(true);
    expect(files()).toEqual([NAME]);
  });

  test('is deleted when the chain refuses it, and blocks are downloaded', async () => {
    const { connect, run, failures, loaded, files } = world();
    failures.push(new SnapshotRefused('a chunk is wrong'));
    connect('a');
    expect(await run()).toBe(false);
    expect([loaded, files()]).toEqual([[], []]);
  });

  test('is downloaded again when the chain refuses the one from before a restart', async () => {
    const { path, connect, run, clock, asked, failures, loaded } = world();
    await storeSnapshot(path);
    failures.push(new SnapshotRefused('a file is damaged'));
    connect('a');
    const done = run();
    const isTriedAgain = async () => {
      await clock.passing(1000);
      return asked.includes('a: manifest');
    };
    await until(isTriedAgain, 'the next attempt has begun');
    expect(await done).toBe(true);
    expect([chunksOf(asked).length, loaded]).toEqual([3, [NAME]]);
  });

  test('is kept when the disk fails, and blocks are downloaded', async () => {
    const { connect, run, failures, loaded, files } = world();
    failures.push(new Error('EIO'));
    connect('a');
    expect(await run()).toBe(false);
    expect([loaded, files()]).toEqual([[], [NAME]]);
  });

  test('is kept in part when the node stops', async () => {
    const { connect, run, stopping, files } = world();
    connect('a', {
      chunk(index) {
        stopping.abort();
        return chunks[index]!;
      },
    });
    expect(await run()).toBe(false);
    expect(files()).toEqual([`${NAME}.fetching`]);
  });
});
