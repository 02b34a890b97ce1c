import type { Connection } from '@libp2p/interface';
import { expect, test } from 'vitest';
import { createRoutes, RELAYED_UPGRADES } from '../../../../main/net/nat/routes.ts';
import { systemClock } from '../../../../main/lib/clock.ts';

/** Guests whose way is never found, as those of an attacker. */
async function house() {
  let open: (connection: Connection) => void = () => undefined;
  const aborted: string[] = [];
  const routes = createRoutes({
    host: {
      dial: () => Promise.reject(new Error('not asked for')),
      onOpen: (listener) => (open = listener),
      handle: () => Promise.resolve(),
    },
    punch: { upgrade: () => new Promise(() => undefined), accept: () => undefined, prepare: () => undefined },
    clock: systemClock,
    adopt: () => Promise.resolve(null),
  });
  await routes.start();
  return {
    aborted,
    come(name: string, relay: string) {
      open({
        limits: {},
        direction: 'inbound',
        remotePeer: { toString: () => name },
        remoteAddr: { toString: () => `/ip4/${relay}/tcp/1/p2p/x/p2p-circuit` },
        abort: () => void aborted.push(name),
      } as unknown as Connection);
    },
  };
}

test('peers of one relay displace each other, and not the peers of other relays', async () => {
  const { come, aborted } = await house();
  come('other', '44.1.0.1');
  for (let i = 0; i < 20; i++) come(`guest ${i}`, '44.2.0.1');
  expect(aborted).toEqual(Array.from({ length: 20 - RELAYED_UPGRADES.perHost }, (_, i) => `guest ${i}`));
  for (let i = 0; i < 4; i++) come(`third ${i}`, `44.${3 + i}.0.1`);
  expect(aborted).toHaveLength(17);
  expect(aborted.at(-1)).toBe('guest 16');
});
