import { generateKeyPair } from '@libp2p/crypto/keys';
import type { PrivateKey } from '@libp2p/interface';
import { expect, test } from 'vitest';
import { createHost, type Host } from '../../../main/net/transport/host.ts';
import { createDuplicatePeerIdCheck } from '../../../main/net/discovery/duplicate-peer-id-check.ts';
import { turnedClock } from '../../support/test-clock.ts';
import { stopAfterTest } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';
import { systemClock } from '../../../main/lib/clock.ts';
import { systemRandom } from '../../../main/lib/random.ts';

async function host(key: PrivateKey): Promise<Host> {
  const made = await createHost({
    clock: systemClock,
    random: systemRandom,
    key,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    topics: [],
    software: 'x',
    denied: { host: () => false, peer: () => false },
    scoreOf: () => 0,
  });
  await made.start();
  return stopAfterTest(made);
}

const codes = (of: Host) => of.notices().map(({ code }) => code);
const withoutId = (of: Host) => of.addresses()[0]!.replace(/\/p2p\/.*/, '');

test('two running nodes with the same peer id both show a notice after one dials the other', async () => {
  const key = await generateKeyPair('Ed25519');
  const [a, b] = [await host(key), await host(key)];
  expect(a.peerId).toBe(b.peerId);
  expect([codes(a), codes(b)]).toEqual([[], []]);
  await expect(a.dial(withoutId(b))).rejects.toMatchObject({ code: 'peer-id-shared' });
  expect(codes(a)).toEqual(['peer-id-shared']);
  await until(() => codes(b).length > 0, 'the other one has noticed');
  expect(codes(b)).toEqual(['peer-id-shared']);
});

test('a node that dials itself shows no notice about a duplicate peer id', async () => {
  const at = await host(await generateKeyPair('Ed25519'));
  for (let i = 0; i < 3; i++)
    await expect(at.dial(withoutId(at))).rejects.toMatchObject({ code: 'peer-self' });
  await expect(at.dial(at.addresses()[0]!)).rejects.toMatchObject({ code: 'peer-self' });
  const other = await host(await generateKeyPair('Ed25519'));
  await at.dial(withoutId(other));
  expect([codes(at), codes(other)]).toEqual([[], []]);
});

test('a node dials an address on the local network that claims its peer id once in ten minutes, and never its own address', async () => {
  const key = await generateKeyPair('Ed25519');
  const [a, b] = [await host(key), await host(key)];
  const clock = turnedClock();
  const dialed: string[] = [];
  const { check } = createDuplicatePeerIdCheck({
    host: {
      addresses: a.addresses,
      dial(address) {
        dialed.push(address);
        return a.dial(address);
      },
    },
    clock,
  });
  await check(a.addresses()[0]!);
  expect([dialed, codes(a)]).toEqual([[], []]);
  await check(b.addresses()[0]!);
  expect(dialed).toEqual([withoutId(b)]);
  expect(codes(a)).toEqual(['peer-id-shared']);
  clock.pass(599_999);
  await check(b.addresses()[0]!);
  expect(dialed).toHaveLength(1);
  clock.pass(1);
  await check(b.addresses()[0]!);
  expect(dialed).toHaveLength(2);
});
