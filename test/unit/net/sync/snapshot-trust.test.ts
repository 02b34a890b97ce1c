import { expect, test } from 'vitest';
import type { HeaderEntry } from '../../../../main/chain/header-entry.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import { createSnapshotTrust } from '../../../../main/net/sync/snapshot-trust.ts';
import { netgroupOf } from '../../../../main/net/transport/multiaddrs.ts';

const idOf = (n: number) => n.toString(16).padStart(64, '0');

/** A chain of 30 blocks that began with the snapshot of block 10, and a fork of it that left at block 5. */
function world({ snapshotWork = 0, named = null }: { snapshotWork?: number; named?: string | null } = {}) {
  const entries = new Map<string, HeaderEntry>();
  let prev: HeaderEntry | null = null;
  const line: HeaderEntry[] = [];
  for (let height = 0; height <= 30; height++) {
    prev = { id: idOf(height), height, work: BigInt(height), prev } as HeaderEntry;
    line.push(prev);
    entries.set(prev.id, prev);
  }
  let side = line[5]!;
  for (let height = 6; height <= 20; height++) {
    side = { id: idOf(100 + height), height, work: BigInt(height), prev: side } as HeaderEntry;
    entries.set(side.id, side);
  }
  const peers: Peer[] = [];
  let checked = false;
  const trust = createSnapshotTrust({
    chain: {
      base: () => line[10]!,
      historyChecked: () => checked,
      bestHeader: () => line[30]!,
      entry: (id) => entries.get(id),
    },
    params: { snapshotWork },
    peers: { list: () => peers },
    groupOf: netgroupOf,
    named,
  });
  return {
    join: (ip: string, tip: string) =>
      void peers.push({
        address: `/ip4/${ip}/tcp/1`,
        tip: { id: Uint8Array.from(Buffer.from(tip, 'hex')) },
      } as unknown as Peer),
    leave: () => void peers.splice(0),
    check: () => (checked = true),
    codes: () => {
      trust.check();
      return trust.notices().map(({ code }) => code);
    },
  };
}

test('three peers of different groups on the chain make its coins spendable permanently', () => {
  const { join, leave, codes } = world();
  join('20.1.0.1', idOf(30));
  join('20.1.0.2', idOf(29));
  join('20.2.0.1', idOf(10));
  join('20.3.0.1', idOf(9));
  join('20.4.0.1', idOf(115));
  join('20.5.0.1', idOf(999));
  expect(codes()).toEqual(['snapshot-unproven']);
  join('20.6.0.1', idOf(25));
  expect(codes()).toEqual([]);
  leave();
  expect(codes()).toEqual([]);
});

test('too little work on the snapshot is not enough, however many peers agree', () => {
  const { join, codes } = world({ snapshotWork: 21 });
  for (let n = 0; n < 9; n++) join(`2${n}.1.0.1`, idOf(30));
  expect(codes()).toEqual(['snapshot-unproven']);
});

test('the block of a join link is enough on its own if it is on this chain; so is the history', () => {
  expect(world({ named: idOf(20), snapshotWork: 1000 }).codes()).toEqual([]);
  expect(world({ named: idOf(120) }).codes()).toEqual(['snapshot-unproven']);
  const { check, codes } = world();
  check();
  expect(codes()).toEqual([]);
});
