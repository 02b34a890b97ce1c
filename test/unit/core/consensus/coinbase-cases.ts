import { type CoinbaseRecord, encodeRecords, RECORD_TAG } from '../../../../main/core/primitives/records.ts';
import { createTransaction, type TransactionFields } from '../../../../main/core/primitives/transaction.ts';
import type { Motes } from '../../../../shared/units.ts';
import type { BlockParts } from '../../../support/chain/test-chain.ts';
import { OTHER, type RuleCase, type RuleWorld, SUBSIDY, type Twins } from './rules-world.ts';

/** Twins of which the broken one has a coinbase of its own making. */
function coinbases(
  world: RuleWorld,
  change: (sound: TransactionFields, height: number) => Partial<TransactionFields>,
): Promise<Twins> {
  return world.twins(async (broken) => {
    const sound = (await world.mine()).transactions[0]!;
    const changed = { ...sound, ...change(sound, world.nextHeight()) };
    return { coinbase: broken ? createTransaction(changed) : sound };
  });
}

const withWitness = (what: string, ...witness: Uint8Array[]): RuleCase => ({
  what,
  twins: (world) => coinbases(world, () => ({ witness })),
});

const record = (tag: number, size: number): CoinbaseRecord => ({ tag, bytes: new Uint8Array(size) });
const dueIn = (world: RuleWorld) => (height: number) => {
  const { epoch, delay } = world.chain.network.params;
  return height > epoch && height % epoch === delay;
};

export const COINBASE_CASES = {
  'coinbase-missing': [
    {
      what: 'the first transaction is a payment',
      async twins(world) {
        const [first, second] = [world.spend([await world.coin()]), world.spend([await world.coin()])];
        return world.twins((broken): BlockParts => ({
          transactions: [second],
          ...(broken ? { coinbase: first } : {}),
        }));
      },
    },
  ],
  'coinbase-witness': [
    withWitness('no witness'),
    withWitness('two witnesses', new Uint8Array(0), new Uint8Array(0)),
    withWitness('257 bytes of records', encodeRecords([record(7, 200), record(8, 53)])),
  ],
  'coinbase-records': [
    withWitness('a record cut off', Uint8Array.of(1, 2, 0)),
    withWitness('tags in the wrong order', Uint8Array.of(3, 0, 1, 0)),
    withWitness('a tag twice', Uint8Array.of(3, 0, 3, 0)),
    withWitness('a tag without a length', Uint8Array.of(3)),
    withWitness('parameters anywhere but in genesis', encodeRecords([record(RECORD_TAG.parameters, 32)])),
  ],
  'coinbase-height': [-1, 1].map((off): RuleCase => ({
    what: `the height ${off < 0 ? 'below' : 'above'}`,
    twins: (world) => coinbases(world, (_, height) => ({ validFrom: height + off })),
  })),
  'coinbase-expires': [
    {
      what: 'a coinbase that expires at its own height',
      twins: (world) => coinbases(world, (_, height) => ({ expires: height })),
    },
  ],
  'coinbase-amount': [
    {
      what: 'one mote over the subsidy',
      twins: (world) =>
        coinbases(world, () => ({ outputs: [{ amount: (SUBSIDY + 1) as Motes, ...OTHER.lock }] })),
    },
    {
      what: 'one mote over subsidy and fees, in two outputs',
      async twins(world) {
        const tx = world.spend([await world.coin()], {
          outputs: [{ amount: SUBSIDY - 700, lock: OTHER.lock }],
        });
        return world.twins((broken) => ({ transactions: [tx], fees: broken ? 701 : 700 }));
      },
    },
    {
      what: 'one mote too many, burnt',
      twins: (world) =>
        coinbases(world, ({ outputs }) => ({
          outputs: [...outputs, { amount: 1 as Motes, lockType: 255, lock: new Uint8Array(0) }],
        })),
    },
  ],
  'snapshot-missing': [
    {
      what: 'no root where one is due',
      async twins(world) {
        await world.until(dueIn(world));
        return world.twins((broken): BlockParts =>
          broken ? { records: [record(RECORD_TAG.extraNonce, 1)] } : {},
        );
      },
    },
  ],
  'snapshot-misplaced': [
    {
      what: 'a root one block before it is due',
      async twins(world) {
        await world.until((height) => dueIn(world)(height + 1));
        return world.twins((broken): BlockParts =>
          broken ? { records: [record(RECORD_TAG.snapshotRoot, 32)] } : {},
        );
      },
    },
    {
      what: 'the right root again one block later',
      async twins(world) {
        await world.until(dueIn(world));
        const root = await world.chain.nextSnapshotRoot();
        await world.extend();
        const again = [{ tag: RECORD_TAG.snapshotRoot, bytes: root! }];
        return world.twins((broken): BlockParts => (broken ? { records: again } : {}));
      },
    },
  ],
  'snapshot-wrong': [
    {
      what: 'another root',
      async twins(world) {
        await world.until(dueIn(world));
        return world.twins((broken): BlockParts =>
          broken ? { records: [record(RECORD_TAG.snapshotRoot, 32)] } : {},
        );
      },
    },
    {
      what: 'the root with a bit flipped',
      async twins(world) {
        await world.until(dueIn(world));
        const root = Uint8Array.from((await world.chain.nextSnapshotRoot())!);
        root[31]! ^= 1;
        const wrong = [{ tag: RECORD_TAG.snapshotRoot, bytes: root }];
        return world.twins((broken): BlockParts => (broken ? { records: wrong } : {}));
      },
    },
    ...[0, 31, 33].map((size): RuleCase => ({
      what: `a root of ${size} bytes`,
      async twins(world) {
        await world.until(dueIn(world));
        return world.twins((broken): BlockParts =>
          broken ? { records: [record(RECORD_TAG.snapshotRoot, size)] } : {},
        );
      },
    })),
  ],
} as const satisfies Record<string, readonly RuleCase[]>;
