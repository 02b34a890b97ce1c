import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../main/core/codec/hex.ts';
import { FRAME } from '../../../main/net/protocol/frame-types.ts';
import { REQUEST, type RequestKind } from '../../../main/net/protocol/requests.ts';
import { readSource, tableRows, valueOf } from '../../support/pages/constants.ts';
import { gossipProtocols } from '../../support/pages/gossip-parameters.ts';
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

describe('each example of docs/wire.md', () => {
  test.each(examples)('$name is what the encoder writes', (each) => {
    expect(toHex(each.encode())).toBe(toHex(bytesOf(each)));
  });

  test.each(examples.filter(({ decode }) => decode !== null))(
    '$name is decoded to the described value',
    (each) => {
      const { read, expected } = each.decode!();
      expect(expected).not.toHaveProperty('code');
      expect(plain(read)).toEqual(plain(expected));
    },
  );
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

describe('the deadlines of docs/wire.md', () => {
  const section = page.slice(page.indexOf('## 11. Deadlines'), page.indexOf('## 12.'));
  const namesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
  const nameOf = (type: number): string | undefined =>
    Object.entries(FRAME).find(([, frame]) => frame.type === type)?.[0];
  const requests: [string, RequestKind][] = Object.entries(REQUEST);

  test('every request has its responses, its deadline, and whether it is mandatory', () => {
    const listed = tableRows(section).map(([request, answers, time, mandatory]) => ({
      request: namesIn(request!)[0],
      answers: namesIn(answers!),
      deadlineMs: Number(/^(\d+) s$/.exec(time!)![1]) * 1000,
      mandatory: mandatory === 'yes',
    }));
    expect(listed).toEqual(
      requests.map(([request, { answers, deadlineMs, mandatory }]) => ({
        request,
        answers: answers.map(({ type }) => nameOf(type)),
        deadlineMs,
        mandatory,
      })),
    );
  });

  test('the deadlines of the hello and the ping are those of the code', () => {
    const ms = (file: string, name: string) => valueOf(readSource(`main/${file}`), name);
    expect(/A hello must arrive within (\d+) s/.exec(section)?.[1]).toBe(
      `${ms('net/protocol/control.ts', 'HELLO_MS') / 1000}`,
    );
    expect(/the answer to a ping within (\d+) s/.exec(section)?.[1]).toBe(
      `${ms('net/transport/host.ts', 'PING_TIMEOUT_MS') / 1000}`,
    );
  });

  test('every frame is a request, an answer, or belongs to hello', () => {
    const types = requests.flatMap(([, { type, answers }]) => [
      type,
      ...answers.map((answer) => answer.type),
    ]);
    const told = [FRAME.hello, FRAME.tip, FRAME.serves, FRAME.bye, FRAME.unknown].map(({ type }) => type);
    const all = Object.values(FRAME).map(({ type }) => type);
    expect([...new Set([...types, ...told])].sort()).toEqual(all.sort());
  });
});

test('section 9 of docs/wire.md has every code of the wire', () => {
  const section = page.slice(page.indexOf('## 9. Violations'), page.indexOf('## 10.'));
  const codes = tableRows(section).map(([code]) => code!.replaceAll('`', ''));
  const declared = [
    ...readSource('main/net/protocol/wire-violation.ts').matchAll(/^ {2}\| '([a-z-]+)'/gm),
  ].map(([, code]) => code!);
  expect(declared.length).toBeGreaterThan(10);
  expect(codes.sort()).toEqual(declared.sort());
});

test('the page names the protocols of the router', () => {
  const [first, ...others] = gossipProtocols();
  const row = `\`${first}\`, ${others.map((each) => `\`${each.replace('/meshsub/', '')}\``).join(', ')}`;
  expect(page).toContain(row);
});
