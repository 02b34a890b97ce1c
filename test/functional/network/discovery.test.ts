import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { signRecord } from '../../../main/net/transport/peer-records.ts';
import { REQUEST } from '../../../main/net/protocol/requests.ts';
import { createPrefixed } from '../../../main/net/protocol/prefixed.ts';
import { numberOf, readFields, writeFields } from '../../../main/net/protocol/protobuf.ts';
import { startRawPeer } from '../../support/nodes/raw-peer.ts';
import type { TestNode, TestNodeOptions } from '../../support/nodes/test-node.ts';
import { startTestNode } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';
import { systemClock } from '../../../main/lib/clock.ts';

// On loopback every address is a group of its own, so each node has one.
let last = 10;
const start = (options: TestNodeOptions = {}): Promise<TestNode> =>
  startTestNode({ listen: [`/ip4/127.8.0.${last++}/tcp/0`], ...options });

const foundBy = (node: TestNode, other: TestNode) =>
  node.net.peers.list().find(({ id, direction }) => id === other.net.peerId && direction === 'outbound')
    ?.foundBy;

describe('the DHT', () => {
  test('a new node finds all other nodes through the DHT alone', async () => {
    // Nobody tells anybody addresses but by the table.
    const discovery = { dht: true, exchange: false };
    const first = await start({ discovery });
    const rest: TestNode[] = [];
    for (let i = 0; i < 4; i++) rest.push(await start({ discovery, bootstrap: [first.address] }));
    const newcomer = await start({ discovery, bootstrap: [first.address] });
    // Either of the two may have dialled first.
    const source = (node: TestNode) => foundBy(newcomer, node) ?? foundBy(node, newcomer);
    await until(() => rest.every((node) => source(node) === 'dht'), 'the newcomer knows everybody', {
      ms: 90_000,
    });
  });
});

describe('messages of unknown peers', () => {
  test('the DHT answers FIND_NODE and refuses all requests that store or read records', async () => {
    const node = await start({ discovery: { dht: true } });
    const peer = await startRawPeer(node.address, { network: REGTEST_NETWORK });
    onTestFinished(peer.stop);
    const FIND_NODE = 4;
    const ask = async (type: number) => {
      const messages = createPrefixed(await peer.open(peer.names.kad), systemClock);
      await messages.send(
        writeFields([
          { number: 1, value: type },
          { number: 2, value: randomBytes(32) },
        ]),
      );
      return messages.receive(4096, 5000);
    };
    const answer = await until(() => ask(FIND_NODE).catch(() => null), 'the table answers');
    expect(numberOf(readFields(answer)!, 1)).toBe(FIND_NODE);
    // To put, to get and to provide.
    for (const type of [0, 1, 2, 3]) await expect(ask(type)).rejects.toMatchObject({ code: 'stream-lost' });
    expect(node.net.peers.list()).toHaveLength(1);
  });

  test('a peer that sends the new addresses of another node breaks a rule', async () => {
    const node = await start();
    const peer = await startRawPeer(node.address, { network: REGTEST_NETWORK, relay: new Map() });
    onTestFinished(peer.stop);
    const tell = async (key: Awaited<ReturnType<typeof generateKeyPair>>) => {
      const body = await signRecord(key, []);
      await peer.relay.call({ kind: REQUEST.newRecord, body });
    };
    await expect(tell(await generateKeyPair('Ed25519'))).rejects.toThrow();
    const codes = () =>
      node.net.peers
        .journal(20)
        .filter(({ id }) => id === peer.id)
        .map(({ code }) => code);
    await until(() => codes().includes('records-invalid'), 'the violation is in the log of peers');
  });
});

describe('DNS names', () => {
  test('a node connects to the addresses behind a bootstrap name, and follows names only two steps deep', async () => {
    const friend = await start();
    const stranger = `/ip4/127.8.9.9/tcp/1/p2p/${friend.net.peerId}`;
    const asked: string[] = [];
    const server = await serveNames(
      {
        '_dnsaddr.seed.example': ['/dnsaddr/more.example', '/ip4/10.0.0.1/tcp/1', 'nonsense'],
        '_dnsaddr.more.example': [friend.address, '/dnsaddr/deep.example'],
        '_dnsaddr.deep.example': ['/dnsaddr/deeper.example'],
        '_dnsaddr.deeper.example': [stranger],
      },
      asked,
    );
    const node = await start({ bootstrap: ['/dnsaddr/seed.example'], discovery: { dnsServers: [server] } });
    await until(() => foundBy(node, friend) === 'dns', 'found by name');
    expect(asked).toContain('_dnsaddr.deep.example');
    expect(asked).not.toContain('_dnsaddr.deeper.example');
  });
});

/** A DNS server on loopback that knows some TXT records; gives where it is. */
async function serveNames(
  records: Readonly<Record<string, readonly string[]>>,
  asked: string[],
): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, end } = questionOf(query);
    asked.push(name);
    const answers = (records[name] ?? []).map((address) => {
      const text = Buffer.from(`dnsaddr=${address}`);
      const head = Buffer.from([0xc0, 0x0c, 0, 16, 0, 1, 0, 0, 0, 60, 0, text.length + 1, text.length]);
      return Buffer.concat([head, text]);
    });
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(answers.length === 0 ? 0x8183 : 0x8180, 2);
    header.writeUInt16BE(answers.length, 6);
    header.fill(0, 8);
    socket.send(Buffer.concat([header, query.subarray(12, end), ...answers]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

function questionOf(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.subarray(at + 1, at + 1 + length).toString());
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 5 };
}
