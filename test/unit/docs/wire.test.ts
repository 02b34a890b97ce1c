import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../main/core/codec/hex.ts';
import { FRAME } from '../../../main/network/wire/frame-types.ts';
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

/** By request: the constants that are the time for each frame of its answer. */
const DEADLINES: Readonly<Record<string, readonly (readonly [file: string, constant: string])[]>> = {
  hello: [['wire/control.ts', 'HELLO_MS']],
  ping: [['host/host.ts', 'PING_TIMEOUT_MS']],
  getHeaders: [['sync/headers/header-sync.ts', 'TIMEOUT_MS']],
  getBlocks: [
    ['sync/bodies/body-sync.ts', 'REPLY_MS'],
    ['sync/bodies/side-blocks.ts', 'REPLY_MS'],
    ['sync/start/history-sync.ts', 'REPLY_MS'],
    ['sync/start/snapshot-sync.ts', 'REPLY_MS'],
  ],
  getTransactions: [['relay/payments/fetcher.ts', 'REPLY_MS']],
  getWids: [['relay/payments/transaction-relay.ts', 'LIST_MS']],
  getParts: [['relay/blocks/compact-relay.ts', 'PARTS_MS']],
  handOver: [['relay/payments/first-hop.ts', 'REPLY_MS']],
  getRecords: [['peers/addresses/exchange.ts', 'REPLY_MS']],
  newRecord: [['peers/addresses/exchange.ts', 'REPLY_MS']],
  pushBlock: [['relay/blocks/block-push.ts', 'ANSWER_MS']],
  wantBlocks: [['relay/blocks/block-push.ts', 'ANSWER_MS']],
  getCompact: [['relay/blocks/block-push.ts', 'ANSWER_MS']],
  getManifest: [['sync/start/snapshot-sync.ts', 'REPLY_MS']],
  getChunk: [['sync/start/chunk-fetch.ts', 'REPLY_MS']],
  getNetworkFile: [['join.ts', 'REPLY_MS']],
};

describe('the deadlines of docs/wire.md', () => {
  const section = page.slice(page.indexOf('## 11. Deadlines'), page.indexOf('## 12.'));
  const rows = tableRows(section);

  test.each(rows.map(([request, time]) => [request!, time!] as const))('%s', (request, time) => {
    const constants = DEADLINES[request];
    expect(constants, `wire.test.ts knows no constant for ${request}`).toBeDefined();
    const ms = constants!.map(([file, name]) => valueOf(readSource(`main/network/${file}`), name));
    expect([...time.matchAll(/(\d+) s/g)].map(([, seconds]) => Number(seconds) * 1000)).toEqual(ms);
  });

  test('every request has one', () => {
    const requests = Object.keys(FRAME).filter(
      (name) => /^(get|want|push|handOver|newRecord|hello)/.test(name) && name !== 'pushed',
    );
    expect(requests.length).toBeGreaterThan(10);
    expect(rows.map(([request]) => request).sort()).toEqual([...requests, 'ping'].sort());
  });
});

test('section 9 of docs/wire.md has every code of the wire', () => {
  const section = page.slice(page.indexOf('## 9. Violations'), page.indexOf('## 10.'));
  const codes = tableRows(section).map(([code]) => code!.replaceAll('`', ''));
  const declared = [...readSource('main/network/wire/offence.ts').matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(
    ([, code]) => code!,
  );
  expect(declared.length).toBeGreaterThan(10);
  expect(codes.sort()).toEqual(declared.sort());
});

test('the page names the protocols of the router', () => {
  const [first, ...others] = gossipProtocols();
  const row = `\`${first}\`, ${others.map((each) => `\`${each.replace('/meshsub/', '')}\``).join(', ')}`;
  expect(page).toContain(row);
});
