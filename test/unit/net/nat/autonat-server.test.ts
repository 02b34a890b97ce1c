import type { Connection } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressBytes } from '../../../../main/net/transport/multiaddrs.ts';
import { createDialBackServer, DIAL_BACK } from '../../../../main/net/nat/autonat-server.ts';
import {
  decodeDialResponse,
  DIAL_BACK_CAP,
  encodeDialRequest,
  STATUS,
} from '../../../../main/net/nat/autonat-messages.ts';
import { createPrefixed } from '../../../../main/net/protocol/prefixed.ts';
import { until } from '../../../support/until.ts';
import { createStreamPairs, type StreamPairs } from '../../../support/nodes/stream-pair.ts';
import { systemClock } from '../../../../main/lib/clock.ts';

const ID = peerIdFromString('12D3KooWAuBk9Nx5CpGPq7WCrNaxoF367nicnQz5UTE2pNQ2ZHuX');
const OTHER = peerIdFromString('12D3KooWKnBFvLxXnSsohghTA2hN9PkUYVyYe2bqadLnaxDz8C7q');

let streams: StreamPairs;
beforeAll(async () => {
  streams = await createStreamPairs();
});
afterAll(() => streams.stop());

/** A server, and a way to ask it as if from 44.5.0.9; tells what it dialled. */
function server(gets: boolean) {
  const dialled: string[] = [];
  const closed: string[] = [];
  const serve = createDialBackServer(
    {
      dialBeside(address) {
        dialled.push(address);
        const connection = { close: () => Promise.resolve(void closed.push(address)) };
        return gets ? Promise.resolve(connection as unknown as Connection) : Promise.reject(new Error('no'));
      },
    },
    systemClock,
  );
  const from = { remotePeer: ID, remoteAddr: { toString: () => '/ip4/44.5.0.9/tcp/40000' } };
  const ask = async (body: Uint8Array) => {
    const { near, far } = await streams.pair();
    serve(far, from as unknown as Connection);
    const messages = createPrefixed(near, systemClock);
    await messages.send(body);
    const answer = decodeDialResponse(await messages.receive(DIAL_BACK_CAP, 5000));
    await messages.close();
    return answer?.status;
  };
  const request = (addresses: readonly string[], id = ID) =>
    ask(encodeDialRequest({ id: id.toMultihash().bytes, addresses: addresses.map(addressBytes) }));
  return { dialled, closed, ask, request };
}

describe('dialling for other peers', () => {
  test('dials the requesting peer at its own address, and disconnects immediately', async () => {
    const { dialled, closed, request } = server(true);
    expect(await request(['/ip4/44.5.0.9/tcp/21474'])).toBe(STATUS.ok);
    expect(dialled).toEqual([`/ip4/44.5.0.9/tcp/21474/p2p/${ID.toString()}`]);
    expect(closed).toEqual(dialled);
  });

  test('reports when the dial fails', async () => {
    const { request } = server(false);
    expect(await request(['/ip4/44.5.0.9/tcp/21474'])).toBe(STATUS.failed);
  });

  test.each([
    ['another computer', '/ip4/44.5.0.10/tcp/21474'],
    ['a computer at home', '/ip4/192.168.1.1/tcp/80'],
    ['itself', '/ip4/127.0.0.1/tcp/21474'],
    ['a name', '/dns4/node.example/tcp/21474'],
    ['a relay', `/ip4/44.5.0.10/tcp/1/p2p/${OTHER.toString()}/p2p-circuit`],
  ])('never dials %s', async (_name, address) => {
    const { dialled, request } = server(true);
    expect(await request([address])).toBe(STATUS.refused);
    expect(dialled).toEqual([]);
  });

  test('does not dial for a request about another peer or for invalid bytes', async () => {
    const { dialled, ask, request } = server(true);
    expect(await request(['/ip4/44.5.0.9/tcp/21474'], OTHER)).toBe(STATUS.malformed);
    expect(await ask(Uint8Array.of(1, 2, 3))).toBe(STATUS.malformed);
    expect(dialled).toEqual([]);
  });

  test('a client that sends too many requests is refused', async () => {
    const { dialled, request } = server(true);
    const answers = [];
    for (let i = 0; i < DIAL_BACK.burst + 3; i++) answers.push(await request(['/ip4/44.5.0.9/tcp/1']));
    expect(answers.filter((status) => status === STATUS.refused)).toHaveLength(3);
    expect(dialled).toHaveLength(DIAL_BACK.burst);
  });

  test('slow requests are displaced by requests from other networks, never by more from the same network', async () => {
    const { from } = slowServer();
    const first = await from('44.5.0.9');
    const second = await from('44.5.0.9');
    expect(await first.status).toBe(STATUS.refused);
    // One host has one, a network two, of eight in all.
    const third = await from('44.5.7.7');
    const fourth = await from('44.5.8.8');
    expect(await second.status).toBe(STATUS.refused);
    const others = [];
    for (let i = 0; i < 6; i++) others.push(await from(`44.${10 + i}.0.1`));
    const newest = await from('44.99.0.1');
    expect(await third.status).toBe(STATUS.refused);
    const answered = Promise.race([fourth, ...others, newest].map(({ status }) => status));
    expect(await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 50, 'none'))])).toBe(
      'none',
    );
  });
});

/** Dials that last until they are given up. */
function slowServer() {
  const dialled: string[] = [];
  const serve = createDialBackServer(
    {
      dialBeside(address, { signal }) {
        dialled.push(address);
        return new Promise((_resolve, reject) =>
          signal!.addEventListener('abort', () => reject(new Error('given up'))),
        );
      },
    },
    systemClock,
  );
  const from = async (ip: string) => {
    const { near, far } = await streams.pair();
    const connection = { remotePeer: ID, remoteAddr: { toString: () => `/ip4/${ip}/tcp/40000` } };
    serve(far, connection as unknown as Connection);
    const messages = createPrefixed(near, systemClock);
    const before = dialled.length;
    const addresses = [addressBytes(`/ip4/${ip}/tcp/21474`)];
    await messages.send(encodeDialRequest({ id: ID.toMultihash().bytes, addresses }));
    const answer = messages.receive(DIAL_BACK_CAP, 60_000);
    await until(() => dialled.length > before, 'dialled');
    const status = answer.then((bytes) => decodeDialResponse(bytes)?.status);
    status.catch(() => undefined);
    return { status };
  };
  return { from };
}
