import { bytesToBigInt } from '../../../../main/core/codec/bytes.ts';
import { bitsToTarget } from '../../../../main/core/consensus/compact.ts';
import { medianTimePast } from '../../../../main/core/consensus/header-rules.ts';
import { createBlock } from '../../../../main/core/primitives/block.ts';
import { createHeader } from '../../../../main/core/primitives/header.ts';
import { createTransaction } from '../../../../main/core/primitives/transaction.ts';
import type { BlockParts } from '../../../support/chain/test-chain.ts';
import { mineOn, parentOf, powHash } from '../../../support/chain/test-chain.ts';
import { OTHER, type RuleCase, SUBSIDY } from './rules-world.ts';

const withHeight = (off: number): RuleCase => ({
  what: `a height that is off by ${off}`,
  twins: (world) => world.twins((broken) => (broken ? { header: { height: world.nextHeight() + off } } : {})),
});

// The target is looked at before the work, so nobody has to meet it.
const withBits = (what: string, bits: number): RuleCase => ({
  what,
  async twins(world) {
    const sound = await world.mine();
    const header = createHeader({ ...sound.header, bits });
    return { broken: createBlock(header, sound.transactions).bytes, sound: sound.bytes };
  },
});

export const HEADER_CASES = {
  'header-height': [withHeight(1), withHeight(-1)],
  'header-bits': [
    withBits('an easier target', 0x21_00_ff_ff),
    withBits('a harder target', 0x20_7f_ff_fe),
    withBits('the same target written otherwise', 0x21_00_7f_ff),
    withBits('no target', 0),
    withBits('a negative target', 0x20_ff_ff_ff),
  ],
  'header-pow': [
    {
      what: 'a hash over the target',
      async twins(world) {
        const sound = await world.mine();
        const target = bitsToTarget(sound.header.bits);
        for (let nonce = 0; ; nonce++) {
          const header = createHeader({ ...sound.header, nonce });
          if (bytesToBigInt(powHash(header.bytes, world.chain.network.params.powMemoryKiB)) > target)
            return { broken: createBlock(header, sound.transactions).bytes, sound: sound.bytes };
        }
      },
    },
  ],
  'header-time-old': [
    {
      what: 'the median of the last eleven itself',
      twins: (world) => {
        const median = medianTimePast(world.chain.tip());
        return world.twins((broken) => ({ header: { time: broken ? median : median + 1 } }));
      },
    },
    {
      what: 'time zero',
      twins: (world) => world.twins((broken): BlockParts => (broken ? { header: { time: 0 } } : {})),
    },
  ],
  'header-time-new': [
    {
      what: 'a second more ahead of the clock than allowed',
      twins(world) {
        const latest = world.clock.seconds + world.chain.network.params.futureLimit;
        return world.twins((broken) => ({ header: { time: broken ? latest + 1 : latest } }));
      },
    },
    {
      what: 'the last second before 2^53',
      twins: (world) =>
        world.twins((broken): BlockParts => (broken ? { header: { time: Number.MAX_SAFE_INTEGER } } : {})),
    },
  ],
  'header-orphan': [
    {
      what: 'a parent that nobody knows',
      async run(world) {
        const { header } = await world.mine({ header: { prev: new Uint8Array(32).fill(1) } });
        return (await world.chain.acceptHeaders([header])).violation?.code;
      },
    },
  ],
  'header-on-invalid': [
    {
      what: 'a child of a block that broke a rule',
      async run(world) {
        const { coinbase } = { coinbase: (await world.mine()).transactions[0]! };
        const greedy = createTransaction({
          ...coinbase,
          outputs: [{ ...coinbase.outputs[0]!, ...OTHER.lock, amount: (SUBSIDY + 1) as never }],
        });
        const bad = await world.mine({ coinbase: greedy });
        await world.submit(bad.bytes);
        const child = mineOn(world.chain, parentOf(bad));
        return (await world.chain.acceptHeaders([child.header])).violation?.code;
      },
    },
  ],
} as const satisfies Record<string, readonly RuleCase[]>;
