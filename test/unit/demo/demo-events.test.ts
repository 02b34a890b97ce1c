import { expect, test } from 'vitest';
import type { JournalEntry } from '../../../shared/contract/peers.ts';
import { createDemoEvents, type Reporter } from '../../../main/demo/demo-events.ts';

/** A node whose journal the test writes; it answers as the contract does: newest first, only what is newer. */
function reporter(name: string) {
  const entries: JournalEntry[] = [];
  const peers = {
    journal: async ({ limit, after = 0 }: { limit?: number; after?: number }) =>
      entries
        .filter(({ number }) => number > after)
        .slice(-(limit ?? 100))
        .reverse(),
  };
  const write = (time: number, parts: Partial<JournalEntry>): void => {
    entries.push({
      number: entries.length + 1,
      time,
      event: 'connected',
      id: '',
      address: null,
      direction: null,
      kind: null,
      foundBy: null,
      code: null,
      reason: null,
      times: 1,
      ...parts,
    });
  };
  return { name, peerId: `id of ${name}`, client: { peers } as unknown as Reporter['client'], write };
}

test('each connection is reported once, by its outbound node, and each problem once with its reason', async () => {
  const [ada, ben] = [reporter('ada'), reporter('ben')];
  const events = createDemoEvents([ada, ben]);
  expect(await events()).toEqual([]);
  const called = { direction: 'outbound', kind: 'full-relay', foundBy: 'bootstrap' } as const;
  ben.write(11, { id: ada.peerId, ...called });
  ada.write(11, { id: ben.peerId, direction: 'inbound', kind: 'inbound', foundBy: 'inbound' });
  ada.write(10, { id: 'other id 12345678', direction: 'inbound', kind: 'inbound', foundBy: 'inbound' });
  expect(await events()).toEqual([
    'ada accepted a connection from a node 12345678',
    'ben connected to ada, a bootstrap node',
  ]);
  expect(await events()).toEqual([]);
  ada.write(20, { event: 'penalty', id: ben.peerId, reason: 'It sent announcements faster than allowed.' });
  ada.write(21, { event: 'banned', id: ben.peerId, reason: 'You disconnected or banned it.' });
  ada.write(22, { event: 'left', id: ben.peerId, reason: 'You disconnected or banned it.' });
  ben.write(23, { event: 'left', id: ada.peerId });
  ada.write(24, { event: 'pardoned', id: ben.peerId });
  ben.write(25, { id: ada.peerId, ...called, kind: 'block-only', foundBy: 'exchange' });
  expect(await events()).toEqual([
    'ada lowered the score of ben: It sent announcements faster than allowed.',
    'ada banned ben: You disconnected or banned it.',
    'ada disconnected ben: You disconnected or banned it.',
    'ada unbanned ben',
    'ben connected to ada (block-relay only), found by peer exchange',
  ]);
});
