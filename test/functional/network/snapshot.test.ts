import { afterEach, describe, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/networks/built-in.ts';
import {
  decodeManifest,
  decodeGetChunk,
  decodeGetManifest,
  encodeManifest,
} from '../../../main/network/wire/messages/snapshot-messages.ts';
import { decodeGetBlocks } from '../../../main/network/wire/messages/sync-messages.ts';
import { FRAME } from '../../../main/network/wire/frame-types.ts';
import { listSnapshots, readManifest } from '../../../main/state/snapshot/files.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { createHost } from '../../../main/network/host/host.ts';
import { namesOf } from '../../../main/network/host/protocols.ts';
import { greet } from '../../../main/network/wire/control.ts';
import { isOffence } from '../../../main/network/wire/offence.ts';
import { PROTOCOL_VERSION } from '../../../main/network/wire/messages/hello.ts';
import { serve } from '../../../main/network/wire/server.ts';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { hexToHash } from '../../../main/state/storage/keys.ts';
import { join } from 'node:path';
import { startNode, type TestNode, type TestNodeOptions } from '../../support/test-node.ts';
import { until } from '../../support/until.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function start(options?: TestNodeOptions): Promise<TestNode> {
  const node = await startNode(options);
  stops.push(() => node.stop());
  return node;
}

/** A node that has snapshots and says so. */
async function library(): Promise<TestNode> {
  const first = await start();
  await first.mine(110);
  const { directory } = first;
  await until(async () => (await listSnapshots(join(directory, 'snapshots'))).length >= 2, 'built');
  await stops.pop()!();
  return start({ directory });
}

describe('a first sync by snapshot', () => {
  test('begins with the newest buried coin set, is at the tip, and checks the history behind it', async () => {
    const from = await library();
    const also = await start({ bootstrap: [from.address] });
    await until(() => also.chain.tip().height === 110, 'a second server');
    const fresh = await start({ bootstrap: [from.address, also.address], snapshotSync: true });
    await until(() => fresh.chain.tip().height === 110, 'at the tip');
    expect(fresh.chain.base()?.height).toBe(80);
    expect(fresh.chain.tip().id).toBe(from.chain.tip().id);
    await until(() => fresh.chain.historyChecked(), 'history checked');
    expect(fresh.net.status().history).toEqual({ verified: 80, of: 80 });
    expect(fresh.chain.totals()).toEqual(from.chain.totals());
    expect(await fresh.chain.setHash()).toBe(await from.chain.setHash());
  });

  test('without anybody who has snapshots, blocks do', async () => {
    const from = await start();
    await from.mine(15);
    const fresh = await start({ bootstrap: [from.address], snapshotSync: true });
    await until(() => fresh.chain.tip().height === 15, 'synced');
    expect(fresh.chain.base()).toBeNull();
  });

  test('a peer that sends wrong chunks is banned, and another one delivers', async () => {
    const from = await library();
    const folder = join(from.directory, 'snapshots');
    const name = (await listSnapshots(folder)).find((each) => each.startsWith('0000000080-'))!;
    const manifest = (await readManifest(join(folder, name)))!;
    const liar = await startLiar(from, encodeManifest(manifest), new Uint8Array(1000));
    const fresh = await start({ bootstrap: [liar.address, from.address], snapshotSync: true });
    await until(() => fresh.net.peers.bans().length > 0, 'banned');
    expect(fresh.net.peers.bans()).toMatchObject([{ id: liar.id, code: 'chunk-invalid' }]);
    await until(() => fresh.chain.tip().height === 110, 'at the tip all the same');
    expect(fresh.chain.base()?.height).toBe(80);
  });

  test('a peer that has nothing of what it serves costs nobody anything, itself included', async () => {
    const from = await library();
    const folder = join(from.directory, 'snapshots');
    const name = (await listSnapshots(folder)).find((each) => each.startsWith('0000000080-'))!;
    const manifest = (await readManifest(join(folder, name)))!;
    const empty = await startLiar(from, encodeManifest(manifest), new Uint8Array(0));
    const fresh = await start({ bootstrap: [empty.address, from.address], snapshotSync: true });
    await until(() => fresh.chain.tip().height === 110, 'at the tip all the same');
    expect(fresh.chain.base()?.height).toBe(80);
    await until(() => fresh.chain.historyChecked(), 'history checked');
    expect(fresh.net.peers.bans()).toEqual([]);
    expect(empty.asked()).toBeLessThan(10);
  });
});

/** Listens, claims all that an honest node has, and answers every question for a chunk with the same bytes. */
async function startLiar(
  like: TestNode,
  manifest: Uint8Array,
  answer: Uint8Array,
): Promise<{ id: string; address: string; asked: () => number }> {
  let asked = 0;
  const names = namesOf(REGTEST_NETWORK.idHex);
  const host = await createHost({
    key: await generateKeyPair('Ed25519'),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    topics: [names.transactions, names.blocks],
    software: 'liar/test',
    denied: { host: () => false, peer: () => false },
    scoreOf: () => 0,
  });
  stops.push(() => host.stop());
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
    void greet(stream, hello, false).then((control) => {
      if (control !== null && !isOffence(control)) void control.run(() => {});
    });
  });
  await host.handle(names.sync, 2, (stream) => {
    void serve(
      stream,
      new Map([
        [
          FRAME.getBlocks.type,
          {
            cap: FRAME.getBlocks.cap,
            async handle(frame, reply) {
              const ids = decodeGetBlocks(frame.body);
              for (const id of isViolation(ids) ? [] : ids) await reply(FRAME.absent.type, id);
              return null;
            },
          },
        ],
      ]),
    );
  });
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
              await reply(FRAME.manifest.type, isViolation(root) ? new Uint8Array(0) : manifest);
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
              await reply(FRAME.chunk.type, isViolation(wanted) ? new Uint8Array(0) : answer);
              return null;
            },
          },
        ],
      ]),
    );
  });
  await host.start();
  return { id: host.peerId, address: host.addresses()[0]!, asked: () => asked };
}

test('manifests survive the wire', async () => {
  const from = await library();
  const folder = join(from.directory, 'snapshots');
  const manifest = (await readManifest(join(folder, (await listSnapshots(folder))[0]!)))!;
  expect(decodeManifest(encodeManifest(manifest), REGTEST_NETWORK.id)).toEqual(manifest);
});
