import type { Connection, Stream } from '@libp2p/interface';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { addressBytes } from '../../../../main/net/transport/multiaddrs.ts';
import { createIdentify, decodeIdentify, IDENTIFY, PUSHES } from '../../../../main/net/transport/identify.ts';
import { createPrefixed } from '../../../../main/net/protocol/prefixed.ts';
import { type Field, writeFields } from '../../../../main/net/protocol/protobuf.ts';
import { createStreamPairs, type StreamPairs } from '../../../support/nodes/stream-pair.ts';
import { until } from '../../../support/until.ts';
import { systemClock } from '../../../../main/lib/clock.ts';

const address = (n: number) => addressBytes(`/ip4/11.${(n >> 8) & 255}.${n & 255}.1/tcp/30000`);
const addresses = (count: number): Field[] =>
  Array.from({ length: count }, (_, i) => ({ number: 2, value: address(i) }));
const protocols = (count: number): Field[] =>
  Array.from({ length: count }, (_, i) => ({ number: 3, value: Buffer.from(`/test/${i}`) }));

describe('the identify message of a peer', () => {
  test('a message is read as libp2p writes it', () => {
    const said = decodeIdentify(
      writeFields([
        { number: 5, value: Buffer.from('ipfs/0.1.0') },
        { number: 6, value: Buffer.from('kith/0.1.0') },
        ...addresses(2),
        { number: 4, value: address(9) },
        ...protocols(2),
      ]),
    );
    expect(said).toMatchObject({
      agentVersion: 'kith/0.1.0',
      protocolVersion: 'ipfs/0.1.0',
      protocols: ['/test/0', '/test/1'],
    });
    expect(said?.listenAddrs.map(String)).toEqual(['/ip4/11.0.0.1/tcp/30000', '/ip4/11.0.1.1/tcp/30000']);
    expect(said?.observedAddr?.toString()).toBe('/ip4/11.0.9.1/tcp/30000');
  });

  test('is read up to a number of addresses and protocols', () => {
    const many = decodeIdentify(writeFields(addresses(780)));
    expect(many?.listenAddrs).toHaveLength(IDENTIFY.addresses);
    expect(decodeIdentify(writeFields(protocols(200)))?.protocols).toHaveLength(IDENTIFY.protocols);
  });

  test('skips an invalid address', () => {
    const said = decodeIdentify(
      writeFields([{ number: 2, value: Buffer.from([255, 255]) }, ...addresses(1)]),
    );
    expect(said?.listenAddrs.map(String)).toEqual(['/ip4/11.0.0.1/tcp/30000']);
  });
});

describe('identify pushes', () => {
  let pairs: StreamPairs;
  beforeAll(async () => (pairs = await createStreamPairs()));
  afterAll(() => pairs.stop());

  async function listening() {
    const patch = vi.fn(async () => ({}) as never);
    const events: string[] = [];
    const identify = createIdentify(
      {
        peerStore: { patch },
        events: { safeDispatchEvent: (type) => events.push(type) > 0 },
      },
      systemClock,
    );
    const remotePeer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'));
    const connection = { remotePeer } as Connection;
    const push = async (fields: readonly Field[]): Promise<Stream> => {
      const near = await pairs.open((far) => identify.acceptPush(far, connection));
      // One that is reset at once takes no bytes.
      await createPrefixed(near, systemClock)
        .send(writeFields(fields))
        .catch(() => undefined);
      return near;
    };
    return { push, patch, events };
  }

  test('beyond the budget of a connection are reset unread', async () => {
    const { push, patch, events } = await listening();
    for (let i = 0; i < PUSHES.burst; i++) {
      await push(addresses(780));
      await until(() => events.length === i + 1, 'a push was taken');
    }
    const further = await push(addresses(780));
    await until(() => further.status === 'reset', 'a push too many is reset');
    expect(patch).toHaveBeenCalledTimes(PUSHES.burst);
    expect(events).toEqual(Array.from({ length: PUSHES.burst }, () => 'peer:identify'));
  });

  test('with more bytes than a message may have are not read', async () => {
    const { push, patch } = await listening();
    const near = await push(addresses(2000));
    await until(() => near.status === 'reset', 'it is reset');
    expect(patch).not.toHaveBeenCalled();
  });
});
