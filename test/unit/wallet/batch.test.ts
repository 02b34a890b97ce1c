import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { readAmounts } from '../../../main/wallet/batch/batch-amounts.ts';
import { readTable } from '../../../main/wallet/batch/batch-table.ts';
import { MAX_RECEIVERS, readBatch } from '../../../main/wallet/batch/read-batch.ts';
import { batchText } from '../../../renderer/format/batch.ts';
import { codeOf } from '../../../main/lib/errors.ts';
import { testKey } from '../../support/chain/test-chain.ts';

const A = encodeAddress('rkith', testKey(1).lock);
const B = encodeAddress('rkith', testKey(2).lock);
const OWN = testKey(3).lock;
const context = {
  hrp: 'rkith',
  isOwn: (lock: { lock: Uint8Array }) => Buffer.compare(lock.lock, OWN.lock) === 0,
  contactAddress: (name: string) => (name.toLowerCase() === 'mira' ? B : undefined),
};
const read = (text: string) => readBatch(context, text);

test('an address is paid as it stands, also if a contact is named like it', () => {
  const [row] = readBatch({ ...context, contactAddress: () => B }, `${A},1`).rows;
  expect(row).toMatchObject({ address: A, problem: null });
});
const problems = (text: string) => read(text).rows.map(({ line, problem }) => [line, problem?.code ?? null]);

describe('a table of payments', () => {
  test.each([
    ['commas', `${A},1.5,rent\n${B},2,`],
    ['semicolons, a decimal comma and Windows line ends', `${A};1,5;rent\r\n${B};2;\r\n`],
    ['tabs, as copied from a spreadsheet', `${A}\t1.5\trent\n${B}\t2`],
    ['quotation marks', `"${A}","1.5","rent"\n"${B}","2",""`],
    ['a byte order mark and a header', `\ufeffAddress,Amount,Label\n${A},1.5,rent\n${B},2,`],
    ['columns in another order', `label;amount;address\nrent;1.5;${A}\n;2;${B}`],
    ['empty lines and spaces', `\n  ${A} , 1.5 , rent \n\n\n${B},2\n`],
  ])('with %s is read', (_, text) => {
    const { rows, wrong, total } = read(text);
    expect({ wrong, total }).toEqual({ wrong: 0, total: 350_000_000 });
    expect(rows.map(({ address, amount, label }) => [address, amount, label])).toEqual([
      [A, 150_000_000, 'rent'],
      [B, 200_000_000, ''],
    ]);
  });

  test('keeps separators, marks and line breaks inside quotation marks, and counts lines as an editor does', () => {
    expect(readTable(`${A},1,"say ""hi"", ""ho""\nagain"\n${B},2,x`)).toEqual({
      separator: ',',
      hasHeader: false,
      rows: [
        { line: 1, to: A, amount: '1', label: 'say "hi", "ho"\nagain', extra: [] },
        { line: 3, to: B, amount: '2', label: 'x', extra: [] },
      ],
    });
  });

  test('takes an address, a payment link with its amount and label, or a contact', () => {
    expect(read(`kith:${A}?amount=150000000&label=rent\nMira,2\n`).rows).toMatchObject([
      { line: 1, address: A, amount: 150_000_000, label: 'rent', problem: null },
      { line: 2, address: B, amount: 200_000_000, label: 'Mira', problem: null },
    ]);
  });

  test('reports each wrong row with its line and the reason, and does not count it', () => {
    const text = [
      `${A},1.5,fine`,
      `${A.slice(0, -1)},1,`,
      `${encodeAddress('kith', testKey(1).lock)},1,`,
      `,1,nobody`,
      `${B},,no amount`,
      `${B},0,`,
      `${B},-1,`,
      `${B},0.00001,dust`,
      `${B},1.123456789,`,
      `${B},"1,23,4",no groups`,
      `${B},1,too,many`,
      `kith:${B}?amount=5,1,`,
      `${B},1,${'x'.repeat(201)}`,
    ].join('\n');
    expect(problems(text)).toEqual([
      [1, null],
      [2, 'address-malformed'],
      [3, 'address-other-network'],
      [4, 'batch-no-receiver'],
      [5, 'batch-amount'],
      [6, 'wallet-dust'],
      [7, 'batch-amount'],
      [8, 'wallet-dust'],
      [9, 'batch-amount'],
      [10, 'batch-amount'],
      [11, 'batch-columns'],
      [12, 'batch-amount-differs'],
      [13, 'wallet-label'],
    ]);
    const { wrong, total, rows } = read(text);
    expect({ wrong, total }).toEqual({ wrong: 12, total: 150_000_000 });
    const shortest = Math.min(...rows.slice(1).map(({ problem }) => problem!.message.length));
    expect(shortest).toBeGreaterThan(20);
  });

  test('refuses an amount with two readings', () => {
    expect(problems(`${A};1,234;`)).toEqual([[1, 'batch-amount-ambiguous']]);
  });

  test.each([
    ['1,5', 'batch-label-number'],
    ['1,5,Rent', 'batch-label-number'],
    ['1,234.50', 'batch-label-number'],
    ['1.234,50', 'batch-label-number'],
    ['12,5 KITH', 'batch-label-number'],
    ['1,234', 'batch-label-number'],
    ['1,five,Rent', 'batch-columns'],
    ['1,5 books', null],
    ['1.5,2024', null],
    ['1,202400178', null],
    ['"1,5",2024', null],
    ['"1,5"', null],
  ])('refuses a comma that may be in the amount: %s is %s', (cells, code) => {
    expect(problems(`${B},2,x\n${A},${cells}`)).toEqual([
      [1, null],
      [2, code],
    ]);
  });

  test('takes a number as a label where nothing else is possible', () => {
    expect(read(`address,amount,label\n${A},1,5`).rows).toMatchObject([{ amount: 1e8, label: '5' }]);
    expect(read(`${A};1;5`).rows).toMatchObject([{ amount: 1e8, label: '5' }]);
  });

  test.each([
    `${B},2,x\n${A},1,5,Rent\n${A},1,5`,
    `${B};2;x\n${A};1;5;Rent`,
    `${B}\t2\tx\n${A}\t1\t5\t\tRent;a`,
    `label;amount;address;date\nx;2;${B};2026\n5;1;${A};2026;Rent\n2024;1,5;${A}`,
    `address,amount,label\n${B},2,x\n${A},1,5`,
    `${B},"1,5",a;b\n${A},1,"say ""hi""\nagain"`,
  ])('written again after an edit reads as before: %j', (text) => {
    const { rows, ...first } = read(text);
    const again = read(
      batchText(first, [{ to: B, amount: '3', label: '', extra: [] }, ...rows.map((row) => row.cells)]),
    );
    const payments = (list: typeof rows) =>
      list.map(({ cells, address, amount, label, problem }) => ({ cells, address, amount, label, problem }));
    expect(payments(again.rows.slice(1))).toEqual(payments(rows));
    expect(again).toMatchObject({
      separator: first.separator,
      hasHeader: first.hasHeader,
      wrong: first.wrong,
    });
  });

  test('names an address that is there twice, and an own one', () => {
    const { rows, wrong } = read(`${A},1\n${encodeAddress('rkith', OWN)},1\n\n${A.toUpperCase()},2`);
    expect(wrong).toBe(0);
    expect(rows.map(({ notes }) => notes.map(({ code }) => code))).toEqual([
      [],
      ['batch-own'],
      ['batch-duplicate'],
    ]);
    expect(rows[2]!.notes[0]!.message).toContain('line 1');
  });

  test.each([
    ['', 'batch-empty'],
    ['\n \n', 'batch-empty'],
    [`${A},1,"open`, 'batch-quote'],
    [Array.from({ length: MAX_RECEIVERS + 1 }, () => `${A},1`).join('\n'), 'batch-too-many'],
  ])('%j as a whole: %s', (text, code) => {
    let caught: unknown;
    try {
      read(text);
    } catch (error) {
      caught = error;
    }
    expect(codeOf(caught)).toBe(code);
  });

  test('with any number of quotation marks in a cell is read without recursion', () => {
    expect(read(`${A},${'"a" '.repeat(200_000)}`)).toMatchObject({ wrong: 1, rows: [{ line: 1 }] });
  });

  test('of any text never fails in another way, and what is right has an address and an amount', () => {
    const cell = fc.oneof(
      fc.constantFrom(A, B, '1', '1.5', '1,5', '"', '""', 'kith:'),
      fc.string({ maxLength: 8 }),
    );
    const text = fc
      .array(fc.tuple(cell, fc.constantFrom(',', ';', '\t', '\n', '\r\n', '"')), { maxLength: 40 })
      .map((parts) => parts.flat().join(''));
    fc.assert(
      fc.property(text, (table) => {
        try {
          for (const { problem, address, amount } of read(table).rows)
            expect([problem === null, problem === null]).toEqual([address !== null, amount !== null]);
        } catch (error) {
          expect(codeOf(error)).toMatch(/^(batch-(empty|quote|too-many)|wallet-amount)$/);
        }
      }),
      { seed: 46, numRuns: 500 },
    );
  });
});

describe('amounts of one table', () => {
  test.each<[readonly string[], readonly (number | string)[]]>([
    [
      ['12.5', '12,5', '12'],
      [12.5, 12.5, 12],
    ],
    [
      ['1,234.50', '1.234,50', '1 234.5 KITH'],
      [1234.5, 1234.5, 1234.5],
    ],
    [
      ['1,234,567', '1.234.567'],
      [1_234_567, 1_234_567],
    ],
    [['1,234'], ['ambiguous']],
    [['1.234'], ['ambiguous']],
    [
      ['1.234', '12.5'],
      [1.234, 12.5],
    ],
    [
      ['0,123', '0.123'],
      [0.123, 0.123],
    ],
    [
      ['1,234', '12,5'],
      [1.234, 12.5],
    ],
    [
      ['1,234', '12.5'],
      [1234, 12.5],
    ],
    [
      ['1.234', '12,5'],
      [1234, 12.5],
    ],
    [
      ['1,234', '12,5', '12.5'],
      ['ambiguous', 12.5, 12.5],
    ],
    [
      ['1,23,4.5', '1.2.3', '12,34,567'],
      ['number', 'number', 'number'],
    ],
    [
      ['', 'x', '1e5', '-1', '0x10'],
      ['empty', 'number', 'number', 'negative', 'number'],
    ],
  ])('%j', (texts, wanted) => {
    expect(readAmounts(texts).map((each) => (typeof each === 'string' ? each : each / 1e8))).toEqual(wanted);
  });
});
