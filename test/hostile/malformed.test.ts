import { describe, expect, test } from 'vitest';
import { decodeBlockAnnouncement, decodeWids } from '../../main/network/wire/announcements.ts';
import { FRAME } from '../../main/network/wire/frame-types.ts';
import { decodeBye, decodeHello, decodeTip } from '../../main/network/wire/hello.ts';
import { decodeGetParts, decodeParts } from '../../main/network/wire/part-messages.ts';
import { decodeRecords } from '../../main/network/wire/record-messages.ts';
import {
  decodeGetTransactions,
  decodeTransactions,
  decodeWidList,
} from '../../main/network/wire/relay-messages.ts';
import { decodeGetBlocks, decodeGetHeaders, decodeHeaders } from '../../main/network/wire/sync-messages.ts';
import { createRandom } from '../support/random.ts';
import { until } from '../support/until.ts';
import { world } from './world.ts';

const MESSAGES = 100_000;

const decoders: Record<string, (bytes: Uint8Array) => unknown> = {
  hello: decodeHello,
  tip: decodeTip,
  bye: decodeBye,
  getHeaders: decodeGetHeaders,
  headers: decodeHeaders,
  getBlocks: decodeGetBlocks,
  getTransactions: decodeGetTransactions,
  transactions: decodeTransactions,
  wids: decodeWidList,
  getParts: decodeGetParts,
  parts: decodeParts,
  records: decodeRecords,
  announcedWids: decodeWids,
  announcedBlock: decodeBlockAnnouncement,
};

describe(`${MESSAGES} malformed messages of every kind`, () => {
  test.each(Object.entries(decoders))('%s: a value or a violation, never an exception', (_name, decode) => {
    const random = createRandom(77);
    for (let i = 0; i < MESSAGES; i++) {
      const bytes = random.bytes(random.int(i % 50 === 0 ? 2000 : 120));
      // Small first bytes look like counts, so the decoders get further.
      if (bytes.length > 0 && i % 3 === 0) bytes[0] = random.int(8);
      decode(bytes);
    }
  });
});

describe('streams of nonsense', () => {
  const head = (length: number, type: number) => {
    const bytes = new Uint8Array(9);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, length, true);
    view.setUint8(4, type);
    return bytes;
  };

  test.each([
    ['sync', 'a length of 4 GiB', head(0xffff_ffff, FRAME.getBlocks.type)],
    ['sync', 'one byte above the cap', head(FRAME.getHeaders.cap + 1, FRAME.getHeaders.type)],
    ['relay', 'a type that does not exist', head(0, 0xee)],
    ['relay', 'an answer as a question', head(10, FRAME.transactions.type)],
    ['sync', 'noise', createRandom(3).bytes(5000)],
  ] as const)('%s: %s costs the place', async (protocol, _what, bytes) => {
    const { oracle, attacker, isGone } = await world();
    const peer = await attacker();
    const stream = await peer.open(peer.names[protocol]);
    stream.send(bytes);
    await until(isGone(peer), 'gone');
    await oracle.verdict(`${protocol}: ${_what}`);
  });

  test('a peer that asks and never reads is held back, and then gone', async () => {
    const { victim, oracle, attacker } = await world(30);
    const peer = await attacker();
    const stream = await peer.open(peer.names.sync);
    stream.pause();
    const ask = new Uint8Array(9 + 1 + 32);
    ask.set(head(33, FRAME.getHeaders.type));
    ask[9] = 1;
    ask.set(Uint8Array.from(Buffer.from(victim.chain.network.idHex, 'hex')), 10);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 3000; i++) {
      try {
        stream.send(ask);
      } catch {
        break;
      }
      if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const grown = (process.memoryUsage().rss - before) / 2 ** 20;
    console.log(`3 000 questions without reading: ${grown.toFixed(0)} MB more`);
    expect(grown).toBeLessThan(100);
    await oracle.verdict('questions without reading');
  });
});
