import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { scale } from '../support/scale.ts';
import { startNodeProcess } from '../support/nodes/node-process.ts';
import { until } from '../support/until.ts';
import { suffer } from './support/oracle.ts';
import { meet, newSource, type Stranger } from './support/stranger.ts';
import { inOneWorld } from './support/world.ts';

const CONNECTIONS = 1000;
/** Fewer than the queue of the system for new connections, which drops what a busy node does not take from it. */
const MAX_OPEN = 200;
const HALF_OPEN = 24;
const GREETED = scale(60, 1000);
const world = inOneWorld(10);

/** A connection that the victim opened itself must outlive them all. */
async function outbound() {
  const { victim, later } = world();
  const friend = await startNodeProcess({ listen: ['/ip4/127.65.0.1/tcp/0'] });
  later(() => friend.stop());
  await victim.call.peers.add({ address: friend.addresses[0]! });
  const find = async () => (await victim.call.peers.list()).find(({ id }) => id === friend.peerId);
  const before = await until(find, 'a connection of its own');
  return async () => expect(await find()).toMatchObject({ since: before.since, direction: 'outbound' });
}

test(`most of ${CONNECTIONS} sockets from one host are refused, and an outbound peer stays connected`, async () => {
  const untouched = await outbound();
  const source = newSource();
  const port = Number(/tcp\/(\d+)/.exec(world().address)![1]);
  await suffer(world(), {
    what: 'sockets from one source',
    seed: 1,
    async run() {
      const sockets: Socket[] = [];
      world().later(async () => sockets.forEach((socket) => socket.destroy()));
      let closed = 0;
      for (let i = 0; i < CONNECTIONS; i++) {
        const socket = connect({ port, host: '127.0.0.1', localAddress: source });
        socket.on('error', () => undefined);
        socket.on('close', () => closed++);
        sockets.push(socket);
        if (i % 50 === 0) await until(() => closed >= i - MAX_OPEN, 'the node keeps up with the burst');
      }
      await until(() => closed >= CONNECTIONS - 100, 'most are refused');
      const refused = closed;
      // Those that got in say nothing, and what says nothing has to go. Of a burst the system drops some unseen by the
      // node, which leaves their end open until they speak.
      await until(() => closed === CONNECTIONS, 'the silent are gone', { ms: 20_000 }).catch(() => undefined);
      const left = CONNECTIONS - closed;
      for (const socket of sockets) if (!socket.destroyed) socket.write('?');
      await until(() => closed === CONNECTIONS, 'all are gone', { ms: 40_000 });
      return `${CONNECTIONS} connections, ${refused} refused at once, ${left} gone only when they spoke`;
    },
  });
  await untouched();
});

test(`new peers can connect while ${HALF_OPEN} hosts keep half-open handshakes`, async () => {
  const untouched = await outbound();
  const port = Number(/tcp\/(\d+)/.exec(world().address)![1]);
  await suffer(world(), {
    what: 'half-open handshakes',
    seed: 4,
    async run() {
      const state = { stopping: false, begun: 0 };
      const open = new Set<Socket>();
      const hold = (localAddress: string): void => {
        if (state.stopping) return;
        const socket = connect({ port, host: '127.0.0.1', localAddress });
        state.begun++;
        open.add(socket);
        socket.on('error', () => undefined);
        socket.on('connect', () => socket.write(Uint8Array.of(0x13)));
        socket.on('close', () => {
          open.delete(socket);
          setTimeout(hold, 150, localAddress);
        });
      };
      world().later(async () => open.forEach((socket) => socket.destroy()));
      const sources = Array.from({ length: HALF_OPEN }, newSource);
      for (const source of sources) for (let i = 0; i < 8; i++) hold(source);
      await until(() => state.begun > HALF_OPEN * 12, 'the pool is full many times over');
      for (let i = 0; i < 8; i++) {
        const newcomer = await world().stranger();
        expect(await newcomer.greet()).not.toBeNull();
        await newcomer.stop();
      }
      state.stopping = true;
      for (const socket of open) socket.destroy();
      return `8 newcomers of 8 beside ${state.begun} half-open sockets`;
    },
  });
  await untouched();
});

test(`at most 8 of ${GREETED} peers from one host are connected at once`, async () => {
  const untouched = await outbound();
  const source = newSource();
  await suffer(world(), {
    what: 'greeted peers from one source',
    seed: 2,
    async run() {
      const inside: Stranger[] = [];
      let most = 0;
      const come = async () => {
        const peer = await meet(world().address, { from: source }).catch(() => null);
        if (peer === null) return;
        world().later(() => peer.stop());
        if ((await peer.greet().catch(() => null)) !== null) inside.push(peer);
        else await peer.stop();
      };
      for (let i = 0; i < GREETED; i += 10) {
        await Promise.all(Array.from({ length: 10 }, come));
        const list = await world().victim.call.peers.list();
        most = Math.max(most, list.filter(({ address }) => address.includes(`/${source}/`)).length);
      }
      expect(most).toBeLessThanOrEqual(8);
      expect(inside.length).toBeGreaterThan(0);
      for (const peer of inside) await peer.stop();
      return `${GREETED} tries, at most ${most} peers at once`;
    },
  });
  await untouched();
});

test('the number of inbound peers from many hosts is limited, and the honest peer and an outbound peer stay connected', async () => {
  const untouched = await outbound();
  const peers: Stranger[] = [];
  await suffer(world(), {
    what: 'peers from many sources',
    seed: 3,
    async run() {
      for (let i = 0; i < 140; i++) {
        const peer = await meet(world().address, { from: newSource() }).catch(() => null);
        if (peer === null) continue;
        world().later(() => peer.stop());
        await peer.greet().catch(() => null);
        peers.push(peer);
      }
      const list = await world().victim.call.peers.list();
      const inbound = list.filter(({ direction }) => direction === 'inbound').length;
      // One may just be on its way out.
      expect(inbound).toBeLessThanOrEqual(118);
      expect(list.some(({ id }) => id === world().honest.peerId)).toBe(true);
      for (const peer of peers) await peer.stop();
      return `140 peers from 140 sources, ${inbound} inbound`;
    },
  });
  await untouched();
});
