import { checkSpend } from '../../../../main/core/ledger/spend.ts';
import { plainSha256 } from '../../../../main/core/crypto/hash.ts';
import { JobList } from '../../../../main/core/ledger/jobs.ts';
import { encodePolicy, policyHash, type PolicyNode } from '../../../../main/core/ledger/policy-tree.ts';
import { coinKey } from '../../../../main/core/primitives/coin-key.ts';
import { createTransaction } from '../../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../../main/core/violation.ts';
import { MAX_MOTES } from '../../../../shared/units.ts';
import { KEY, OTHER, type RuleCase, type RuleWorld, SUBSIDY, type Twins } from './rules-world.ts';

/** Rules between a transaction and the coins that it spends. */
export const SPEND_CASES = {
  'coin-missing': [
    {
      what: 'a coin that never was',
      async twins(world) {
        const funds = await world.coin();
        const nowhere = { ...funds, outpoint: { txid: new Uint8Array(32), index: 0 } };
        return world.twins((broken) => ({ transactions: [world.spend([broken ? nowhere : funds])] }));
      },
    },
    {
      what: 'an output that the transaction does not have',
      async twins(world) {
        const funds = await world.coin();
        const beyond = { ...funds, outpoint: { ...funds.outpoint, index: 1 } };
        return world.twins((broken) => ({ transactions: [world.spend([broken ? beyond : funds])] }));
      },
    },
    {
      what: 'a coin spent in an earlier block',
      async twins(world) {
        const [spent, funds] = [await world.coin(), await world.coin()];
        await world.extend({ transactions: [world.spend([spent])] });
        return world.twins((broken) => ({ transactions: [world.spend([broken ? spent : funds])] }));
      },
    },
    {
      what: 'a coin spent earlier in the block',
      async twins(world) {
        const [a, b] = [await world.coin(), await world.coin()];
        return world.twins((broken) => ({
          transactions: [
            world.spend([a]),
            world.spend([broken ? a : b], { outputs: [{ amount: SUBSIDY, lock: KEY.lock }] }),
          ],
        }));
      },
    },
    {
      what: 'the same transaction twice',
      async twins(world) {
        const tx = world.spend([await world.coin()]);
        return world.twins((broken) => ({ transactions: broken ? [tx, tx] : [tx] }));
      },
    },
    {
      what: 'a coin created later in the block',
      async twins(world) {
        const first = world.spend([await world.coin()], { outputs: [{ amount: SUBSIDY, lock: KEY.lock }] });
        const coin = { ...first.outputs[0]!, height: world.nextHeight(), coinbase: false };
        const second = world.spend([{ outpoint: { txid: first.txid, index: 0 }, coin }]);
        return world.twins((broken) => ({ transactions: broken ? [second, first] : [first, second] }));
      },
    },
    {
      what: 'a burnt output',
      async twins(world) {
        const funds = await world.coin();
        const burnt = { lockType: 255, lock: new Uint8Array(0) };
        const tx = world.spend([funds], { outputs: [{ amount: SUBSIDY, lock: burnt }] });
        await world.extend({ transactions: [tx] });
        const ghost = { outpoint: { txid: tx.txid, index: 0 }, coin: { ...funds.coin, ...burnt } };
        const other = await world.coin();
        return world.twins((broken) => ({ transactions: [world.spend([broken ? ghost : other])] }));
      },
    },
    {
      what: 'the output of genesis, which creates no coin',
      async twins(world) {
        const tx = world.chain.network.genesis.transactions[0]!;
        const coin = { ...tx.outputs[0]!, height: 0, coinbase: true };
        const ghost = { outpoint: { txid: tx.txid, index: 0 }, coin };
        const funds = await world.coin();
        return world.twins((broken) => ({ transactions: [world.spend([broken ? ghost : funds])] }));
      },
    },
    {
      what: "its own block's coinbase",
      async twins(world) {
        const { transactions } = await world.mine();
        const coin = { ...transactions[0]!.outputs[0]!, height: world.nextHeight(), coinbase: true };
        const own = world.spend([{ outpoint: { txid: transactions[0]!.txid, index: 0 }, coin }]);
        return world.twins((broken) => ({ transactions: broken ? [own] : [] }));
      },
    },
  ],
  'coin-immature': [
    {
      what: 'a coinbase one block too young',
      async twins(world) {
        const { maturity } = world.chain.network.params;
        const funds = await world.coin();
        const young = await world.extend();
        while (world.nextHeight() - young.header.height < maturity - 1) await world.extend();
        const tx = young.transactions[0]!;
        const coin = { ...tx.outputs[0]!, height: young.header.height, coinbase: true };
        const unripe = { outpoint: { txid: tx.txid, index: 0 }, coin };
        return world.twins((broken) => ({ transactions: [world.spend([broken ? unripe : funds])] }));
      },
    },
  ],
  'tx-value': [
    {
      what: 'one mote more than it spends',
      async twins(world) {
        const funds = await world.coin();
        return world.twins((broken) => ({
          transactions: [
            world.spend([funds], { outputs: [{ amount: SUBSIDY + (broken ? 1 : 0), lock: OTHER.lock }] }),
          ],
        }));
      },
    },
  ],
  // Coins never sum to more than all money, so only a UTXO set that lies can show this rule.
  'tx-input-sum': [
    {
      what: 'coins that exceed all money',
      async run(world) {
        const coin = { amount: MAX_MOTES, ...KEY.lock, height: 1, coinbase: false };
        const inputs = [0, 1].map((index) => ({ txid: new Uint8Array(32).fill(7), index }));
        const tx = world.spend(
          inputs.map((outpoint) => ({ outpoint, coin })),
          { outputs: [{ amount: 1, lock: OTHER.lock }] },
        );
        const known = new Set(inputs.map(coinKey));
        const context = {
          networkId: world.chain.network.id,
          params: world.chain.network.params,
          height: 2,
          rules: { policyLock: true },
          coin: (key: Parameters<typeof known.has>[0]) => (known.has(key) ? coin : undefined),
        };
        const verdict = checkSpend(tx, context, new JobList());
        return isViolation(verdict) ? verdict.code : undefined;
      },
    },
  ],
  'lock-policy': [
    {
      what: 'a preimage that is not the one',
      twins: (world) => policyTwins(world, secret(PREIMAGE), encodePolicy(secret(new Uint8Array(32)))),
    },
    {
      what: 'a witness that is no tree',
      twins: (world) => policyTwins(world, secret(PREIMAGE), Uint8Array.of(0xff)),
    },
    {
      what: 'a tree, good for itself, that the coin is not locked to',
      twins: (world) => policyTwins(world, secret(PREIMAGE), encodePolicy(after(1, true))),
    },
    {
      what: 'a height that has not come yet',
      async twins(world) {
        const [now, later] = [after(1, true), after(1_000_000, true)];
        const either = (claimed: 0 | 1): PolicyNode => ({
          kind: 'threshold',
          m: 1,
          children: [now, later].map((each, i) => ({ ...each, claimed: i === claimed })),
        });
        return policyTwins(world, either(0), encodePolicy(either(1)));
      },
    },
    {
      what: 'less than the tree asks for',
      twins: (world) => policyTwins(world, both(true, true), encodePolicy(both(true, false))),
    },
    {
      what: 'more than the tree asks for',
      twins: (world) => policyTwins(world, one(true, false), encodePolicy(one(true, true))),
    },
  ],
} as const satisfies Record<string, readonly RuleCase[]>;

const PREIMAGE = new Uint8Array(32).fill(9);
const secret = (preimage: Uint8Array): PolicyNode => ({
  kind: 'hash',
  hash: plainSha256(PREIMAGE),
  preimage,
});
const after = (height: number, claimed: boolean) => ({ kind: 'after', height, claimed }) as const;
const both = (a: boolean, b: boolean): PolicyNode => ({
  kind: 'threshold',
  m: 2,
  children: [after(1, a), after(2, b)],
});
const one = (a: boolean, b: boolean): PolicyNode => ({
  kind: 'threshold',
  m: 1,
  children: [after(1, a), after(2, b)],
});

/** A coin locked to a tree, spent with another witness, and with the tree itself. */
async function policyTwins(world: RuleWorld, tree: PolicyNode, broken: Uint8Array): Promise<Twins> {
  const funds = await world.locked({ lockType: 1, lock: policyHash(tree) });
  return world.twins((isBroken) => ({
    transactions: [
      createTransaction({
        version: 1,
        validFrom: 0,
        expires: 0,
        inputs: [funds.outpoint],
        outputs: [{ amount: funds.coin.amount, ...OTHER.lock }],
        witness: [isBroken ? broken : encodePolicy(tree)],
      }),
    ],
  }));
}
