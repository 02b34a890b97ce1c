import { afterEach, describe, expect, test } from 'vitest';
import type { HistoryEntry } from '../../../shared/contract/wallet.ts';
import { createHistoryWriter, CSV_COLUMNS, textCell } from '../../../main/wallet/files/history-export.ts';
import { readLabels, writeLabels } from '../../../main/wallet/files/label-file.ts';
import { openWorld, PASSWORD, send, type World, walletWithCoins } from './world.ts';

let world: World | null = null;
afterEach(async () => {
  await world?.stop();
  world = null;
});
const textOf = async (parts: AsyncGenerator<{ text: string }>) => {
  let text = '';
  for await (const part of parts) text += part.text;
  return text;
};
const ENTRY: HistoryEntry = {
  txid: 'ab'.repeat(32),
  time: 1_700_000_000,
  amount: -1_234_567_890_123,
  fee: 31,
  state: 'confirmed',
  height: 12,
  confirmations: 7,
  expires: 0,
  label: 'rent, "May"',
  seenBy: null,
  ofPeers: null,
  kind: 'sent',
  replacedBy: null,
  addresses: ['kith1a', 'kith1b'],
  amounts: [1_234_567_890_000, 92],
};

describe('the history as CSV', () => {
  test('has exact amounts, times in UTC, and quotes what needs it', () => {
    const writer = createHistoryWriter('csv', () => 'Mira');
    expect(writer.begin()).toBe(`${CSV_COLUMNS.join(',')}\r\n`);
    expect(writer.rows([ENTRY])).toBe(
      `2023-11-14T22:13:20Z,sent,confirmed,-12345.67890123,0.00000031,"rent, ""May""",kith1a kith1b,${ENTRY.txid},12,7,Mira\r\n`,
    );
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '|calc', '%0', '=HYPERLINK("http://x")', '\r=1'])(
    'shows the label %j as text, and no spreadsheet takes it for a formula',
    (label) => {
      const cell = textCell(label);
      const shown = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
      expect(shown).toBe(`'${label}`);
    },
  );

  test('leaves other labels as they are', () => {
    expect(['Mira', 'a=b', '', '日本'].map(textCell)).toEqual(['Mira', 'a=b', '', '日本']);
  });
});

test('the history as JSON is one array, however many parts it has', () => {
  const writer = createHistoryWriter('json');
  const text = writer.begin() + writer.rows([ENTRY]) + writer.rows([ENTRY, ENTRY]) + writer.end();
  const parsed = JSON.parse(text) as { amount: number; time: string }[];
  expect(parsed).toHaveLength(3);
  expect(parsed[0]).toMatchObject({
    amount: -1_234_567_890_123,
    time: '2023-11-14T22:13:20Z',
    label: ENTRY.label,
  });
  const none = createHistoryWriter('json');
  expect(JSON.parse(none.begin() + none.end())).toEqual([]);
});

test('every payment of a wallet is in the file, newest first, in several parts', async () => {
  world = await openWorld();
  await walletWithCoins(world, 'a', 3);
  const { address } = { address: await world.wallets.newAddress('a') };
  const txid = await send(world, 'a', address, 1_000_000);
  await world.wallets.setLabel('a', txid, '=cmd()');
  const rows = (await textOf(world.wallets.exportHistory('a', 'csv'))).trim().split('\r\n');
  const history = await world.wallets.history({ name: 'a', limit: 100 });
  expect(rows).toHaveLength(history.length + 1);
  expect(rows.slice(1).map((row) => row.split(',')[7])).toEqual(history.map((entry) => entry.txid));
  expect(rows[1]).toContain(",'=cmd(),");
  const json = JSON.parse(await textOf(world.wallets.exportHistory('a', 'json'))) as HistoryEntry[];
  expect(json.map((entry) => entry.txid)).toEqual(history.map((entry) => entry.txid));
  await expect(textOf(world.wallets.exportHistory('none', 'csv'))).rejects.toMatchObject({
    code: 'wallet-unknown',
  });
});

describe('labels as JSON Lines', () => {
  test('are the same after they were exported and imported elsewhere', async () => {
    world = await openWorld();
    await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    await world.wallets.create({ name: 'b', password: PASSWORD, words: 12 });
    const address = await world.wallets.newAddress('a', 'for Mira');
    await world.wallets.setLabel('a', 'cd'.repeat(32), 'rent “May”\u00a0');
    const text = await textOf(world.wallets.exportLabels('a'));
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { type: 'tx', ref: 'cd'.repeat(32), label: 'rent “May”' },
      { type: 'addr', ref: address, label: 'for Mira' },
    ]);
    expect(await world.wallets.importLabels('b', text)).toEqual({
      changed: 2,
      unchanged: 0,
      skippedCount: 0,
      skipped: [],
    });
    expect(await world.wallets.importLabels('b', text)).toMatchObject({ changed: 0, unchanged: 2 });
    expect(await textOf(world.wallets.exportLabels('b'))).toBe(text);
  });

  test('report the lines that are not understood, and take the good ones', () => {
    const good = { type: 'addr', ref: 'RKITH1ABC', label: ' for\u202e Mira ', origin: 'x' };
    const lines = [
      '\ufeff' + JSON.stringify(good),
      'not json',
      '',
      JSON.stringify({ type: 'xpub', ref: 'x', label: 'y' }),
      JSON.stringify({ type: 'tx', ref: 'zz', label: 'y' }),
      JSON.stringify({ type: 'addr', ref: 'kith1', label: '  ' }),
      JSON.stringify({ type: 'addr', ref: 'kith1', label: 'x'.repeat(201) }),
      JSON.stringify({ type: 'addr', ref: '__proto__', label: 'x' }),
      '[]',
    ];
    expect(readLabels(lines.join('\r\n'))).toEqual({
      labels: [{ subject: 'rkith1abc', label: 'for Mira' }],
      skipped: [
        { line: 2, why: 'not-json' },
        { line: 4, why: 'other-type' },
        { line: 5, why: 'not-a-label' },
        { line: 6, why: 'empty' },
        { line: 7, why: 'too-long' },
        { line: 8, why: 'not-a-label' },
        { line: 9, why: 'not-a-label' },
      ],
    });
    expect(writeLabels(new Map())).toEqual([]);
  });
});
