import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { encodeAsnMap } from '../../support/asn-map.ts';
import { newFolder } from '../../support/folder.ts';
import { startTestProcess } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

test('a node with an ASN map says the operators of its peers, and connects to one peer of each by itself', async () => {
  const file = path.join(newFolder(), 'asn.dat');
  writeFileSync(
    file,
    encodeAsnMap([
      ['127.1.0.0/16', 64_496],
      ['127.2.0.0/16', 64_497],
    ]),
  );
  const at = (ip: string, bootstrap: readonly string[]) =>
    startTestProcess({ listen: [`/ip4/${ip}/tcp/0`], bootstrap });
  const first = await at('127.1.0.1', []);
  const neighbour = await at('127.1.0.2', first.addresses);
  const other = await at('127.2.0.1', first.addresses);
  const node = await startTestProcess({ bootstrap: first.addresses, args: ['--asmap', file] });
  const outbound = async () =>
    (await node.call.peers.list({})).filter(({ direction }) => direction === 'outbound');
  await until(async () => (await node.call.network.activity({})).knownAddresses >= 3, 'all addresses');
  await until(async () => (await outbound()).some(({ id }) => id === other.peerId), 'the other operator');
  const peers = await outbound();
  expect(peers.map(({ asn }) => asn).sort()).toEqual([64_496, 64_497]);
  expect(peers.map(({ id }) => id)).not.toContain(neighbour.peerId);
});
