import { expect, test } from 'vitest';
import { createEmitter } from '../../../../main/lib/events.ts';
import { createWidListing } from '../../../../main/net/relay/wid-listing.ts';
import type { MempoolEntry } from '../../../../main/mempool/entry.ts';
import { MAX_WIDS_LISTED } from '../../../../main/net/protocol/frame-types.ts';

function listing(before: readonly string[]) {
  const events = createEmitter<{ added: { entry: { wid: string } }; removed: { wid: string } }>(() => {});
  let walks = 0;
  const made = createWidListing({
    newest: () => {
      walks++;
      return before.map((wid) => ({ wid }) as MempoolEntry);
    },
    events,
  });
  made.start();
  return {
    made,
    add: (wid: string) => events.emit('added', { entry: { wid } }),
    remove: (wid: string) => events.emit('removed', { wid }),
    walks: () => walks,
  };
}

test('the newest are listed first, those from before the start and those since', () => {
  const { made, add, remove, walks } = listing(['c', 'b', 'a']);
  add('d');
  remove('b');
  expect(made.newest()).toEqual(['d', 'c', 'a']);
  expect(walks()).toBe(1);
  made.stop();
  add('e');
  expect(made.newest()).toEqual(['d', 'c', 'a']);
});

test('at most as many are listed as fit into a message', () => {
  const { made, add } = listing([]);
  for (let i = 0; i < 30_000; i++) add(String(i));
  const listed = made.newest();
  expect(listed).toHaveLength(MAX_WIDS_LISTED);
  expect([listed[0], listed.at(-1)]).toEqual(['29999', String(30_000 - MAX_WIDS_LISTED)]);
});
