import type { KithClient } from '../../../shared/contract/contract.ts';
import { until } from '../until.ts';

/** Of every wallet of the scenes. */
export const PASSWORD = 'correct horse battery';
/** As long as a name may be. */
export const LONG_NAME = "Housekeeping of the Featherstonehaugh-Cholmondeley-Warner's 2026";
const LONG_CONTACT =
  'Association of the Owners of the Houses 1 to 48 in Saint Bartholomew-the-Great Row, treasurer';
const LONG_LABEL =
  'Quarterly contribution to the repair of the roof, the gutters and the two chimneys, as agreed at the meeting of 3 November';
const KITH = 100_000_000;

/** What the scenes need to know about the wallets. */
export interface Filled {
  readonly mnemonic: string;
  /** Payments of “Everyday” by what they are. */
  readonly payments: {
    readonly mined: string;
    readonly batch: string;
    readonly pending: string;
    readonly replaced: string;
    readonly incoming: string;
    readonly reward: string;
  };
  /** Addresses of wallets that are not on this node. */
  readonly shop: string;
  readonly strangers: readonly string[];
  readonly contact: string;
  /** Files in hexadecimal digits. */
  readonly files: {
    readonly keys: string;
    readonly knownKeys: string;
    readonly setup: string;
    readonly unsigned: string;
    readonly half: string;
    readonly signed: string;
    readonly backup: string;
  };
  readonly proof: string;
}

/** Gives the first node wallets of every kind, payments in every state, contacts and requests. */
export async function fillWallets(client: KithClient, theirs: KithClient): Promise<Filled> {
  const { wallet, mining } = client;
  const { mnemonic } = await wallet.create({ name: 'Everyday', password: PASSWORD, words: 12 });
  await wallet.markPhraseChecked({ name: 'Everyday' });
  for (const name of ['New', LONG_NAME]) await wallet.create({ name, password: PASSWORD });
  const { address: mine } = await wallet.newAddress({ name: 'Everyday', label: 'Rewards' });
  // Four periods of twenty blocks, in which miners signal the rule of policy locks.
  await mining.generate({ address: mine, blocks: 90 });
  const generate = async (blocks = 1): Promise<void> =>
    void (await mining.generate({ address: mine, blocks }));
  const send = async (to: { address: string; amount: number; label?: string }[]): Promise<string> =>
    (await wallet.send({ name: 'Everyday', to, password: PASSWORD })).txid;

  await theirs.wallet.create({ name: 'Shop', password: PASSWORD, words: 12 });
  const { address: shop } = await theirs.wallet.address({ name: 'Shop' });
  const strangers: string[] = [];
  for (let i = 0; i < 12; i++)
    strangers.push((await theirs.wallet.newAddress({ name: 'Shop', label: `${i}` })).address);
  const contact = await addContacts(client, strangers);

  const mined = await send([{ address: contact, amount: 12.5 * KITH, label: LONG_LABEL }]);
  await generate();
  const batch = await send(
    strangers.slice(4).map((address, i) => ({ address, amount: (i + 1) * 1_234_567 })),
  );
  await send([{ address: (await wallet.address({ name: LONG_NAME })).address, amount: 123_456_789_012 }]);
  await generate();
  const setups = await addSetups(client, theirs, send);
  await generate();
  await addRequests(client, send, generate);
  await sameTip(client, theirs);
  const { address: own } = await wallet.newAddress({ name: 'Everyday', label: 'From the shop' });
  const incoming = (
    await theirs.wallet.send({ name: 'Shop', to: [{ address: own, amount: 2 * KITH }], password: PASSWORD })
  ).txid;
  const replaced = await send([{ address: shop, amount: 3 * KITH }]);
  const faster = await wallet.prepareFaster({ name: 'Everyday', txid: replaced, how: 'speed-up' });
  await wallet.confirm({ draft: faster.draft, password: PASSWORD });
  const pending = await send([{ address: shop, amount: 4.5 * KITH, label: 'Bread, حساب, קופה' }]);
  await until(async () => {
    const seen = (await client.mempool.list({})).map(({ txid }) => txid);
    return seen.includes(incoming);
  }, 'the incoming payment');
  await freezeOne(client);
  await until(async () => {
    const [newest] = await wallet.history({ name: 'Everyday', limit: 1 });
    return (newest?.seenBy ?? 0) > 0;
  }, 'the other node has the payment');
  const [reward] = (await wallet.history({ name: 'Everyday', limit: 200 })).filter(
    ({ kind }) => kind === 'mined',
  );
  const { proof } = await wallet.provePayment({
    name: 'Everyday',
    password: PASSWORD,
    txid: mined,
    challenge: 'Order 1234, 30 November',
  });
  return {
    ...{ mnemonic, shop, strangers, contact, proof },
    payments: { mined, batch, pending, replaced, incoming, reward: reward!.txid },
    files: { ...setups, backup: (await wallet.backup({ name: 'Everyday', password: PASSWORD })).file },
  };
}

async function sameTip(client: KithClient, theirs: KithClient): Promise<void> {
  const { id } = await client.chain.tip({});
  await until(async () => (await theirs.chain.tip({})).id === id, 'the same tip');
}

/** Contacts with short and long names; returns the first address of one. */
async function addContacts({ contacts, wallet }: KithClient, strangers: readonly string[]): Promise<string> {
  const note = 'Opens at seven. Ask for the bread of yesterday, which costs half.';
  const given = [(await wallet.newAddress({ name: 'Everyday', label: 'For Mira' })).address];
  await contacts.put({ name: 'Mira', addresses: strangers.slice(0, 2), note, given });
  await contacts.put({ name: LONG_CONTACT, addresses: [strangers[2]!] });
  await contacts.put({ name: 'קופה של דנה', addresses: [strangers[3]!], note: 'חשבון' });
  return strangers[0]!;
}

/** Requests in every state. */
async function addRequests(
  { wallet }: KithClient,
  send: (to: { address: string; amount: number }[]) => Promise<string>,
  generate: () => Promise<void>,
): Promise<void> {
  const request = (label: string, amount?: number, seconds?: number) =>
    wallet.createRequest({
      name: 'Everyday',
      label,
      ...(amount !== undefined && { amount }),
      ...(seconds !== undefined && { seconds }),
    });
  const paid = await request('Rent of November', 2 * KITH, 86_400);
  const partly = await request('Half of the new door', 7 * KITH);
  await send([
    { address: paid.address, amount: 2 * KITH },
    { address: partly.address, amount: 3 * KITH },
  ]);
  await generate();
  await request('Expired at once', 1 * KITH, 1);
  await request(LONG_LABEL.slice(0, 100), 2_099_999_912_345_678, 7 * 86_400);
  await request('');
}

/** Watch-only, shared, savings and inheritance wallets, and files of them. */
async function addSetups(
  client: KithClient,
  theirs: KithClient,
  send: (to: { address: string; amount: number }[]) => Promise<string>,
) {
  const { wallet } = client;
  const account = async (node: KithClient, from: string, name: string): Promise<string> => {
    await node.wallet.createAccount({ from, name, password: PASSWORD });
    return (await node.wallet.exportKeys({ name })).keys;
  };
  await theirs.wallet.create({ name: 'Ben', password: PASSWORD, words: 12 });
  const knownKeys = await account(client, 'Everyday', 'Family');
  const [annKeys, benKeys] = [await account(theirs, 'Shop', 'Ann'), await account(theirs, 'Ben', 'Benjamin')];
  const credentials = { password: PASSWORD };
  const family = { kind: 'shared' as const, m: 2, keys: [annKeys, benKeys] };
  const { setup } = await wallet.createSetup({ name: 'Family', ...credentials, setup: family });
  for (const name of ['Ann', 'Benjamin']) await theirs.wallet.joinSetup({ name, ...credentials, setup });
  const { height } = await client.chain.tip({});
  await account(client, 'Everyday', 'House');
  const savings = { kind: 'savings', height: height + 500_000 } as const;
  await wallet.createSetup({ name: 'House', ...credentials, setup: savings });
  await account(client, 'Everyday', 'Estate');
  const heirKeys = await account(theirs, 'Ben', 'Heir');
  const inheritance = { kind: 'inheritance' as const, role: 'owner' as const };
  const estate = { ...inheritance, height: height + 1_000_000, keys: [heirKeys] };
  await wallet.createSetup({ name: 'Estate', ...credentials, setup: estate });
  await wallet.createWatchOnly({
    name: 'Shop till',
    keys: (await theirs.wallet.exportKeys({ name: 'Shop' })).keys,
  });
  const { address: listed } = await theirs.wallet.newAddress({ name: 'Ben' });
  await wallet.createWatchOnly({ name: 'Two addresses', addresses: [listed] });

  const to = async (name: string) => (await wallet.address({ name })).address;
  await send([
    { address: await to('Family'), amount: 40 * KITH },
    { address: await to('House'), amount: 25 * KITH },
    { address: await to('Estate'), amount: 15 * KITH },
    { address: await to('Shop till'), amount: 30 * KITH },
    { address: listed, amount: 5 * KITH },
  ]);
  await client.mining.generate({ address: await to('Everyday'), blocks: 1 });
  const { draft } = await wallet.prepare({
    name: 'Family',
    to: [{ address: await to('New'), amount: 5 * KITH }],
  });
  const { payment: unsigned } = await wallet.exportPayment({ draft, note: 'New boiler' });
  await sameTip(client, theirs);
  const { payment: half } = await theirs.wallet.signPayment({
    name: 'Ann',
    ...credentials,
    payment: unsigned,
  });
  const { payment: signed } = await wallet.signPayment({ name: 'Family', ...credentials, payment: half });
  await theirs.wallet.create({ name: 'Vault', password: PASSWORD, words: 12 });
  const { keys: vaultKeys } = await theirs.wallet.exportKeys({ name: 'Vault' });
  return { keys: vaultKeys, knownKeys, setup, unsigned, half, signed };
}

async function freezeOne({ wallet }: KithClient): Promise<void> {
  const { coins } = await wallet.coins({ name: 'Everyday', state: 'available', limit: 1 });
  await wallet.freeze({
    name: 'Everyday',
    coins: coins.map(({ txid, index }) => ({ txid, index })),
    frozen: true,
  });
}
