import { beforeEach, describe, expect, test } from 'vitest';
import { countKnown, createAddressCounts } from '../../../../main/net/peers/address-counts.ts';
import { createAddressManager, type AddressManager } from '../../../../main/net/peers/address-manager.ts';
import type { PeerStore } from '../../../../main/net/peers/peer-store.ts';
import { systemClock } from '../../../../main/lib/clock.ts';
import { ipOf, netgroupOf } from '../../../../main/net/transport/multiaddrs.ts';
import { MAX_GROUP_SOURCES, MAX_LISTED_GROUPS } from '../../../../shared/contract/vocabulary.ts';
import { createRandom } from '../../../support/random.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const ID = '12D3KooWAuBk9Nx5CpGPq7WCrNaxoF367nicnQz5UTE2pNQ2ZHuX';
const at = (ip: string) => `/${ip.includes(':') ? 'ip6' : 'ip4'}/${ip}/tcp/21474/p2p/${ID}`;
const store: PeerStore = {
  list: async () => [],
  put: async () => undefined,
  replace: async () => undefined,
  remove: async () => undefined,
  notices: () => [],
  close: async () => undefined,
};
/** Stands for the country data: 20.x is in the Netherlands, 30.x in Japan, and the rest in no country. */
const countryOf = (address: string) =>
  ({ '20': 'NL', '30': 'JP' })[ipOf(address)?.split('.')[0] ?? ''] ?? null;

let addrman: AddressManager;
const clock = turnedClock();
const countsOf = (bootstrap: string[] = []) =>
  createAddressCounts({ addrman, bootstrap, groupOf: netgroupOf, clock: systemClock })(countryOf);

beforeEach(() => {
  addrman = createAddressManager({ store, clock, random: createRandom(3), groupOf: netgroupOf });
});

describe('the known addresses', () => {
  test('are counted by country, and apart from it those without one', async () => {
    for (const ip of ['20.1.0.1', '20.2.0.1', '30.1.0.1', '40.1.0.1', '192.168.1.7', '127.0.0.1'])
      addrman.add(at(ip), { foundBy: 'manual' });
    addrman.add(`${at('20.9.0.1')}/p2p-circuit/p2p/${ID}`, { foundBy: 'manual' });
    addrman.add(`/dns4/node.example/tcp/1/p2p/${ID}`, { foundBy: 'manual' });
    expect(await countsOf()).toMatchObject({
      total: 8,
      countries: [
        { country: 'NL', addresses: 2 },
        { country: 'JP', addresses: 1 },
      ],
      private: 2,
      relayed: 1,
      unknown: 2,
    });
  });

  test('count a bootstrap address once when this node connected to it', async () => {
    addrman.add(at('30.1.0.1'), { foundBy: 'bootstrap' });
    const bootstrap = ['/ip4/30.1.0.1/tcp/21474', at('30.2.0.1')];
    const counts = await countsOf(bootstrap);
    expect(counts).toMatchObject({ total: 2, foundBy: [{ source: 'bootstrap', addresses: 2 }] });
    expect(counts.groups.map(({ addresses }) => addresses)).toEqual([1, 1]);
    expect(countKnown(addrman, bootstrap)).toBe(2);
  });

  test('are counted by how they were found, bootstrap addresses included', async () => {
    addrman.add(at('20.1.0.1'), { foundBy: 'exchange', by: at('30.1.0.1') });
    addrman.add(at('20.1.0.2'), { foundBy: 'exchange', by: at('30.1.0.1') });
    const counts = await countsOf([at('30.1.0.1')]);
    expect(counts.foundBy).toEqual([
      { source: 'exchange', addresses: 2 },
      { source: 'bootstrap', addresses: 1 },
    ]);
    expect(counts.total).toBe(3);
  });

  test('are counted by network group, with the groups that sent them and those that worked', async () => {
    addrman.add(at('20.1.0.1'), { foundBy: 'exchange', by: at('30.1.0.1') });
    addrman.add(at('20.1.0.2'), { foundBy: 'exchange', by: at('30.2.0.1') });
    addrman.add(at('20.1.0.3'), { foundBy: 'exchange', by: at('30.2.0.9') });
    addrman.add(at('40.7.0.3'), { foundBy: 'manual' });
    addrman.tried(at('20.1.0.2'), true);
    expect((await countsOf()).groups).toEqual([
      {
        group: '20.1',
        addresses: 3,
        worked: 1,
        learnedFrom: [
          { group: '30.2', addresses: 2 },
          { group: '30.1', addresses: 1 },
        ],
      },
      { group: '40.7', addresses: 1, worked: 0, learnedFrom: [] },
    ]);
  });

  test('appear in no answer as addresses, those with a name included', async () => {
    addrman.add(`/dns4/node.example/tcp/1/p2p/${ID}`, { foundBy: 'manual' });
    addrman.add(at('20.1.0.1'), { foundBy: 'exchange', by: '/dns4/sender.example/tcp/1' });
    const text = JSON.stringify(await countsOf(['/dns4/seed.example/tcp/1']));
    expect(text).toContain('"20.1"');
    expect(text).not.toMatch(/example|12D3KooW|20\.1\.0/);
  });

  test('give a bounded list of groups and senders, and the sum of the rest', async () => {
    const groups = 900;
    for (let i = 0; i < groups; i++) {
      const ip = `${60 + (i >> 8)}.${i & 255}.0.1`;
      addrman.add(at(ip), { foundBy: 'exchange', by: at(`70.${i % 200}.0.1`) });
    }
    for (let i = 0; i < 5; i++)
      addrman.add(at(`60.1.0.${i + 2}`), { foundBy: 'exchange', by: at(`80.${i}.0.1`) });
    const counts = await countsOf();
    expect(counts.groups).toHaveLength(MAX_LISTED_GROUPS);
    expect(counts.groups[0]?.learnedFrom.length).toBe(MAX_GROUP_SOURCES);
    const listed = counts.groups.reduce((sum, { addresses }) => sum + addresses, 0);
    expect(listed + counts.furtherGroups.addresses).toBe(counts.total);
    expect(counts.furtherGroups.groups).toBeGreaterThan(0);
  });

  test('are counted in several turns of the event loop, and once for several callers', async () => {
    for (let i = 0; i < 4000; i++)
      addrman.add(at(`${20 + (i % 80)}.${i >> 4}.0.1`), { foundBy: 'exchange', by: at(`80.${i & 255}.0.1`) });
    let calls = 0;
    let milliseconds = 0;
    let turns = 0;
    // Each address costs a millisecond of this clock.
    const slow = {
      monotonic: () => milliseconds,
      soon: () => {
        turns++;
        return Promise.resolve();
      },
    };
    const count = createAddressCounts({ addrman, bootstrap: [], groupOf: netgroupOf, clock: slow });
    const costly = () => {
      calls++;
      milliseconds++;
      return null;
    };
    const [one, other] = await Promise.all([count(costly), count(costly)]);
    expect(one).toBe(other);
    expect(calls).toBe(one.total);
    expect(turns).toBeGreaterThan(one.total / 5);
  });
});
