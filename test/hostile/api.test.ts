import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { connectNode } from '../../main/cli/connect.ts';
import { findApi } from '../../main/rpc/token.ts';
import { codeOf } from '../../main/lib/errors.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { until } from '../support/until.ts';
import { suffer } from './support/oracle.ts';
import { inOneWorld } from './support/world.ts';

const world = inOneWorld(10);
const MNEMONIC = 'abandon '.repeat(11) + 'about';

function place() {
  const { datadir } = world().victim;
  const { api } = findApi(datadir)!;
  return { api, token: readFileSync(join(datadir, 'api.token'), 'utf8').trim() };
}

/** A connection of a client that has the token, such as a script in the page. */
async function socket(): Promise<WebSocket> {
  const { api, token } = place();
  const made = new WebSocket(`${api.replace('http', 'ws')}rpc`, ['kith.rpc.1', token]);
  made.on('error', () => undefined);
  await new Promise((resolve, reject) => made.once('open', resolve).once('error', reject));
  world().later(async () => made.terminate());
  return made;
}

async function client(): Promise<KithClient> {
  const { client, close } = await connectNode({ ...place(), where: 'test' });
  world().later(async () => close());
  return client;
}

/** Sends as fast as the other end takes it; gives how many went out. */
async function flood(way: WebSocket, messages: number, make: (i: number) => string): Promise<number> {
  let sent = 0;
  for (; sent < messages && way.readyState === way.OPEN; sent++) {
    way.send(make(sent));
    if (way.bufferedAmount > 8 << 20)
      await until(() => way.bufferedAmount < 1 << 20 || way.readyState !== way.OPEN, 'taken', {
        ms: 60_000,
        every: 5,
      });
  }
  await until(() => way.bufferedAmount === 0 || way.readyState !== way.OPEN, 'taken');
  return sent;
}

test('the node does not keep what a client sends into the stream of a subscription', async () => {
  await suffer(world(), {
    what: 'client stream messages',
    seed: 1,
    async run() {
      const way = await socket();
      way.send(JSON.stringify({ i: 'S', p: { u: '/node/watch', b: {} } }));
      const chunk = JSON.stringify({ i: 'S', t: 3, p: { e: 'message', d: 'ab'.repeat(950_000) } });
      const sent = await flood(way, 100, () => chunk);
      return `${sent} messages of 1.9 MB`;
    },
  });
});

test('the node stays healthy while clients send large messages of every kind', async () => {
  await suffer(world(), {
    what: 'large messages',
    seed: 2,
    async run() {
      const keys = JSON.stringify(
        Object.fromEntries(Array.from({ length: 150_000 }, (_, i) => [`k${i.toString(36)}`, 0])),
      );
      const kinds = [
        `{"i":"1","p":{"u":"/chain/submit","b":{"json":{"hex":"${'00'.repeat(950_000)}"}}}}`,
        `{"i":"2","p":{"u":"/node/status","b":{"json":${keys}}}}`,
        `{"i":"3","p":{"u":"/wallet/prepare","b":{"json":[${'0,'.repeat(900_000)}0]}}}`,
        `{"i":"4","p":{"u":"/wallet/prepare","b":{"json":${'['.repeat(900_000)}`,
        `{"i":"5","p":{"u":"/${'ab'.repeat(950_000)}","b":{}}}`,
        'y'.repeat(2_200_000),
      ];
      let sent = 0;
      for (const kind of kinds) sent += await flood(await socket(), 30, () => kind);
      return `${sent} messages`;
    },
  });
});

test.each<[string, number, (node: KithClient, i: number) => Promise<unknown>]>([
  ['wallet.inspect', 400, (node) => node.wallet.inspect({ mnemonic: MNEMONIC })],
  ['wallet.create', 120, (node, i) => node.wallet.create({ name: `many ${i}`, password: 'a password' })],
  ['node.status', 2000, (node) => node.node.status()],
  ['chain.stats', 400, (node) => node.chain.stats()],
  ['chain.recent', 400, (node) => node.chain.recent({ limit: 200 })],
  ['peers.list', 2000, (node) => node.peers.list()],
])(
  'of many calls of %s at once (%i) some succeed and the rest is refused as busy',
  async (what, calls, call) => {
    await suffer(world(), {
      what,
      seed: 3,
      async run() {
        const node = await client();
        const results = await Promise.allSettled(Array.from({ length: calls }, (_, i) => call(node, i)));
        const codes = results.flatMap((each) => (each.status === 'rejected' ? [codeOf(each.reason)] : []));
        expect(codes.filter((code) => code !== 'api-busy')).toEqual([]);
        expect(codes.length).toBeLessThan(calls);
        return `${calls} calls, ${codes.length} refused`;
      },
    });
  },
);

test('the node stays healthy while mining.start is called repeatedly with 64 threads', async () => {
  await suffer(world(), {
    what: 'mining threads',
    seed: 4,
    async run() {
      const node = await client();
      const { address } = await node.wallet
        .create({ name: 'miner', password: 'a password' })
        .then(() => node.wallet.address({ name: 'miner' }));
      for (let i = 0; i < 5; i++)
        await Promise.all(
          Array.from({ length: 4 }, () => node.mining.start({ address, threads: 64, share: 0.01 })),
        );
      const { threads } = await node.mining.status();
      await node.mining.stop();
      return `20 starts, ${threads} threads`;
    },
  });
});
