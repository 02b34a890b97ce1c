/** Accounts, set-ups and the payments of their wallets, for the story of wallets.ts. Two people share the node. */
import type { KithClient } from '../../shared/contract/contract.ts';
import type { Random } from '../support/random.ts';
import {
  type Changes,
  type Choose,
  FIRST,
  FIRST_WORDS,
  type Next,
  NOTHING,
  type Operation,
  PASSWORD,
  SECOND,
} from './operation.ts';
import type { Facts } from './wallet-facts.ts';

/** Each further wallet makes every start slower, because it reads the chain. */
const MAX_ACCOUNTS = 7;
/** A lock that ends within the run, so that its coins are spent too. */
const LEAST_BLOCKS_LOCKED = 10;
const MORE_BLOCKS_LOCKED = 6;
const FUNDS = 300_000_000;
const PAID = 40_000_000;

/** What people do with set-ups. All of them hash a password, so a kill by a timer hits them anywhere. */
export function setupOperations(random: Random, next: Next): readonly Choose[] {
  return [
    (known) => account(random, next, known),
    () => unlock(random),
    (known) => savings(random, known),
    (known) => withOther(random, known, 'shared'),
    (known) => withOther(random, known, 'inheritance'),
    (known) => join(random, known),
    (known) => join(random, known),
    (known) => fund(random, known),
    (known) => fund(random, known),
    (known) => spend(random, known),
    (known) => signInTurn(random, known),
    (known) => signInTurn(random, known),
    (known) => remove(random, known),
  ];
}

const accountsIn = (known: Facts): string[] =>
  [...known.keys()]
    .filter((key) => key.startsWith('wallet account-'))
    .map((key) => key.slice('wallet '.length));
const hasSetup = (known: Facts, name: string): boolean => known.has(`setup ${name}`);
const freeIn = (known: Facts): string[] => accountsIn(known).filter((name) => !hasSetup(known, name));
const oneOf = (random: Random, names: readonly string[]): string | undefined =>
  names[random.int(names.length)];

function account(random: Random, next: Next, known: Facts): Operation | null {
  if (accountsIn(known).length >= MAX_ACCOUNTS || freeIn(known).length >= 3) return null;
  const from = random.next() < 0.6 ? FIRST : SECOND;
  const name = next(`account-of-${from}`);
  const begun = new Map([[`wallet ${name}`, 'full']]);
  return {
    name: 'account',
    begun,
    run: (call) => call.wallet.createAccount({ from, name, password: PASSWORD }).then(() => begun),
  };
}

/** A locked wallet derives no keys, and refuses a new address when it has used those that it has. */
function unlock(random: Random): Operation {
  const name = random.next() < 0.5 ? FIRST : SECOND;
  return {
    name: 'unlock',
    isSlow: true,
    begun: NOTHING,
    run: (call) => call.wallet.unlock({ name, password: PASSWORD, seconds: 60 }).then(() => NOTHING),
  };
}

type Setup = Parameters<KithClient['wallet']['createSetup']>[0]['setup'];

/** Writes a set-up into an account that has none. */
function setUp(name: string, kind: Setup['kind'], setup: (call: KithClient) => Promise<Setup>): Operation {
  const begun = new Map<string, string | null>([
    [`wallet ${name}`, kind],
    [`setup ${name}`, '*'],
  ]);
  return {
    name: `set-up of ${kind}`,
    isSlow: true,
    begun,
    async run(call) {
      const created = await call.wallet.createSetup({ name, password: PASSWORD, setup: await setup(call) });
      return new Map([
        [`wallet ${name}`, kind],
        [`setup ${name}`, created.setup],
      ]);
    },
  };
}

function savings(random: Random, known: Facts): Operation | null {
  const name = oneOf(random, freeIn(known));
  if (name === undefined) return null;
  const blocks = lockedBlocks(random);
  return setUp(name, 'savings', async (call) => ({ kind: 'savings', height: await heightIn(call, blocks) }));
}

function withOther(random: Random, known: Facts, kind: 'shared' | 'inheritance'): Operation | null {
  const free = freeIn(known);
  const name = oneOf(random, free);
  const other = oneOf(
    random,
    free.filter((each) => each !== name),
  );
  if (name === undefined || other === undefined) return null;
  const blocks = lockedBlocks(random);
  return setUp(name, kind, async (call) => {
    const keys = [(await call.wallet.exportKeys({ name: other })).keys];
    if (kind === 'shared') return { kind, m: 2, keys };
    return { kind, height: await heightIn(call, blocks), role: 'owner', keys };
  });
}

const lockedBlocks = (random: Random): number => LEAST_BLOCKS_LOCKED + 1 + random.int(MORE_BLOCKS_LOCKED);
const heightIn = async (call: KithClient, blocks: number): Promise<number> =>
  (await call.chain.tip()).height + blocks;

/** The other person of a set-up joins with the file of the first. */
function join(random: Random, known: Facts): Operation | null {
  const free = new Set(freeIn(known));
  const created = accountsIn(known).filter((name) => {
    const kind = known.get(`wallet ${name}`);
    return hasSetup(known, name) && (kind === 'shared' || kind === 'inheritance');
  });
  const from = oneOf(random, created);
  if (free.size === 0 || from === undefined) return null;
  const [kind, setup] = [known.get(`wallet ${from}`)!, known.get(`setup ${from}`)!];
  const begun = new Map<string, string | null>();
  return {
    name: `join ${kind}`,
    isSlow: true,
    begun,
    async run(call) {
      const { people } = await call.wallet.inspectSetup({ setup });
      const other = people.find(({ wallet }) => wallet !== null && free.has(wallet))?.wallet;
      if (other === null || other === undefined) return NOTHING;
      begun.set(`wallet ${other}`, kind).set(`setup ${other}`, setup);
      await call.wallet.joinSetup({ name: other, password: PASSWORD, setup });
      return begun;
    },
  };
}

/** Pays to a wallet with a set-up, and mines the payment. */
function fund(random: Random, known: Facts): Operation | null {
  const name = oneOf(
    random,
    accountsIn(known).filter((each) => hasSetup(known, each)),
  );
  if (name === undefined) return null;
  return {
    name: 'fund a set-up',
    begun: NOTHING,
    async run(call) {
      const { address } = await call.wallet.address({ name });
      const to = [{ address, amount: FUNDS }];
      const { txid } = await call.wallet.send({ name: FIRST, to, password: PASSWORD });
      const reward = await call.wallet.address({ name: SECOND });
      await call.mining.generate({ address: reward.address, blocks: 1 });
      return new Map([
        [`payment ${FIRST} ${txid}`, 'yes'],
        [`payment ${name} ${txid}`, 'yes'],
      ]);
    },
  };
}

/** A wallet of which one person alone may spend: savings after their height, an inheritance. */
function spend(random: Random, known: Facts): Operation | null {
  const single = accountsIn(known).filter((name) => {
    const kind = known.get(`wallet ${name}`);
    return kind === 'savings' || kind === 'inheritance';
  });
  const name = oneOf(random, single);
  if (name === undefined) return null;
  return {
    name: `spend from ${known.get(`wallet ${name}`)}`,
    isSlow: true,
    begun: NOTHING,
    async run(call) {
      const { address } = await call.wallet.address({ name: SECOND });
      const { txid } = await call.wallet.send({ name, to: [{ address, amount: PAID }], password: PASSWORD });
      return new Map([[`payment ${name} ${txid}`, 'yes']]);
    },
  };
}

/** The two people of a shared wallet sign one after the other, and the second sends. */
function signInTurn(random: Random, known: Facts): Operation | null {
  const shared = accountsIn(known).filter((name) => known.get(`wallet ${name}`) === 'shared');
  const name = oneOf(random, shared);
  const other = shared.find(
    (each) => each !== name && known.get(`setup ${each}`) === known.get(`setup ${name}`),
  );
  if (name === undefined || other === undefined) return null;
  let stage = 'prepare';
  return {
    get name() {
      return `shared payment: ${stage}`;
    },
    isSlow: true,
    begun: NOTHING,
    async run(call) {
      const { address } = await call.wallet.address({ name: SECOND });
      const { draft } = await call.wallet.prepare({ name, to: [{ address, amount: PAID }] });
      let { payment } = await call.wallet.exportPayment({ draft });
      for (const [number, signer] of [name, other].entries()) {
        stage = `signature ${number + 1}`;
        ({ payment } = await call.wallet.signPayment({ name: signer, payment, password: PASSWORD }));
      }
      stage = 'send';
      // Of the two wallets with these locks one sends and stores the payment; the other one sees it in the mempool.
      const { wallet } = await call.wallet.inspectPayment({ payment });
      const { txid } = await call.wallet.broadcastPayment({ payment });
      return new Map([[`payment ${wallet} ${txid}`, 'yes']]);
    },
  };
}

/** Makes room for further set-ups. The recovery phrase is the proof, so only the wallets of `FIRST_WORDS`. */
function remove(random: Random, known: Facts): Operation | null {
  const accounts = accountsIn(known);
  const own = accounts.filter((each) => each.startsWith(`account-of-${FIRST}`) && hasSetup(known, each));
  const name = oneOf(random, own);
  if (accounts.length < MAX_ACCOUNTS || name === undefined) return null;
  const begun: Changes = new Map(
    [...known.keys()].filter((key) => key.split(' ')[1] === name).map((key) => [key, null]),
  );
  return {
    name: 'delete a wallet with a set-up',
    isSlow: true,
    begun,
    run: (call) => call.wallet.delete({ name, password: PASSWORD, mnemonic: FIRST_WORDS }).then(() => begun),
  };
}
