import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodePolicy, type PolicyNode } from '../../../../main/core/ledger/policy-tree.ts';
import { createTransaction, type Transaction } from '../../../../main/core/primitives/transaction.ts';
import {
  after,
  all,
  either,
  hidden,
  key,
  lockOf,
  type PolicyInput,
  secret,
  threshold,
  unlock,
} from '../../../support/chain/policy.ts';
import { testKey } from '../../../support/chain/test-chain.ts';
import { openRuleWorld, type RuleWorld } from '../consensus/rules-world.ts';

let world: RuleWorld;
beforeAll(async () => {
  // Past activation, with heights in three digits to come.
  world = await openRuleWorld(undefined, 99);
});
afterAll(() => world.close());

const payee = testKey(50).lock;

/** A coin behind `tree`, and what it takes to spend it with these claims. */
async function coinBehind(tree: PolicyNode, by: PolicyNode): Promise<PolicyInput> {
  return { ...(await world.locked(lockOf(tree))), by };
}

const spending = (...inputs: readonly PolicyInput[]): Transaction =>
  unlock(world.chain.network.id, inputs, [
    { amount: inputs.reduce((sum, { coin }) => sum + coin.amount, 0), lock: payee },
  ]);

const tryMine = async (tx: Transaction) => world.submit((await world.mine({ transactions: [tx] })).bytes);

describe('only a witness that satisfies the tree opens the lock', () => {
  const LATE = 4_000_000;
  const inner = all(after(100), key(3));
  const rows: [what: string, tree: PolicyNode, claims: PolicyNode, outcome: string][] = [
    ['a key', key(1), key.claim(1), 'connected'],
    ['a key that is only shown', key(1), key(1), 'lock-policy'],
    ['another key', key(1), key.claim(2), 'lock-policy'],
    ['everything hidden', key(1), hidden(key(1)), 'lock-policy'],
    [
      '2 of 3, the third hidden',
      threshold(2, key(1), key(2), key(3)),
      threshold(2, key.claim(1), hidden(key(2)), key.claim(3)),
      'connected',
    ],
    [
      '2 of 3, the third shown',
      threshold(2, key(1), key(2), key(3)),
      threshold(2, key.claim(1), key(2), key.claim(3)),
      'connected',
    ],
    [
      '1 where 2 are asked for',
      threshold(2, key(1), key(2), key(3)),
      threshold(2, key.claim(1), key(2), key(3)),
      'lock-policy',
    ],
    [
      '3 where 2 are asked for',
      threshold(2, key(1), key(2), key(3)),
      threshold(2, key.claim(1), key.claim(2), key.claim(3)),
      'lock-policy',
    ],
    [
      'a lower threshold than was locked',
      threshold(2, key(1), key(2)),
      threshold(1, key.claim(1), key(2)),
      'lock-policy',
    ],
    ['a preimage', secret('open sesame'), secret.claim('open sesame'), 'connected'],
    [
      'a preimage that is not the one',
      secret('open sesame'),
      { ...secret.claim('open sesame'), preimage: Buffer.from('open barley') } as PolicyNode,
      'lock-policy',
    ],
    ['an empty preimage', secret(''), secret.claim(''), 'connected'],
    ['a height that has come', after(100), after.claim(100), 'connected'],
    ['a height that has not', after(LATE), after.claim(LATE), 'lock-policy'],
    [
      'a branch of two parts',
      either(inner, key(1)),
      either(all(after.claim(100), key.claim(3)), hidden(key(1))),
      'connected',
    ],
    [
      'half of a branch and nothing else',
      either(inner, key(1)),
      either(all(after.claim(100), key(3)), key(1)),
      'lock-policy',
    ],
    [
      'half of a branch beside a whole one',
      either(inner, key(1)),
      either(all(after.claim(100), key(3)), key.claim(1)),
      'lock-policy',
    ],
    [
      'two branches where one will do',
      either(inner, key(1)),
      either(all(after.claim(100), key.claim(3)), key.claim(1)),
      'lock-policy',
    ],
    [
      'the same key twice, for two places',
      threshold(2, key(1), key(1)),
      threshold(2, key.claim(1), key.claim(1)),
      'connected',
    ],
  ];
  test.each(rows)('%s', async (_, tree, claims, outcome) => {
    expect(await tryMine(spending(await coinBehind(tree, claims)))).toBe(outcome);
  });

  test('a height is satisfied from exactly that block on', async () => {
    const height = world.nextHeight() + 9;
    const tx = spending(await coinBehind(all(after(height), key(1)), all(after.claim(height), key.claim(1))));
    while (world.nextHeight() < height) {
      expect(await tryMine(tx)).toBe('lock-policy');
      await world.extend();
    }
    expect(await tryMine(tx)).toBe('connected');
  });

  test.each([
    ['no bytes', new Uint8Array(0)],
    ['a bare signature', new Uint8Array(64)],
    ['a tree with a byte too many', Uint8Array.of(...encodePolicy(after.claim(1)), 0)],
  ])('%s is not a valid witness', async (_, witness) => {
    const tx = spending(await coinBehind(after(1), after.claim(1)));
    expect(await tryMine(createTransaction({ ...tx, witness: [witness] }))).toBe('lock-policy');
    expect(await tryMine(tx)).toBe('connected');
  });

  test.each([0, 31, 33, 64])(
    'a lock of %i bytes is not a hash of a tree and can never be spent',
    async (size) => {
      const funds = await world.locked({ lockType: 1, lock: new Uint8Array(size) });
      expect(await tryMine(spending({ ...funds, by: key.claim(1) }))).toBe('lock-policy');
    },
  );
});

describe('a signature is valid for one use only', () => {
  const tree = either(key(1), all(key(1), after(1)));
  const short = either(key.claim(1), hidden(all(key(1), after(1))));
  const shown = either(key.claim(1), all(key(1), after(1)));
  const long = either(key(1), all(key.claim(1), after.claim(1)));

  /** The first signature found in one witness, put into the other. */
  function transplant(from: Transaction, to: Transaction, into: PolicyNode, input = 0): Transaction {
    const signature = from.witness[0]!.subarray(36, 100);
    const put = (node: PolicyNode): PolicyNode => {
      if (node.kind === 'threshold') return { ...node, children: node.children.map(put) };
      return node.kind === 'key' && node.signature ? { ...node, signature } : node;
    };
    const witness = to.witness.map((each, i) => (i === input ? encodePolicy(put(into)) : each));
    return createTransaction({ ...to, witness });
  }

  test('a signature that is inserted again at its own position stays valid', async () => {
    const tx = spending(await coinBehind(tree, short));
    expect(transplant(tx, tx, short).bytes).toEqual(tx.bytes);
  });

  test.each([
    ['another branch', long],
    ['another part left hidden', shown],
  ])('it is not valid for %s', async (_, claims) => {
    const funds = await world.locked(lockOf(tree));
    const signed = spending({ ...funds, by: short });
    const wanted = spending({ ...funds, by: claims });
    expect(await tryMine(transplant(signed, wanted, claims))).toBe('tx-signature');
    expect(await tryMine(wanted)).toBe('connected');
  });

  test('it is not valid for another input of the same transaction', async () => {
    const [a, b] = [await coinBehind(key(1), key.claim(1)), await coinBehind(key(1), key.claim(1))];
    const tx = spending(a, b);
    const swapped = createTransaction({ ...tx, witness: tx.witness.toReversed() });
    const same = createTransaction({ ...tx, witness: [tx.witness[0]!, tx.witness[0]!] });
    expect(await tryMine(swapped)).toBe('tx-signature');
    expect(await tryMine(same)).toBe('tx-signature');
    expect(await tryMine(tx)).toBe('connected');
  });

  test('it is not valid for other outputs, and a signature for lock type 0 is not valid for type 1', async () => {
    const [policy, plain] = [await coinBehind(key(1), key.claim(1)), await world.coin()];
    const tx = spending(policy, { ...plain, by: 1 });
    const plainSignature = { ...key.claim(1), signature: tx.witness[1]! } as PolicyNode;
    expect(
      await tryMine(createTransaction({ ...tx, witness: [encodePolicy(plainSignature), tx.witness[1]!] })),
    ).toBe('tx-signature');
    expect(
      await tryMine(createTransaction({ ...tx, outputs: [{ ...tx.outputs[0]!, ...testKey(51).lock }] })),
    ).toBe('tx-signature');
    expect(
      await tryMine(createTransaction({ ...tx, witness: [tx.witness[0]!, tx.witness[0]!.subarray(33, 97)] })),
    ).toBe('tx-signature');
    expect(await tryMine(tx)).toBe('connected');
  });
});
