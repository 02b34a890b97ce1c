import { generateKeyPair } from '@libp2p/crypto/keys';
import { multiaddr } from '@multiformats/multiaddr';
import { expect, test } from 'vitest';
import { signRecord } from '../../main/net/transport/peer-records.ts';
import { FRAME, MAX_RECORDS } from '../../main/net/protocol/frame-types.ts';
import { encodeRecords } from '../../main/net/protocol/record-messages.ts';
import type { Handler } from '../../main/net/protocol/responder.ts';
import { startAcceptor } from '../support/acceptor.ts';
import { type NodeProcess, startNodeProcess } from '../support/nodes/node-process.ts';
import type { Random } from '../support/random.ts';
import { scale } from '../support/scale.ts';
import { until } from '../support/until.ts';
import { suffer } from './support/oracle.ts';
import { NAMES } from './support/stranger.ts';
import { inOneWorld } from './support/world.ts';

const ADDRESSES = scale(6000, 100_000);
/** A record names at most four. */
const A_RECORD = 4;
const LIARS = Math.ceil(ADDRESSES / (MAX_RECORDS * A_RECORD));
const GROUPS = 32;
const RESTARTS = scale(2, 20);
const world = inOneWorld(10);

/** Signed by keys that nobody has, for places where nobody is. */
async function lies(random: Random): Promise<Uint8Array[]> {
  return Promise.all(
    Array.from({ length: MAX_RECORDS }, async () => {
      const key = await generateKeyPair('Ed25519');
      const places = Array.from({ length: A_RECORD }, () =>
        multiaddr(
          `/ip4/127.${200 + random.int(GROUPS)}.${random.int(256)}.${1 + random.int(250)}/tcp/${1 + random.int(1000)}`,
        ),
      );
      return signRecord(key, places);
    }),
  );
}

test(`a node finds honest peers after restarts although ${LIARS} peers of ${GROUPS} groups sent ${LIARS * MAX_RECORDS * A_RECORD} false addresses`, async () => {
  const { victim, later } = world();
  const friends: NodeProcess[] = [];
  for (const n of [1, 2]) {
    const friend = await startNodeProcess({ listen: [`/ip4/127.60.0.${n}/tcp/0`] });
    later(() => friend.stop());
    friends.push(friend);
    await victim.call.peers.add({ address: friend.addresses[0]! });
  }
  await suffer(world(), {
    what: 'addresses where nobody is',
    seed: 61,
    async run(random) {
      let told = 0;
      for (let n = 0; n < LIARS; n++) {
        const records = await lies(random);
        const tell: Handler = {
          cap: FRAME.getRecords.cap,
          async handle(_frame, reply) {
            told += records.length * A_RECORD;
            await reply(FRAME.records.type, encodeRecords(records));
            return null;
          },
        };
        const answers = { [NAMES.relay]: new Map([[FRAME.getRecords.type, tell]]) };
        const liar = await startAcceptor(`127.61.0.${1 + (n % GROUPS)}`, {}, answers);
        later(() => liar.stop());
        const before = told;
        await victim.call.peers.add({ address: liar.address });
        await until(() => told > before, 'it is asked for addresses');
        const [id] = liar.address.split('/').slice(-1);
        await victim.call.peers.remove({ id: id! });
        await liar.stop();
      }
      return `${told} addresses from ${LIARS} peers`;
    },
  });
  const { datadir } = victim;
  expect(await victim.stop()).toBe(0);
  const isFriend = (id: string) => friends.some(({ peerId }) => peerId === id);
  for (let n = 0; n < RESTARTS; n++) {
    const again = await startNodeProcess({ datadir });
    const began = performance.now();
    const met = async () => (await again.call.peers.list()).some(({ id }) => isFriend(id));
    await until(met, 'an honest peer after a restart');
    console.log(`restart ${n + 1}: an honest peer after ${(performance.now() - began).toFixed(0)} ms`);
    expect(await again.stop()).toBe(0);
  }
});
