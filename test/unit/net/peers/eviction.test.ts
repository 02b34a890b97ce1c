import { describe, expect, test } from 'vitest';
import type { PoolLimits } from '../../../../main/lib/grouped-pool.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import { type Candidate, chooseEviction } from '../../../../main/net/peers/eviction.ts';
import { createInbound } from '../../../../main/net/peers/inbound.ts';
import { netgroupOf } from '../../../../main/net/transport/multiaddrs.ts';
import { createRandom } from '../../../support/random.ts';

const peer = (id: string, more: Partial<Candidate> = {}): Candidate => ({
  id,
  source: { host: id, group: `10.${id}` },
  group: more.source?.group ?? `10.${id}`,
  latencyMs: null,
  since: 1000,
  lastPayment: 0,
  lastBlock: 0,
  blockOnly: false,
  discouraged: false,
  ...more,
});
const rank = (group: string) =>
  Array.from(group, (letter) => letter.charCodeAt(0)).reduce((sum, code) => (sum * 31 + code) % 997, 7);

describe('the choice of the connection to evict', () => {
  test('of a thousand peers from one group one is evicted, never a useful peer', () => {
    const useful = [
      ...Array.from({ length: 8 }, (_, i) => peer(`near${i}`, { latencyMs: i + 1 })),
      ...Array.from({ length: 4 }, (_, i) => peer(`pays${i}`, { lastPayment: 5000 + i })),
      ...Array.from({ length: 4 }, (_, i) => peer(`mines${i}`, { lastBlock: 5000 + i })),
      // Older blocks than all other peers, but nothing else to show.
      ...Array.from({ length: 8 }, (_, i) =>
        peer(`blocks${i}`, { lastBlock: 100 + i, blockOnly: true, since: 99_000 }),
      ),
    ];
    let all = [
      ...useful,
      ...Array.from({ length: 40 }, (_, i) => peer(`old${i}`, { since: i })),
      ...Array.from({ length: 1000 }, (_, i) =>
        peer(`evil${i}`, { source: { host: `66.6.${i}`, group: '66.6' }, since: 9000 + i, latencyMs: 500 }),
      ),
    ];
    for (let i = 0; i < 900; i++) {
      const gone = chooseEviction(all, rank);
      expect(gone).toMatch(/^evil/);
      all = all.filter(({ id }) => id !== gone);
    }
    expect(all).toEqual(expect.arrayContaining(useful));
  });

  test('the oldest unprotected one of the largest group goes', () => {
    const source = (host: string) => ({ host, group: 'b' });
    const all = [
      ...Array.from({ length: 60 }, (_, i) => peer(`a${i}`, { since: i })),
      ...Array.from({ length: 12 }, (_, i) => peer(`b${i}`, { source: source(`b${i}`), since: 100 + i })),
      ...Array.from({ length: 8 }, (_, i) => peer(`c${i}`, { since: 200 + i })),
    ];
    const ranked = (group: string) => (group === 'b' ? 1000 : rank(group));
    expect(chooseEviction(all, ranked)).toBe('b0');
  });

  test('when all are protected, the oldest of the largest group is evicted, so that a new peer can connect', () => {
    expect(chooseEviction([peer('1', { latencyMs: 5 }), peer('2', { latencyMs: 5, since: 5 })], rank)).toBe(
      '2',
    );
  });
});

describe('a peer that arrives', () => {
  function table(limits: PoolLimits) {
    const list: Peer[] = [];
    const parted: string[] = [];
    const clock = { monotonic: () => list.length };
    const peers = {
      list: () => list.filter(({ id }) => !parted.includes(id)),
      part: (id: string) => void parted.push(id),
    };
    const discouraged = new Set<string>();
    const bans = { discourages: (host: string) => discouraged.has(host) };
    const inbound = createInbound({
      peers,
      bans,
      clock,
      random: createRandom(1),
      groupOf: netgroupOf,
      limits,
    });
    return {
      parted,
      inbound,
      discourage: (ip: string) => void discouraged.add(`/ip4/${ip}`),
      arrive(id: string, ip: string) {
        const hello = { services: ['relay'] };
        const arrived = { id, address: `/ip4/${ip}/tcp/1`, kind: 'inbound', latencyMs: null, hello };
        list.push(arrived as unknown as Peer);
        inbound.arrived(list.at(-1)!);
      },
    };
  }

  test('evicts a peer of its own host, then of its own network, then of all', () => {
    const { arrive, parted } = table({ total: 6, perHost: 2, perGroup: 3 });
    for (let i = 0; i < 3; i++) arrive(`host ${i}`, '11.1.0.1');
    expect(parted).toEqual(['host 0']);
    arrive('net 0', '11.1.0.2');
    arrive('net 1', '11.1.0.3');
    expect(parted).toEqual(['host 0', 'host 1']);
    for (let i = 0; i < 3; i++) arrive(`single ${i}`, `12.${i}.0.1`);
    expect(parted).toHaveLength(2);
    arrive('newest', '13.0.0.1');
    expect(parted).toHaveLength(3);
    expect(parted).not.toContain('newest');
  });

  test('from a discouraged host gets a free slot, and is evicted first when there is none', () => {
    const { arrive, parted, discourage, inbound } = table({ total: 4, perHost: 4, perGroup: 4 });
    arrive('before', '11.1.0.1');
    discourage('11.1.0.1');
    arrive('neighbour', '11.1.0.1');
    arrive('a', '12.1.0.1');
    expect([parted, inbound.isFull()]).toEqual([[], false]);
    arrive('b', '13.1.0.1');
    expect([parted, inbound.isFull()]).toEqual([[], true]);
    // The one that was connected when its host was discouraged is like any other.
    arrive('c', '14.1.0.1');
    expect(parted).toEqual(['neighbour']);
    // It takes nobody's slot.
    arrive('again', '11.1.0.1');
    expect(parted).toEqual(['neighbour', 'again']);
  });

  test('is never evicted, whatever other peers are connected', () => {
    const { arrive, parted } = table({ total: 20, perHost: 8, perGroup: 10 });
    for (let i = 0; i < 200; i++) {
      arrive(`${i}`, `11.${i}.0.1`);
      expect(parted).not.toContain(`${i}`);
    }
    expect(parted).toHaveLength(180);
  });
});
