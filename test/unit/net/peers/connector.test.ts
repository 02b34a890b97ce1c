import { expect, test } from 'vitest';
import type { Connection } from '@libp2p/interface';
import { KithError } from '../../../../main/lib/errors.ts';
import { createEmitter } from '../../../../main/lib/events.ts';
import { type AddressManager, createAddressManager } from '../../../../main/net/peers/address-manager.ts';
import { type ConnectorDeps, createConnector } from '../../../../main/net/peers/connector.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import type { Peers, PeersEvents } from '../../../../main/net/peers/peers.ts';
import type { PeerStore } from '../../../../main/net/peers/peer-store.ts';
import type { PeerViolationCode } from '../../../../main/net/protocol/wire-violation.ts';
import { openAsnMap } from '../../../../main/net/geo/asn-map.ts';
import { createNetworkGroups } from '../../../../main/net/geo/network-groups.ts';
import { encodeAsnMap } from '../../../support/asn-map.ts';
import { type GroupOf, netgroupOf } from '../../../../main/net/transport/multiaddrs.ts';
import { turnedClock } from '../../../support/test-clock.ts';
import { createRandom } from '../../../support/random.ts';
import { silent } from '../../../support/chain/test-chain.ts';

const ID = '12D3KooWAuBk9Nx5CpGPq7WCrNaxoF367nicnQz5UTE2pNQ2ZHuX';
const addressOf = (n: number) => `/ip4/${20 + n}.1.0.1/tcp/21474/p2p/${ID.slice(0, -2)}${10 + n}`;

/** The connector over a network that the test makes up; only the test turns the clock. */
function connecting(
  reachable: (address: string) => boolean,
  extra: () => number = () => 0,
  dialMs: (address: string) => number = () => 50,
  groupOf: GroupOf = netgroupOf,
) {
  const saved = new Map<string, ReadonlyMap<string, unknown>>();
  const store = {
    list: (prefix: string) =>
      Promise.resolve([...(saved.get(prefix) ?? [])].map(([key, value]) => ({ key, value }))),
    put: () => Promise.resolve(),
    replace: (prefix: string, values: ReadonlyMap<string, unknown>) => {
      saved.set(prefix, values);
      return Promise.resolve();
    },
  } as unknown as PeerStore;
  const clock = turnedClock();
  const timers = { set: 0 };
  const random = createRandom(5);
  const addrman: AddressManager = createAddressManager({ store, clock, random, groupOf });
  const list: Peer[] = [];
  const peerEvents = createEmitter<PeersEvents>((error) => {
    throw error;
  });
  const peers = {
    events: peerEvents,
    list: () => list,
    get: (id: string) => list.find((peer) => peer.id === id),
    knows: (id: string) => list.some((peer) => peer.id === id),
    part: (id: string) => void list.splice(list.findIndex((peer) => peer.id === id) >>> 0, 1),
    adopt(connection: Connection, origin: object) {
      const id = connection.remotePeer.toString();
      const address = connection.remoteAddr.toString();
      const tip = { work: workOf.get(address) ?? 1n };
      const peer = { id, address, direction: 'outbound', tip, ...origin } as unknown as Peer;
      list.push(peer);
      return Promise.resolve(peer);
    },
  } as unknown as Peers;
  const discouraged = new Set<string>();
  const dialled: string[] = [];
  /** What chain a peer has; 1 unless told. */
  const workOf = new Map<string, bigint>();
  const connector = createConnector({
    dial: async (address: string) => {
      dialled.push(address);
      await clock.sleep(dialMs(address));
      if (!reachable(address)) throw new KithError('dial-failed', 'no route');
      const [host, id] = address.split('/p2p/');
      return { remotePeer: id, remoteAddr: host } as unknown as Connection;
    },
    peers,
    addrman,
    groupOf,
    bans: {
      has: () => false,
      discourages: (host: string) => discouraged.has(host),
    } as unknown as ConnectorDeps['bans'],
    store,
    bootstrap: [],
    joined: new Set(),
    extra,
    clock: {
      ...clock,
      after(ms, run) {
        timers.set++;
        return clock.after(ms, run);
      },
    },
    log: silent,
    random,
  });
  /** The connection with a peer ends, for this reason. */
  const end = (peer: Peer, code: PeerViolationCode | null): void => {
    list.splice(list.indexOf(peer), 1);
    peerEvents.emit('disconnected', { peer, code });
  };
  return { clock, timers, connector, addrman, list, dialled, saved, workOf, end, discouraged };
}

test.each([
  ['broke by itself', null, 2],
  ['was ended because the peer stalled', 'sync-stalled', 1],
] as const)('of a connection that %s (%s) there are %i dials', async (_how, code, dials) => {
  const { clock, connector, addrman, list, dialled, end } = connecting(() => true);
  for (let n = 0; n < 2; n++) addrman.add(addressOf(n), { foundBy: 'exchange' });
  connector.start();
  await clock.passing(5000);
  expect(list).toHaveLength(2);
  const [peer] = list;
  end(peer!, code);
  await clock.passing(10_000);
  connector.stop();
  expect(dialled.filter((address) => address.endsWith(peer!.id))).toHaveLength(dials);
});

test('a day without a network connection leaves the address manager unchanged', async () => {
  const { clock, connector, addrman, dialled } = connecting(() => false);
  for (let n = 0; n < 6; n++) addrman.add(addressOf(n), { foundBy: 'exchange' });
  connector.start();
  await clock.passing(3600_000);
  connector.stop();
  expect(dialled.length).toBeGreaterThan(100);
  expect(addrman.size).toBe(6);
});

test('an address that never works is removed when other addresses are known', async () => {
  const { clock, connector, addrman, list } = connecting((address) => address === addressOf(0));
  for (let n = 0; n < 6; n++) addrman.add(addressOf(n), { foundBy: 'exchange' });
  connector.start();
  await clock.passing(3600_000);
  connector.stop();
  expect(list).toHaveLength(1);
  expect(addrman.size).toBe(1);
});

test('a network of five has an anchor for the next start', async () => {
  const { clock, connector, addrman, list, saved } = connecting(() => true);
  for (let n = 0; n < 5; n++) addrman.add(addressOf(n), { foundBy: 'exchange' });
  connector.start();
  await clock.passing(60_000);
  connector.stop();
  expect(list).toHaveLength(5);
  // What carried payments does so again: in a network this small they would go nowhere otherwise.
  const anchors = [...saved.get('anchor')!.values()];
  expect(anchors).toContainEqual({ kind: 'full-relay' });
});

test('two addresses of one group are not dialled at the same time', async () => {
  const { clock, connector, addrman, dialled } = connecting(() => true);
  const same = (n: number) => `/ip4/20.1.0.${n}/tcp/21474/p2p/${ID.slice(0, -2)}${10 + n}`;
  for (let n = 1; n < 9; n++) addrman.add(same(n), { foundBy: 'exchange' });
  connector.start();
  await clock.passing(10_000);
  connector.stop();
  expect(dialled).toHaveLength(1);
});

test('two addresses of one operator are not dialled at the same time when there is an ASN map', async () => {
  const { of } = createNetworkGroups(openAsnMap(encodeAsnMap([['20.0.0.0/8', 64_500]]))!);
  const { clock, connector, addrman, dialled } = connecting(() => true, undefined, undefined, of);
  for (let n = 1; n < 9; n++)
    addrman.add(`/ip4/20.${n}.0.1/tcp/21474/p2p/${ID.slice(0, -2)}${10 + n}`, { foundBy: 'exchange' });
  connector.start();
  await clock.passing(10_000);
  connector.stop();
  expect(dialled).toHaveLength(1);
});

test('additional connections that chain health requested are closed again, the worst chains first', async () => {
  let wrong = true;
  const { clock, connector, addrman, list, workOf } = connecting(
    () => true,
    () => (wrong ? 2 : 0),
  );
  for (let n = 0; n < 40; n++) {
    addrman.add(addressOf(n), { foundBy: 'exchange' });
    workOf.set(addressOf(n).split('/p2p/')[0]!, n % 10 === 3 ? 1n : 2n);
  }
  const relaying = () => list.filter(({ kind }) => kind === 'full-relay');
  connector.start();
  await clock.passing(60_000);
  expect(relaying()).toHaveLength(10);
  const worse = relaying().filter(({ tip }) => tip.work === 1n);
  wrong = false;
  await clock.passing(5000);
  connector.stop();
  expect(relaying()).toHaveLength(8);
  expect(relaying().filter((peer) => worse.includes(peer))).toHaveLength(Math.max(0, worse.length - 2));
});

test('a discouraged address is not dialled, unless the user chose it or there is no other peer', async () => {
  const { clock, connector, addrman, list, dialled, discouraged } = connecting(() => true);
  addrman.add(addressOf(0), { foundBy: 'exchange' });
  addrman.add(addressOf(1), { foundBy: 'exchange' });
  discouraged.add('/ip4/20.1.0.1');
  discouraged.add('/ip4/21.1.0.1');
  connector.start();
  await clock.passing(1000);
  // Every network has a first node.
  expect(list).toHaveLength(1);
  await clock.passing(60_000);
  expect(dialled).toHaveLength(1);
  const other = [addressOf(0), addressOf(1)].find((address) => !dialled.includes(address))!;
  const added = connector.add(other);
  await clock.passing(1000);
  await added;
  connector.stop();
  expect(list).toHaveLength(2);
});

test('while no further dial may begin, the node waits for one to end, also when a feeler is due', async () => {
  const isUp = (address: string) => address === addressOf(0) || address === addressOf(1);
  const { clock, timers, connector, addrman, list, dialled } = connecting(
    isUp,
    () => 0,
    (address) => (isUp(address) ? 50 : 10_000),
  );
  for (let n = 0; n < 2; n++) addrman.add(addressOf(n), { foundBy: 'exchange' });
  connector.start();
  await clock.passing(117_000);
  expect(list).toHaveLength(2);
  for (let n = 2; n < 40; n++) addrman.add(addressOf(n), { foundBy: 'exchange' });
  await clock.passing(2000);
  expect(dialled).toHaveLength(6);
  const before = timers.set;
  // The feeler is due after 120 s.
  await clock.passing(6000);
  expect(dialled).toHaveLength(6);
  expect(timers.set - before).toBeLessThan(10);
  connector.stop();
});
