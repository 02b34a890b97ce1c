import { multiaddr } from '@multiformats/multiaddr';
import { describe, expect, test } from 'vitest';
import { createHandshakes, HANDSHAKES, type Handshaking } from '../../../../main/net/transport/handshakes.ts';
import { sourceOf } from '../../../../main/net/transport/pool-source.ts';

interface FakeConnection extends Handshaking {
  aborted: boolean;
  close(): void;
}

function connectionFrom(ip: string): FakeConnection {
  const closers: (() => void)[] = [];
  const connection = {
    remoteAddr: multiaddr(`/${ip.includes(':') ? 'ip6' : 'ip4'}/${ip}/tcp/4000`),
    aborted: false,
    addEventListener: (_name: string, listener: () => void) => void closers.push(listener),
    abort: () => (connection.aborted = true),
    close: () => closers.forEach((close) => close()),
  };
  return connection;
}

const begun = (handshakes: ReturnType<typeof createHandshakes>, ip: string): FakeConnection => {
  const connection = connectionFrom(ip);
  expect(handshakes.begin(connection)).toBe(true);
  return connection;
};

describe('half-open handshakes', () => {
  test('64 of 8 hosts in one network do not displace others', () => {
    const handshakes = createHandshakes(1000, () => 0);
    const hostile = Array.from({ length: 64 }, (_, i) => begun(handshakes, `11.20.${i % 8}.1`));
    expect(handshakes.size).toBe(HANDSHAKES.perGroup);
    const honest = Array.from({ length: 8 }, (_, i) => begun(handshakes, `11.${30 + i}.1.1`));
    expect(honest.filter(({ aborted }) => aborted)).toEqual([]);
    expect(hostile.filter(({ aborted }) => aborted)).toHaveLength(64 - HANDSHAKES.perGroup);
  });

  test('when all are taken, the oldest of the largest network is closed, never the newest', () => {
    const handshakes = createHandshakes(1000, () => 0);
    const first = begun(handshakes, '11.99.0.1');
    for (let i = 0; i < 40; i++) begun(handshakes, `12.${i}.0.1`);
    const many = Array.from({ length: 16 }, (_, i) => begun(handshakes, `13.1.${i}.1`));
    const newest = Array.from({ length: 20 }, (_, i) => begun(handshakes, `14.${i}.0.1`));
    expect(handshakes.size).toBe(HANDSHAKES.total);
    expect(first.aborted).toBe(false);
    expect(newest.some(({ aborted }) => aborted)).toBe(false);
    expect(many.map(({ aborted }) => aborted)).toEqual(many.map((_, i) => i < 13));
  });

  test('a finished or closed one no longer counts', () => {
    const handshakes = createHandshakes(1000, () => 0);
    const [done, closed] = [begun(handshakes, '11.1.0.1'), begun(handshakes, '11.1.0.1')];
    handshakes.end(done);
    closed.close();
    expect(handshakes.size).toBe(0);
  });

  test('a host that begins too many within a second is refused until the next; an IPv6 /64 counts as one host', () => {
    let now = 0;
    const handshakes = createHandshakes(3, () => now);
    const tries = (ip: string) => handshakes.begin(connectionFrom(ip));
    const household = (i: number) => `2001:4860:1:2::${i}`;
    expect([1, 2, 3, 4, 5].map((i) => tries(household(i)))).toEqual([true, true, true, false, false]);
    expect(tries('2001:4860:1:3::1')).toBe(true);
    now = 1000;
    expect(tries(household(6))).toBe(true);
  });
});

describe('the host that an address counts for', () => {
  test.each([
    ['/ip4/11.20.3.4/tcp/1', '/ip4/11.20.3.4', '11.20'],
    ['/ip6/2001:4860:1:2:3:4:5:6/tcp/1', '/ip6/2001:4860:1:2::/ipcidr/64', '2001:4860'],
    ['/ip4/127.7.0.1/tcp/1', '/ip4/127.7.0.1', '127.7.0.1'],
    ['/ip4/127.0.0.1/tcp/1', null, null],
    ['/ip6/::1/tcp/1', null, null],
  ])('%s', (address, host, group) => expect(sourceOf(address)).toEqual({ host, group }));
});
