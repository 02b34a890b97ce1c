import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../main/core/codec/hex.ts';
import { FRAME } from '../../../main/network/wire/frame-types.ts';
import { bytesOf } from '../../support/pages/wire/message-example.ts';
import { messageExamples } from '../../support/pages/wire/wire-examples.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/wire.md'), 'utf8');
const examples = messageExamples();
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, each: unknown) => {
      if (typeof each === 'bigint') return String(each);
      return each instanceof Uint8Array ? toHex(each) : each;
    }),
  );

describe('each example of docs/wire.md, put together by hand', () => {
  test.each(examples)('$name is what the encoder gives', (each) => {
    expect(toHex(each.encode())).toBe(toHex(bytesOf(each)));
  });

  test.each(examples.filter(({ decode }) => decode !== null))('$name is read as it was meant', (each) => {
    const { read, expected } = each.decode!();
    expect(expected).not.toHaveProperty('code');
    expect(plain(read)).toEqual(plain(expected));
  });
});

describe('the tables of docs/wire.md and the frame types of the code', () => {
  const rows = [...page.matchAll(/^\| (0x[0-9a-f]{2}) +\| (\w+) +\|(.*)\|$/gm)].map(
    ([, type, name, rest]) => ({
      type: Number(type),
      name: name!,
      cells: rest!.split(/(?<!\\)\|/).map((cell) => cell.trim()),
    }),
  );

  test.each(Object.entries(FRAME))('%s has its row and its example', (name, { type, cap }) => {
    const row = rows.find((each) => each.name === name);
    expect(row, `docs/wire.md has no row for the frame type ${name}`).toBeDefined();
    expect(row!.type).toBe(type);
    const caps = row!.cells.map((cell) => Number(cell.replaceAll(' ', ''))).filter(Number.isInteger);
    expect(caps, `the most bytes of ${name}`).toContain(cap);
    expect(examples.map((each) => each.name)).toContain(name);
  });

  test('the page has no row for a type that the code does not have', () => {
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.map(({ name }) => name).filter((name) => !(name in FRAME))).toEqual([]);
  });
});
