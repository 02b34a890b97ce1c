import { LOCK_BURN } from '../../../../main/core/primitives/coin.ts';
import { MAX_TRANSACTION_BYTES } from '../../../../main/core/primitives/limits.ts';
import {
  createTransaction,
  type Transaction,
  type TransactionFields,
} from '../../../../main/core/primitives/transaction.ts';
import { MAX_MOTES, type Motes } from '../../../../shared/units.ts';
import type { BlockParts } from '../../../support/chain/test-chain.ts';
import {
  KEY,
  OTHER,
  type PaymentFields,
  type RuleCase,
  type RuleWorld,
  SUBSIDY,
  type Twins,
} from './rules-world.ts';

const burn = (size: number) => ({ lockType: LOCK_BURN, lock: new Uint8Array(size) });

/** Twins whose payment of one coin differs in its fields; the signature holds in both. */
async function payments(
  world: RuleWorld,
  fields: (broken: boolean, height: number) => PaymentFields,
): Promise<Twins> {
  const funds = await world.coin();
  return world.twins((broken) => ({
    transactions: [world.spend([funds], fields(broken, world.nextHeight()))],
  }));
}

/** Twins of which the broken one has a payment altered after it was made. */
async function altered(
  world: RuleWorld,
  change: (tx: Transaction) => Partial<TransactionFields>,
): Promise<Twins> {
  const tx = world.spend([await world.coin()]);
  return world.twins((broken) => ({
    transactions: [broken ? createTransaction({ ...tx, ...change(tx) }) : tx],
  }));
}

const outputsOf = (...amounts: number[]): PaymentFields => ({
  outputs: amounts.map((amount) => ({ amount, lock: OTHER.lock })),
});

/** A payment of exactly so many bytes, most of them burnt. */
function sized(world: RuleWorld, funds: Parameters<RuleWorld['spend']>[0], size: number): Transaction {
  const outputs = Array.from({ length: 1349 }, () => ({ amount: 1, lock: burn(64) }));
  const last = { amount: 1, lock: burn(0) };
  const short = world.spend(funds, { outputs: [...outputs, last] });
  return world.spend(funds, { outputs: [...outputs, { amount: 1, lock: burn(size - short.bytes.length) }] });
}

export const TRANSACTION_CASES = {
  'tx-too-large': [
    {
      what: 'one byte over 100 000',
      async twins(world) {
        const funds = [await world.coin()];
        return world.twins((broken) => ({
          transactions: [sized(world, funds, MAX_TRANSACTION_BYTES + (broken ? 1 : 0))],
        }));
      },
    },
  ],
  'tx-no-outputs': [
    {
      what: 'a coin given to nobody',
      twins: (world) => payments(world, (broken) => (broken ? outputsOf() : {})),
    },
  ],
  'tx-no-inputs': [
    {
      what: 'a second coinbase',
      async twins(world) {
        const second = (await world.mine()).transactions[0]!;
        return world.twins((broken): BlockParts => ({ transactions: broken ? [second] : [] }));
      },
    },
    {
      what: 'money from nothing, without a witness',
      async twins(world) {
        const tx = createTransaction({
          version: 1,
          validFrom: 0,
          expires: 0,
          inputs: [],
          outputs: [{ amount: 1 as Motes, ...OTHER.lock }],
          witness: [],
        });
        return world.twins((broken): BlockParts => ({ transactions: broken ? [tx] : [] }));
      },
    },
  ],
  'tx-amount': [0, MAX_MOTES + 1, Number.MAX_SAFE_INTEGER].map((amount): RuleCase => ({
    what: `an output of ${amount} motes`,
    twins: (world) => payments(world, (broken) => outputsOf(broken ? amount : 1, SUBSIDY / 2)),
  })),
  'tx-output-sum': [
    {
      what: 'two outputs that together exceed all money (CVE-2010-5139)',
      twins: (world) =>
        payments(world, (broken) => (broken ? outputsOf(MAX_MOTES, 1) : outputsOf(SUBSIDY - 1, 1))),
    },
    {
      what: 'a sum that no double holds exactly',
      twins: (world) =>
        payments(world, (broken) =>
          broken ? outputsOf(...Array<number>(40).fill(MAX_MOTES)) : outputsOf(40),
        ),
    },
  ],
  'tx-lock-size': [
    {
      what: 'a lock of 65 bytes',
      twins: (world) =>
        payments(world, (broken) => ({
          outputs: [{ amount: 1, lock: { lockType: 9, lock: new Uint8Array(broken ? 65 : 64) } }],
        })),
    },
    {
      what: 'a burn of 65 bytes',
      twins: (world) =>
        payments(world, (broken) => ({ outputs: [{ amount: 1, lock: burn(broken ? 65 : 64) }] })),
    },
  ],
  'tx-key-size': [31, 33, 0].map((size): RuleCase => ({
    what: `a key of ${size} bytes`,
    twins: (world) =>
      payments(world, (broken) => ({
        outputs: [{ amount: 1, lock: broken ? { lockType: 0, lock: new Uint8Array(size) } : OTHER.lock }],
      })),
  })),
  'tx-duplicate-input': [
    {
      what: 'one coin spent twice inside a transaction (CVE-2018-17144)',
      async twins(world) {
        const [a, b] = [await world.coin(), await world.coin()];
        return world.twins((broken) => ({ transactions: [world.spend(broken ? [a, a] : [a, b])] }));
      },
    },
    {
      what: 'one coin three places apart',
      async twins(world) {
        const [a, b, c] = [await world.coin(), await world.coin(), await world.coin()];
        return world.twins((broken) => ({ transactions: [world.spend(broken ? [a, b, c, a] : [a, b, c])] }));
      },
    },
  ],
  'tx-validity': [
    {
      what: 'expires before it is valid',
      twins: (world) =>
        payments(world, (broken, height) => ({ validFrom: height, expires: broken ? height - 1 : height })),
    },
  ],
  'tx-not-yet-valid': [
    {
      what: 'one block before validFrom',
      twins: (world) => payments(world, (broken, height) => ({ validFrom: broken ? height + 1 : height })),
    },
  ],
  'tx-expired': [
    {
      what: 'one block after expires',
      twins: (world) => payments(world, (broken, height) => ({ expires: broken ? height - 1 : height })),
    },
  ],
  'tx-witness-count': [
    { what: 'no witness', twins: (world) => altered(world, () => ({ witness: [] })) },
    {
      what: 'one witness too many',
      twins: (world) => altered(world, ({ witness }) => ({ witness: [...witness, new Uint8Array(0)] })),
    },
  ],
  'tx-witness-size': [0, 63, 65, 128].map((size): RuleCase => ({
    what: `a signature of ${size} bytes`,
    twins: (world) =>
      altered(world, ({ witness }) => {
        const signature = new Uint8Array(size);
        signature.set(witness[0]!.subarray(0, Math.min(64, size)));
        return { witness: [signature] };
      }),
  })),
  'tx-signature': [
    {
      what: 'a signature by another key',
      async twins(world) {
        const funds = await world.coin();
        const theirs = { ...funds, coin: { ...funds.coin, ...OTHER.lock } };
        return world.twins((broken) => ({ transactions: [world.spend([broken ? theirs : funds])] }));
      },
    },
    {
      what: 'a signature over another amount of the coin',
      async twins(world) {
        const funds = await world.coin();
        const richer = { ...funds, coin: { ...funds.coin, amount: (SUBSIDY + 1) as Motes } };
        const outputs = [{ amount: SUBSIDY, lock: OTHER.lock }];
        return world.twins((broken) => ({
          transactions: [world.spend([broken ? richer : funds], { outputs })],
        }));
      },
    },
    ...[0, 255, 256, 511].map((bit): RuleCase => ({
      what: `bit ${bit} of the signature flipped`,
      twins: (world) =>
        altered(world, ({ witness }) => {
          const flipped = Uint8Array.from(witness[0]!);
          flipped[bit >> 3]! ^= 1 << (bit & 7);
          return { witness: [flipped] };
        }),
    })),
    {
      what: 'an output changed after signing',
      twins: (world) => altered(world, () => ({ outputs: [{ amount: SUBSIDY as Motes, ...KEY.lock }] })),
    },
    {
      what: 'validity heights changed after signing',
      twins: (world) => altered(world, () => ({ expires: 1_000_000 })),
    },
    {
      what: 'the second of two inputs unsigned',
      async twins(world) {
        const tx = world.spend([await world.coin(), await world.coin()]);
        const half = createTransaction({ ...tx, witness: [tx.witness[0]!, new Uint8Array(64)] });
        return world.twins((broken) => ({ transactions: [broken ? half : tx] }));
      },
    },
  ],
} as const satisfies Record<string, readonly RuleCase[]>;
