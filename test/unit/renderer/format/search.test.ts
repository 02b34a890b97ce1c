import { expect, test } from 'vitest';
import type { WalletSearch } from '../../../../shared/contract/wallet-search.ts';
import { isSearching, searchWords } from '../../../../renderer/format/search.ts';

const SEARCH: WalletSearch = {
  kind: 'rescan',
  state: 'done',
  fromHeight: 0,
  toHeight: 5000,
  certainTo: 5000,
  blocksRead: 5001,
  blocksTotal: 5001,
  lackedFrom: null,
  unsearched: null,
  incompleteSince: null,
  unreadBlocks: 0,
  receiveAddresses: 120,
  changeAddresses: 121,
  gap: 100,
  startedAt: 1,
  endedAt: 2,
};
const plain = (text: string) => text.replace(/[\u00a0\u202f\u2009]/g, ' ');
const wordsOf = (change: Partial<WalletSearch>) => {
  const { title, certain, notes } = searchWords({ ...SEARCH, ...change });
  return [title, certain, ...notes].map(plain).join('\n');
};

test('a search under way shows its progress, the certain part, and that it changes nothing', () => {
  const change = { state: 'checking', certainTo: 1199, blocksRead: 1200 } as const;
  expect(isSearching({ state: 'checking' })).toBe(true);
  expect(wordsOf(change)).toBe(
    [
      'Searching the blockchain, block 1 200 of 5 001',
      'Certain: payments to the addresses that the wallet knew then, in the blocks 0 to 1 199.',
      'The search changes nothing in the wallet unless it finds a payment that the wallet lacks.',
      'The wallet looks for payments to 120 addresses and 121 change addresses now.',
    ].join('\n'),
  );
});

test('a payment that the wallet lacked makes it read the blocks after it', () => {
  expect(wordsOf({ state: 'reading', lackedFrom: 900, certainTo: 900, blocksRead: 901 })).toContain(
    'In block 900 the search found a payment that the wallet lacked. The wallet reads the blocks after it; until then its balance is not complete.',
  );
});

test('a cancelled search says what it left', () => {
  const text = wordsOf({ state: 'cancelled', certainTo: null });
  expect(text).toContain(
    'The search was cancelled\nNo block was searched yet.\nThe search changed nothing in the wallet. Payments in later blocks are still found.\nThe wallet looks',
  );
});

test('a search that was cancelled after it found payments does not say that it changed nothing', () => {
  const text = wordsOf({ state: 'cancelled', lackedFrom: 900 });
  expect(text).toContain('What the search found stays in the wallet.');
  expect(text).not.toContain('changed nothing');
});

test.each(['checking', 'cancelled', 'done'] as const)(
  'while the wallet itself reads blocks, a search that is %s says that the balance is not complete',
  (state) => {
    expect(wordsOf({ state, unreadBlocks: 12 })).toContain(
      'The wallet still has to read 12 blocks. Until then its balance is not complete.',
    );
    expect(wordsOf({ state, unreadBlocks: 0 })).not.toContain('not complete');
  },
);

test.each([
  [{ fromHeight: 300 }, 'Blocks before 300 were not searched.'],
  [
    { unsearched: { fromHeight: 1, toHeight: 800 } },
    'The wallet did not read the blocks 1 to 800. Unspent coins from them are in the wallet; older payments are missing in the list.',
  ],
  [{ incompleteSince: 70 }, 'Above block 70 payments to further addresses may be missing'],
  [
    { unsearched: { fromHeight: 1, toHeight: 800 }, state: 'cancelled' as const },
    'The wallet did not read the blocks 1 to 800. Payments in them may be missing.',
  ],
])('a search with %o says what it did not search', (change, sentence) => {
  expect(wordsOf(change)).toContain(sentence);
});

test('a wallet without a record of what it read says that this is not known', () => {
  const text = wordsOf({ kind: 'restore', startedAt: null, certainTo: null });
  expect(text).toContain(
    'It is not known which blocks the wallet has read\nA search of the blockchain finds the payments that it may lack.',
  );
});
