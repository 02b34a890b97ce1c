import { describe, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import {
  decodeManifest,
  decodeGetChunk,
  decodeGetManifest,
  encodeManifest,
} from '../../../main/net/protocol/snapshot-messages.ts';
import { decodeGetBlocks } from '../../../main/net/protocol/sync-messages.ts';
import { FRAME } from '../../../main/net/protocol/frame-types.ts';
import { chunkFile, listSnapshots, readManifest } from '../../../main/chain/snapshot-files.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { createHost } from '../../../main/net/transport/host.ts';
import { namesOf } from '../../../main/net/transport/protocols.ts';
import { greet } from '../../../main/net/protocol/control.ts';
import { isPeerViolation } from '../../../main/net/protocol/wire-violation.ts';
import { PROTOCOL_VERSION } from '../../../main/net/protocol/hello.ts';
import { type Handler, serve } from '../../../main/net/protocol/responder.ts';
import { createBodyReader } from '../../../main/net/sync/body-of.ts';
import { syncHandlers } from '../../../main/net/sync/serve-sync.ts';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { subsidyAt } from '../../../main/core/consensus/params.ts';
import { encodeRecords, RECORD_TAG } from '../../../main/core/primitives/records.ts';
import { createTransaction, type Transaction } from '../../../main/core/primitives/transaction.ts';
import { toMotes } from '../../../shared/units.ts';
import { testKey } from '../../support/chain/test-chain.ts';
import { hexToHash } from '../../../main/storage/keys.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startNode, type TestNode } from '../../support/nodes/test-node.ts';
import { startTestNode, stopAfterTest } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';
import { systemClock } from '../../../main/lib/clock.ts';
import { systemRandom } from '../../../main/lib/random.ts';

const NOTHING = new Uint8Array(0);

/** A node that has snapshots and says so. */
async function library(): Promise<TestNode> {
  const first = await startTestNode();
  await first.mine(110);
  const { directory } = first;
  await until(async () => (await listSnapshots(join(directory, 'snapshots'))).length >= 2, 'built');
  await first.stop();
  return startTestNode({ directory });
}

describe('an initial sync from a snapshot', () => {
  test('starts with the newest buried snapshot, reaches the tip, and then checks the history below it', async () => {
    const from = await library();
    const also = await startTestNode({ bootstrap: [from.address] });
    await until(() => also.chain.tip().height === 110, 'a second server');
    const fresh = await startTestNode({ bootstrap: [from.address, also.address], snapshotSync: true });
    await until(() => fresh.chain.tip().height === 110, 'at the tip');
    expect(fresh.chain.base()?.height).toBe(80);
    expect(fresh.chain.tip().id).toBe(from.chain.tip().id);
    await until(() => fresh.chain.historyChecked(), 'history checked');
    expect(fresh.net.status().history).toEqual({ verified: 80, of: 80 });
    expect(fresh.chain.totals()).toEqual(from.chain.totals());
    expect(await fresh.chain.setHash()).toBe(await from.chain.setHash());
  });

  test('downloads all blocks if no peer has snapshots', async () => {
    const from = await startTestNode();
    await from.mine(15);
    const fresh = await startTestNode({ bootstrap: [from.address], snapshotSync: true });
    await until(() => fresh.chain.tip().height === 15, 'synced');
    expect(fresh.chain.base()).toBeNull();
  });

  test('bans a peer that sends wrong chunks, and downloads them from another peer', async () => {
    const from = await library();
    const folder = join(from.directory, 'snapshots');
    const name = (await listSnapshots(folder)).find((each) => each.startsWith('0000000080-'))!;
    const manifest = (await readManifest(join(folder, name)))!;
    const liar = await startLiar(from, encodeManifest(manifest), new Uint8Array(1000));
    const fresh = await startTestNode({ bootstrap: [liar.address, from.address], snapshotSync: true });
    await until(() => fresh.net.peers.bans().length > 0, 'banned');
    expect(fresh.net.peers.bans()).toMatchObject([{ id: liar.id, code: 'chunk-invalid' }]);
    await until(() => fresh.chain.tip().height === 110, 'at the tip all the same');
    expect(fresh.chain.base()?.height).toBe(80);
  });

  test('uses another peer if one has none of the chunks, and does not ban that one', async () => {
    const from = await library();
    const folder = join(from.directory, 'snapshots');
    const name = (await listSnapshots(folder)).find((each) => each.startsWith('0000000080-'))!;
    const manifest = (await readManifest(join(folder, name)))!;
    const empty = await startLiar(from, encodeManifest(manifest), new Uint8Array(0));
    const fresh = await startTestNode({ bootstrap: [empty.address, from.address], snapshotSync: true });
    await until(() => fresh.chain.tip().height === 110, 'at the tip all the same');
    expect(fresh.chain.base()?.height).toBe(80);
    await until(() => fresh.chain.historyChecked(), 'history checked');
    expect(fresh.net.peers.bans()).toEqual([]);
    expect(empty.asked()).toBeLessThan(10);
  });

  test('does not download again the chunks from before a restart', async () => {
    const from = await startTestNode();
    // More coins than two chunks hold.
    for (let height = 1; height <= 20; height++) await from.mine(1, { coinbase: manyCoins(height) });
    await from.mine(90);
    const folder = join(from.directory, 'snapshots');
    const built = async () => (await listSnapshots(folder)).find((each) => each.startsWith('0000000080-'));
    await until(async () => (await built()) !== undefined, 'built');
    const whole = join(folder, (await built())!);
    const manifest = (await readManifest(whole))!;
    const chunks = manifest.chunks.map((_, i) => new Uint8Array(readFileSync(chunkFile(whole, i))));
    expect(chunks.length).toBeGreaterThan(2);
    const served = encodeManifest(manifest);
    const sync = () =>
      syncHandlers({ chain: from.chain, readBody: createBodyReader(from.chain, systemClock) });

    const broken = await startServer(from, served, (i) => (i === 0 ? chunks[0]! : NOTHING), sync());
    const cut = await startNode({ bootstrap: [broken.address], snapshotSync: true });
    await until(() => cut.net.status().snapshot?.done === 1, 'one chunk is here');
    await cut.stop();

    const server = await startServer(from, served, (i) => chunks[i]!, sync());
    const { directory } = cut;
    const again = await startTestNode({ directory, bootstrap: [server.address], snapshotSync: true });
    await until(() => again.chain.base()?.height === 80, 'it begins with the snapshot');
    expect(server.asked()).toBe(chunks.length - 1);
    await until(() => again.chain.tip().height === 110, 'at the tip');
    expect(await again.chain.setHash()).toBe(await from.chain.setHash());
    expect(await listSnapshots(join(directory, 'snapshots'))).toContain(await built());
  });
});

/** A coinbase with some 2 000 coins. */
function manyCoins(height: number): Transaction {
  const coins = 1990;
  const amount = toMotes(Math.floor(subsidyAt(height, REGTEST_NETWORK.params) / coins));
  return createTransaction({
    version: 1,
    validFrom: height,
    expires: 0,
    inputs: [],
    outputs: Array.from({ length: coins }, () => ({ amount, ...testKey(1).lock })),
    witness: [encodeRecords([{ tag: RECORD_TAG.extraNonce, bytes: Uint8Array.of(1) }])],
  });
}

/** Listens, claims all that an honest node has, answers every question for a chunk with the same bytes, and has no blocks. */
const startLiar = (like: TestNode, manifest: Uint8Array, answer: Uint8Array): Promise<Server> =>
  startServer(like, manifest, () => answer, new Map([[FRAME.getBlocks.type, NO_BLOCKS]]));

const NO_BLOCKS: Handler = {
  cap: FRAME.getBlocks.cap,
  async handle(frame, reply) {
    const ids = decodeGetBlocks(frame.body);
    for (const id of isViolation(ids) ? [] : ids) await reply(FRAME.absent.type, id);
    return null;
  },
};

interface Server {
  readonly id: string;
  readonly address: string;
  /** How many chunks it was asked for. */
  asked(): number;
}

/** Claims all that an honest node has. What it answers is up to the test. */
async function startServer(
  like: TestNode,
  manifest: Uint8Array,
  chunkOf: (index: number) => Uint8Array,
  sync: ReadonlyMap<number, Handler>,
): Promise<Server> {
  let asked = 0;
  const names = namesOf(REGTEST_NETWORK.idHex);
  const host = await createHost({
    clock: systemClock,
    random: systemRandom,
    key: await generateKeyPair('Ed25519'),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    topics: [names.transactions, names.blocks],
    software: 'liar/test',
    denied: { host: () => false, peer: () => false },
    scoreOf: () => 0,
  });
  stopAfterTest(host);
  const tip = like.chain.tip();
  const hello = {
    networkId: REGTEST_NETWORK.id,
    versionMin: PROTOCOL_VERSION,
    versionMax: PROTOCOL_VERSION,
    software: 'liar/test',
    services: ['archive', 'snapshots'] as const,
    servesFrom: 0,
    clock: Math.floor(Date.now() / 1000),
    height: tip.height,
    work: tip.work,
    id: hexToHash(tip.id),
  };
  await host.handle(names.hello, 1, (stream) => {
    void greet(stream, { ours: hello, opened: false, clock: systemClock }).then((control) => {
      if (control !== null && !isPeerViolation(control)) void control.run(() => {});
    });
  });
  await host.handle(names.sync, 2, (stream) => void serve(stream, sync, { clock: systemClock }));
  await host.handle(names.snapshot, 2, (stream) => {
    void serve(
      stream,
      new Map([
        [
          FRAME.getManifest.type,
          {
            cap: FRAME.getManifest.cap,
            async handle(frame, reply) {
              const root = decodeGetManifest(frame.body);
              await reply(FRAME.manifest.type, isViolation(root) ? NOTHING : manifest);
              return null;
            },
          },
        ],
        [
          FRAME.getChunk.type,
          {
            cap: FRAME.getChunk.cap,
            async handle(frame, reply) {
              const wanted = decodeGetChunk(frame.body);
              asked++;
              await reply(FRAME.chunk.type, isViolation(wanted) ? NOTHING : chunkOf(wanted.index));
              return null;
            },
          },
        ],
      ]),
      { clock: systemClock },
    );
  });
  await host.start();
  return { id: host.peerId, address: host.addresses()[0]!, asked: () => asked };
}

test('a manifest is the same after encoding and decoding', async () => {
  const from = await library();
  const folder = join(from.directory, 'snapshots');
  const manifest = (await readManifest(join(folder, (await listSnapshots(folder))[0]!)))!;
  expect(decodeManifest(encodeManifest(manifest), REGTEST_NETWORK.id)).toEqual(manifest);
});
