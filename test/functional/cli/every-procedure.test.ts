import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MetricRange } from '../../../shared/contract/metrics.ts';
import { SETTING_NAMES } from '../../../shared/setting-labels.ts';
import { newFolder } from '../../support/folder.ts';
import { until } from '../../support/until.ts';
import { type Fields, holds } from './answer-shape.ts';
import { call, cleanUp, NODE, run, type Running, start } from './program.ts';

// Every procedure of the promised table, asked of real nodes by the terminal, with exactly the promised fields. A field
// that stands here may never go; what was added since stands in `additions`.

interface Ready {
  readonly peerId: string;
  readonly addresses: readonly string[];
}

const PASSWORD = 'p@ss word';
const dir = newFolder();
const called = new Set<string>();
let node: Running;
let mine: Ready;
let theirs: Ready;

beforeAll(async () => {
  node = start([...NODE, '--datadir', dir]);
  mine = (await node.line()) as unknown as Ready;
  const other = start([...NODE, '--datadir', newFolder(), '--bootstrap', ...mine.addresses]);
  theirs = (await other.line()) as unknown as Ready;
});
afterAll(cleanUp);

async function ask<Answer = Fields>(procedure: string, input?: unknown): Promise<Answer> {
  called.add(procedure);
  return (await call(dir, procedure, input)) as Answer;
}

/** The first event of a subscription. */
async function watch(procedure: string, meanwhile?: () => Promise<unknown>): Promise<Fields> {
  called.add(procedure);
  const following = start(['call', '--datadir', dir, procedure, '--for', '600']);
  const first = following.line();
  let heard = false;
  void first.then(() => (heard = true));
  while (meanwhile !== undefined && !heard) {
    await meanwhile();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const event = await first;
  following.child.kill('SIGINT');
  return event;
}

const STATUS =
  'network:text networkId:hash version:text peerId:text addresses:list height:int tip:hash headers:int phase:text progress:number etaSeconds:int? peers:int mempool:int reachability:text warnings:list sentence:text';
const HEADER =
  'id:hash height:int prev:hash merkle:hash time:int bits:int nonce:int version:int hex:hex work:hash confirmations:int';

test('node.status and node.watch return the status', async () => {
  holds(await ask('node.status'), STATUS);
  holds(await watch('node.watch'), STATUS);
});

test('wallets are created, restored, unlocked, locked and listed, and issue addresses', async () => {
  const made = await ask('wallet.create', { name: 'mine', password: PASSWORD, words: 12 });
  expect(holds(made, 'name:text mnemonic:text')).toEqual([]);
  expect(String(made['mnemonic']).split(' ')).toHaveLength(12);
  const restored = await ask('wallet.restore', {
    name: 'back',
    password: PASSWORD,
    mnemonic: made['mnemonic'],
    passphrase: 'and more',
  });
  expect(holds(restored, 'name:text firstAddress:text')).toEqual([]);
  const look = (await call(dir, 'wallet.inspect', { mnemonic: made['mnemonic'] })) as Fields;
  expect([holds(look, 'firstAddress:text wallet:text'), look['wallet']]).toEqual([[], 'mine']);
  expect(await ask('wallet.unlock', { name: 'mine', password: PASSWORD, seconds: 60 })).toEqual({});
  expect(await ask('wallet.list')).toContainEqual({
    name: 'mine',
    locked: false,
    phraseChecked: false,
    kind: 'full',
    backup: null,
    spendableFrom: 0,
    fixedAddresses: false,
  });
  expect(await call(dir, 'wallet.deleted')).toEqual([]);
  expect(await ask('wallet.lock', { name: 'mine' })).toEqual({});
  expect(await ask('wallet.list')).toContainEqual({
    name: 'mine',
    locked: true,
    phraseChecked: false,
    kind: 'full',
    backup: null,
    spendableFrom: 0,
    fixedAddresses: false,
  });
  const { address } = await ask<{ address: string }>('wallet.address', { name: 'mine' });
  expect(await ask('wallet.address', { name: 'mine' })).toEqual({ address });
  const next = await ask('wallet.newAddress', { name: 'mine', label: 'for Mira' });
  expect(next).toEqual({ address: expect.stringMatching(/^rkith1/) as string });
  expect(next).not.toEqual({ address });
});

test('a wallet searches the chain, and says how far', async () => {
  expect(await call(dir, 'wallet.rescan', { name: 'mine', fromHeight: 0 })).toEqual({});
  await until(
    async () => ((await call(dir, 'wallet.search', { name: 'mine' })) as Fields)['state'] === 'done',
    'searched',
  );
  const search = (await call(dir, 'wallet.search', { name: 'mine' })) as Fields;
  const shape =
    'kind:text state:text fromHeight:int toHeight:int certainTo:int? blocksRead:int blocksTotal:int lackedFrom:int? unsearched:list? incompleteSince:int? unreadBlocks:int receiveAddresses:int changeAddresses:int gap:int startedAt:int? endedAt:int?';
  expect(holds(search, shape)).toEqual([]);
  const none = await run(['call', '--datadir', dir, 'wallet.cancelRescan', JSON.stringify({ name: 'mine' })]);
  expect(none.fault).toMatchObject({ code: 'wallet-search-none' });
});

test('mining returns a template, generates blocks, starts and stops', async () => {
  const { address } = await ask<{ address: string }>('wallet.address', { name: 'mine' });
  const template = await ask('mining.template', { address });
  expect(holds(template, 'hex:hex height:int bits:int target:hash')).toEqual([]);
  const { ids } = await ask<{ ids: string[] }>('mining.generate', { address, blocks: 8 });
  expect(ids).toHaveLength(8);
  expect(await ask('mining.start', { wallet: 'mine', threads: 1, share: 0.5 })).toEqual({});
  const status = await ask('mining.status');
  expect(status).toMatchObject({ running: true, threads: 1, share: 0.5 });
  expect(status['hashesPerBlock']).toBeGreaterThan(1);
  holds(status, 'running:flag threads:int hashesPerSecond:number expectedSeconds:number? found:int');
  expect(await ask('mining.stop')).toEqual({});
  expect(await ask('mining.status')).toMatchObject({ running: false });
});

test('metrics return what the node measured, as stretches of time and as they come', async () => {
  const metrics = ['height', 'memoryBytes', 'processorShare'];
  const asked = JSON.stringify({ metrics });
  const following = start(['call', '--datadir', dir, 'metrics.watch', '--for', '600', asked]);
  expect(Object.keys(await following.line())).toEqual(['time', 'values']);
  following.child.kill('SIGINT');
  const range = await until(async () => {
    const found = (await call(dir, 'metrics.range', { metrics, step: 'second' })) as MetricRange;
    // The miner of the test before may have found further blocks.
    return found.values.height!.some((height) => height !== null && height >= 8) ? found : null;
  }, 'the height is measured');
  expect(holds(range as never, 'stepSeconds:int start:int values:fields')).toEqual([]);
  expect(Object.keys(range.values)).toEqual(metrics);
  expect(range.values.memoryBytes!.at(-1)).toBeGreaterThan(10_000_000);
  const wrong = await run(['call', '--datadir', dir, 'metrics.range', '{"metrics":[],"step":"second"}']);
  expect(wrong.fault).toMatchObject({ code: 'input-invalid' });
});

test('the chain returns headers, blocks, transactions, coins, totals and events', async () => {
  const tip = await ask<{ id: string; height: number }>('chain.tip');
  expect(holds(tip as never, 'id:hash height:int time:int work:hash')).toEqual([]);
  const header = await ask('chain.header', { height: tip.height });
  expect(holds(header, HEADER)).toEqual([]);
  expect(await ask('chain.header', { id: tip.id })).toMatchObject({ height: tip.height });
  const block = await ask('chain.block', { id: tip.id });
  expect(holds(block, `${HEADER} size:int transactions:list`)).toEqual([]);
  const [txid] = block['transactions'] as [string];
  const transaction = await ask('chain.transaction', { txid });
  const fields =
    'txid:hash wid:hash hex:hex size:int fee:int? inputs:list outputs:list block:hash? height:int? confirmations:int firstSeen:int?';
  expect(holds(transaction, fields)).toEqual(['version', 'validFrom', 'expires']);
  const coin = await ask('chain.coin', { txid, index: 0 });
  expect(holds(coin, 'amount:int lockType:int lock:hex height:int coinbase:flag')).toEqual([]);
  expect(await ask('chain.coin', { txid, index: 7 })).toBeNull();
  expect(await ask('chain.submit', { hex: block['hex'] })).toEqual({ id: tip.id, status: 'duplicate' });
  const stats = await ask('chain.stats');
  expect(holds(stats, 'coins:int total:int issued:int burned:int setHash:hash')).toEqual([]);
  const { address } = await ask<{ address: string }>('wallet.address', { name: 'mine' });
  const event = await watch('chain.watch', () => call(dir, 'mining.generate', { address, blocks: 1 }));
  expect(holds(event, 'type:text id:hash height:int')).toEqual([]);
});

test('a payment is prepared, confirmed and sent, and is listed in the mempool and the history', async () => {
  const { address } = await ask<{ address: string }>('wallet.address', { name: 'back' });
  const balance = await ask('wallet.balance', { name: 'mine' });
  expect(
    holds(
      balance,
      'confirmed:int pending:int immature:int available:int frozen:int pendingChange:int pendingIn:int pendingOut:int asOfHeight:int',
    ),
  ).toEqual([]);
  const to = [{ address, amount: 12_345_678 }];
  const quote = await ask('wallet.quote', { name: 'mine', to, feerate: 20, expires: 0 });
  expect(holds(quote, 'amount:int fee:int feerate:number change:int inputs:int')).toEqual([]);
  const draft = await ask('wallet.prepare', { name: 'mine', to, feerate: 20, expires: 0 });
  const drafted =
    'draft:text fee:int feerate:number inputs:list outputs:list expires:int replaces:hash? coinsChosen:flag warnings:list';
  expect(holds(draft, drafted)).toEqual([]);
  expect(draft['expires']).toBe(0);
  expect(draft['fee']).toBe(quote['fee']);
  const confirmed = await ask('wallet.confirm', { draft: draft['draft'], password: PASSWORD });
  expect(holds(confirmed, 'txid:hash')).toEqual([]);
  const sent = await ask('wallet.send', { name: 'mine', to, password: PASSWORD });
  expect(holds(sent, 'txid:hash fee:int')).toEqual([]);
  expect(holds(await ask('mempool.summary'), 'count:int bytes:int floor:number')).toEqual([]);
  const asked = { txids: [sent['txid'], 'ab'.repeat(32)] };
  const projection = (await call(dir, 'mempool.projection', asked)) as Fields;
  expect(holds(projection, 'capacity:int blocks:list bands:list places:list')).toEqual(['rest']);
  expect(projection['places']).toEqual([
    { txid: sent['txid'], block: 1 },
    { txid: 'ab'.repeat(32), block: null },
  ]);
  const [next] = projection['blocks'] as Fields[];
  expect(
    holds(next!, 'count:int bytes:int full:number fees:int lowest:number highest:number entries:list'),
  ).toEqual([]);
  expect(next!['count']).toBe(2);
  const waiting = await ask<Fields[]>('mempool.list', { limit: 10 });
  expect(waiting.map(({ txid }) => txid)).toEqual([confirmed['txid'], sent['txid']].sort());
  expect(holds(waiting[0]!, 'txid:hash size:int fee:int ancestors:int time:int')).toEqual([]);
  expect(await ask('mempool.list', { after: waiting[0]!['txid'] })).toHaveLength(1);
  const { hex } = await ask('chain.transaction', { txid: sent['txid'] });
  const again = await run(['call', '--datadir', dir, 'mempool.submit', JSON.stringify({ hex })]);
  called.add('mempool.submit');
  expect(again.fault).toMatchObject({ code: 'policy-known' });
  const [newest] = await ask<[Fields]>('wallet.history', { name: 'mine', limit: 1 });
  const told =
    'txid:hash time:int amount:int fee:int? state:text height:int? confirmations:int expires:int label:text seenBy:int? ofPeers:int? replacedBy:hash?';
  expect(holds(newest, told)).toEqual(['kind', 'addresses', 'amounts']);
  const spread = await call(dir, 'wallet.propagation', { name: 'mine', txid: sent['txid'] });
  const grown =
    'txid:hash seenBy:int ofPeers:int startedAt:int fetched:int announced:int firstAfter:number? halfAfter:number? points:list';
  expect(holds(spread as Fields, grown)).toEqual([]);
});

test.each(['speed-up', 'cancel'])('what makes a payment faster has odds: %s', async (how) => {
  const { address } = await ask<{ address: string }>('wallet.address', { name: 'back' });
  const to = [{ address, amount: 1_000_000 }];
  const { txid } = await ask('wallet.send', { name: 'mine', to, password: PASSWORD });
  const { odds } = (await call(dir, 'wallet.prepareFaster', { name: 'mine', txid, how })) as { odds: Fields };
  const shape = 'feerate:number observed:int chances:list sentence:text';
  expect(holds(odds, shape)).toEqual(how === 'cancel' ? ['tooLate'] : []);
  expect(odds['sentence']).toMatch((odds['chances'] as unknown[]).length === 0 ? /not enough data/ : /%/);
});

test('public keys are exported and watched; a payment is exported, signed and sent as a file', async () => {
  const exported = (await call(dir, 'wallet.exportKeys', { name: 'back' })) as Fields;
  expect(holds(exported, 'keys:hex fingerprint:hex receive:int change:int ahead:int')).toEqual([]);
  const inspected = (await call(dir, 'wallet.inspectKeys', { keys: exported['keys'] })) as Fields;
  const facts = 'name:text account:int fingerprint:hex receive:int change:int firstAddress:text wallet:text?';
  expect(holds(inspected, facts)).toEqual([]);
  const known = await run([
    'call',
    '--datadir',
    dir,
    'wallet.createWatchOnly',
    JSON.stringify({ name: 'w', keys: exported['keys'] }),
  ]);
  expect(known.fault).toMatchObject({ code: 'wallet-keys-known' });
  const { address } = (await call(dir, 'wallet.newAddress', { name: 'mine' })) as { address: string };
  const more = await run([
    'call',
    '--datadir',
    dir,
    'wallet.addKeys',
    JSON.stringify({ name: 'mine', keys: exported['keys'] }),
  ]);
  expect(more.fault).toMatchObject({ code: 'keys-file-not-watch' });
  const { draft } = (await call(dir, 'wallet.prepare', {
    name: 'mine',
    to: [{ address, amount: 50_000 }],
  })) as Fields;
  const { payment } = (await call(dir, 'wallet.exportPayment', { draft, note: 'to myself' })) as Fields;
  const view = (await call(dir, 'wallet.inspectPayment', { payment })) as Fields;
  const shown =
    'wallet:text? canSign:flag txid:hash note:text fee:int feerate:number inputs:list outputs:list expires:int signed:int complete:flag signers:list warnings:list';
  expect(holds(view, shown)).toEqual([]);
  expect(view).toMatchObject({ wallet: 'mine', note: 'to myself', complete: false });
  const signed = (await call(dir, 'wallet.signPayment', {
    name: 'mine',
    payment,
    password: PASSWORD,
  })) as Fields;
  expect(holds(signed, 'payment:hex complete:flag')).toEqual([]);
  const sent = await call(dir, 'wallet.broadcastPayment', { payment: signed['payment'] });
  expect(sent).toEqual({ txid: view['txid'] });
});

test('a payment is proven and the proof verified, and a message is signed and verified', async () => {
  const history = (await call(dir, 'wallet.history', { name: 'mine', limit: 100 })) as Fields[];
  const { txid, addresses } = history.find(({ kind }) => kind === 'sent')! as {
    txid: string;
    addresses: [string];
  };
  const challenge = 'Order 1234';
  const proven = await call(dir, 'wallet.provePayment', {
    name: 'mine',
    password: PASSWORD,
    txid,
    challenge,
  });
  const { proof } = proven as { proof: string };
  const verdict = (await call(dir, 'wallet.verifyProof', { proof })) as Fields;
  const shape =
    'txid:hash receiver:text amount:int challenge:text senders:list state:text block:hash? height:int? time:int? confirmations:int';
  expect(holds(verdict, shape)).toEqual([]);
  expect(verdict).toMatchObject({ txid, receiver: addresses[0], challenge, state: 'pending' });
  const { address } = (await call(dir, 'wallet.address', { name: 'mine' })) as { address: string };
  await call(dir, 'mining.generate', { address, blocks: 2 });
  const mined = (await call(dir, 'wallet.verifyProof', { proof })) as Fields;
  expect(mined).toMatchObject({ state: 'mined', confirmations: 2 });
  const forged = JSON.stringify({ proof: proof.replace('1234', '4321') });
  const refused = await run(['call', '--datadir', dir, 'wallet.verifyProof', forged]);
  expect(refused.fault).toMatchObject({ code: 'proof-damaged' });
  const message = { address, message: 'I am here' };
  const signed = await call(dir, 'wallet.signMessage', { name: 'mine', password: PASSWORD, ...message });
  const { signature } = signed as { signature: string };
  expect(await call(dir, 'wallet.verifyMessage', { ...message, signature })).toEqual({ valid: true });
  expect(await call(dir, 'wallet.verifyMessage', { ...message, message: 'x', signature })).toEqual({
    valid: false,
  });
});

test('a payment request is created, paid and deleted', async () => {
  const input = { name: 'back', amount: 2_000_000, label: 'bread', seconds: 600 };
  const request = (await call(dir, 'wallet.createRequest', input)) as Fields;
  const shape =
    'address:text amount:int? label:text createdAt:int expires:int? state:text received:int payments:list link:text';
  expect(holds(request, shape)).toEqual([]);
  const { address } = request as { address: string };
  expect(request).toMatchObject({ state: 'open', link: `kith:${address}?amount=2000000&label=bread` });
  const to = [{ address, amount: 2_000_000 }];
  await call(dir, 'wallet.send', { name: 'mine', to, password: PASSWORD });
  expect(await call(dir, 'wallet.requests', { name: 'back' })).toMatchObject([{ address, state: 'pending' }]);
  expect(await call(dir, 'wallet.deleteRequest', { name: 'back', address })).toEqual({});
  expect(await call(dir, 'wallet.requests', { name: 'back' })).toEqual([]);
});

test('contacts are added, listed, watched, paid and removed', async () => {
  const { address } = (await call(dir, 'wallet.newAddress', { name: 'back' })) as { address: string };
  const shape = 'id:text name:text note:text addresses:list next:text given:list createdAt:int';
  const mira = (await call(dir, 'contacts.put', { name: 'Mira', addresses: [address] })) as Fields;
  expect(holds(mira, shape)).toEqual([]);
  expect(mira['addresses']).toEqual([{ address, paidAt: null }]);
  const following = start(['call', '--datadir', dir, 'contacts.watch', '--for', '600']);
  expect(await following.line()).toEqual([mira]);
  following.child.kill('SIGINT');
  const to = [{ address, amount: 1_000_000 }];
  const draft = (await call(dir, 'wallet.prepare', { name: 'mine', to })) as { outputs: Fields[] };
  expect(draft.outputs.map(({ contact }) => contact).filter((name) => name !== undefined)).toEqual(['Mira']);
  await call(dir, 'wallet.send', { name: 'mine', to, password: PASSWORD });
  const [paid] = (await call(dir, 'contacts.list')) as [{ addresses: { paidAt: unknown }[] }];
  expect(paid.addresses[0]!.paidAt).toEqual(expect.any(Number));
  const twin = JSON.stringify({ name: 'mira', addresses: [address] });
  const refused = await run(['call', '--datadir', dir, 'contacts.put', twin]);
  expect(refused.fault).toMatchObject({ code: 'contact-name-taken' });
  expect(await call(dir, 'contacts.remove', { id: mira['id'] })).toEqual({});
  expect(await call(dir, 'contacts.list')).toEqual([]);
});

test('coins and addresses are listed, frozen and combined, and a table of payments is read', async () => {
  const page = await ask<{ coins: Fields[] }>('wallet.coins', { name: 'mine', state: 'available' });
  expect(holds(page, 'coins:list count:int sum:int')).toEqual([]);
  const coin = page.coins[0]!;
  const told =
    'txid:hash index:int amount:int address:text height:int? time:int? confirmations:int state:text frozen:flag kind:text label:text matureAt:int?';
  expect(holds(coin, told)).toEqual([]);
  const coins = [{ txid: coin['txid'], index: coin['index'] }];
  expect(await ask('wallet.freeze', { name: 'mine', coins, frozen: true })).toEqual({});
  expect(await ask('wallet.coins', { name: 'mine', state: 'frozen' })).toMatchObject({ count: 1 });
  expect(await ask('wallet.freeze', { name: 'mine', coins, frozen: false })).toEqual({});
  const combined = await ask('wallet.prepareConsolidation', { name: 'mine' });
  expect((combined['inputs'] as unknown[]).length).toBeGreaterThan(1);
  const line = (await call(dir, 'wallet.balanceOverTime', { name: 'mine', days: 2 })) as Fields;
  expect(holds(line, 'from:int to:int balances:list complete:flag')).toEqual([]);
  const list = await ask<{ addresses: Fields[] }>('wallet.addresses', { name: 'mine' });
  expect(holds(list, 'addresses:list count:int balance:int gap:int')).toEqual([]);
  const address = 'address:text index:int state:text payments:int received:int balance:int label:text';
  expect(holds(list.addresses[0]!, address)).toEqual([]);
  const asked = { addresses: [list.addresses[0]!['address'], 'not an address'] };
  const owners = await ask<Fields[]>('wallet.owners', asked);
  expect(owners.map((owner) => holds(owner, 'address:text wallet:text chain:text label:text'))).toEqual([[]]);
  const text = `${list.addresses[0]!['address'] as string};1,5;rent\nnot an address;1;`;
  const report = await ask<{ rows: Fields[] }>('wallet.readBatch', { text });
  expect(holds(report, 'rows:list wrong:int total:int separator:text hasHeader:flag')).toEqual([]);
  expect(report).toMatchObject({ wrong: 1, total: 150_000_000, separator: ';', hasHeader: false });
  const row = 'line:int address:text? amount:int? label:text notes:list';
  expect(holds(report.rows[1]!, row)).toEqual(['cells', 'problem']);
});

test('a peer is listed, banned, unbanned, added and removed', async () => {
  const listed = await until(async () => {
    const found = await ask<Fields[]>('peers.list');
    return found.length > 0 ? found : null;
  }, 'the peer');
  const shape =
    'id:text address:text direction:text kind:text since:int version:text height:int services:list latencyMs:number? bytesIn:int bytesOut:int score:number foundBy:text group:text? addressType:text';
  // Loopback is in no country.
  expect(holds(listed[0]!, shape).sort()).toEqual(['asn', 'country', 'fault']);
  expect(listed[0]).toMatchObject({ country: null, asn: null });
  expect(listed[0]).toMatchObject({ id: theirs.peerId, direction: 'inbound', kind: 'inbound' });
  expect(await ask('peers.ban', { id: theirs.peerId, seconds: 600, reason: 'to see it' })).toEqual({});
  const [ban] = await ask<[Fields]>('peers.bans');
  expect(holds(ban, 'id:text? address:text? until:int code:text reason:text')).toEqual([]);
  expect(ban).toMatchObject({ id: theirs.peerId, code: 'manual', reason: 'to see it' });
  const refused = await run([
    'call',
    '--datadir',
    dir,
    'peers.add',
    JSON.stringify({ address: theirs.addresses[0] }),
  ]);
  expect(refused.fault).toMatchObject({ code: 'peer-banned' });
  expect(await ask('peers.unban', { id: theirs.peerId })).toEqual({});
  expect(await ask('peers.bans')).toEqual([]);
  // The connection is closed a little after the ban.
  const journal = await until(async () => {
    const entries = (await call(dir, 'peers.journal')) as Fields[];
    return entries.some(({ id, event }) => id === theirs.peerId && event === 'left') ? entries : null;
  }, 'the connection is closed');
  const told = journal.filter(({ id }) => id === theirs.peerId).reverse();
  expect(told.map(({ event }) => event).slice(0, 2)).toEqual(['connected', 'banned']);
  expect(told[0]).toMatchObject({ direction: 'inbound', kind: 'inbound', foundBy: 'inbound' });
  expect(told).toContainEqual(expect.objectContaining({ event: 'left', code: 'manual' }));
  expect(told).toContainEqual(expect.objectContaining({ event: 'pardoned' }));
  // The unbanned peer may have connected again meanwhile.
  const newest = journal[0]!['number'] as number;
  const newer = (await call(dir, 'peers.journal', { after: newest })) as Fields[];
  expect(newer.filter(({ number }) => (number as number) <= newest)).toEqual([]);
  expect(await ask('peers.add', { address: theirs.addresses[0] })).toEqual({});
  expect(await ask('peers.remove', { id: theirs.peerId })).toEqual({});
});

test('procedures that were added later return network activity and upgrades', async () => {
  expect(Object.keys((await call(dir, 'network.countryData')) as Fields)).toEqual(['origin']);
  const reach = (await call(dir, 'network.reachability')) as Fields;
  const tried =
    'reachability:text notice:fields local:flag listening:flag port:int? publicAddress:text? inbound:int testers:int dialBacks:fields mapped:flag relays:int holePunching:fields testAllowedIn:int';
  expect(holds(reach, tried)).toEqual([]);
  const tested = await run(['call', '--datadir', dir, 'network.testReachability']);
  expect(tested.fault).toMatchObject({ code: 'reach-untestable' });
  const activity = (await call(dir, 'network.activity')) as Fields;
  const figures =
    'blocksPerSecond:number bytesPerSecond:number knownAddresses:int strangers:int clockOffsetSeconds:number? failures:list';
  expect(holds(activity, figures).sort()).toEqual(['compact', 'history', 'snapshot', 'upload']);
  const upload = activity['upload'] as Fields;
  expect(holds(upload, 'total:int bytesPerSecond:number limit:int?')).toEqual(['month']);
  expect(holds(upload['month'] as Fields, 'used:int limit:int? stage:text endsAt:int')).toEqual([]);
  const compact = 'whole:int asked:int failed:int inline:int';
  expect(holds(activity['compact'] as Fields, compact)).toEqual([]);
  const known = (await call(dir, 'network.knownAddresses')) as Fields;
  const counted =
    'total:int countries:list private:int relayed:int unknown:int foundBy:list groups:list ownCountry:text?';
  expect(holds(known, counted)).toEqual(['furtherGroups']);
  expect(holds(known['furtherGroups'] as Fields, 'groups:int addresses:int')).toEqual([]);
  const [arrival] = (await call(dir, 'network.arrivals', { limit: 1 })) as [Fields];
  expect(holds(arrival, 'id:text height:int? firstSeen:int peers:list')).toEqual(['body']);
  expect(arrival['body']).toMatchObject({ path: 'local', peer: null });
  const next = (await call(dir, 'chain.next')) as Fields;
  expect(holds(next, 'height:int bits:int')).toEqual([]);
  const upgrades = (await call(dir, 'chain.upgrades')) as Fields;
  const shape = 'period:int threshold:int periodStart:int blocks:int window:int upgrades:list unknown:list';
  expect(holds(upgrades, shape)).toEqual([]);
  expect(upgrades['upgrades']).toMatchObject([{ name: 'policy-lock', bit: 0 }]);
});

test('the log is followed, and a diagnosis of the node is printed and written to a new file', async () => {
  const following = start(['call', '--datadir', dir, 'node.watchLog', '--for', '600']);
  holds(await following.line(), 'time:text level:text area:text message:text');
  following.child.kill('SIGINT');
  const made = (await call(dir, 'node.diagnosis')) as Fields;
  expect(holds(made, 'createdAt:int text:text')).toEqual([]);
  const printed = await run(['diagnosis', '--datadir', dir]);
  expect([printed.code, printed.out]).toEqual([0, expect.stringMatching(/^Kith diagnosis\n {2}written: /)]);
  for (const secret of [mine.peerId, theirs.peerId, dir, '127.0.0.1'])
    expect(printed.out).not.toContain(secret);
  const file = path.join(newFolder(), 'diagnosis.txt');
  expect((await run(['diagnosis', '--datadir', dir, file])).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toMatch(/^Kith diagnosis\n/);
  expect((await run(['diagnosis', '--datadir', dir, file])).err).toContain('diagnosis-unsaved');
});

test('the settings are returned with their sources, changed, and removed again', async () => {
  const settings = (await call(dir, 'settings.get')) as Fields;
  expect(holds(settings, 'values:fields restart:fields notices:list')).toEqual([]);
  expect(holds(settings['restart'] as Fields, 'needed:flag possible:flag')).toEqual([]);
  const values = settings['values'] as Readonly<Record<string, Fields>>;
  expect(Object.keys(values).sort()).toEqual([...SETTING_NAMES].sort());
  for (const setting of Object.values(values))
    expect(Object.keys(setting)).toEqual(['value', 'next', 'source', 'effect']);
  const changed = (await call(dir, 'settings.set', { maxUpload: 5000 })) as Fields;
  const kept = { value: 5000, next: 5000, source: 'settings', effect: 'now' };
  expect(changed['values']).toMatchObject({ maxUpload: kept });
  const following = start(['call', '--datadir', dir, 'settings.watch', '--for', '600']);
  expect(await following.line()).toEqual(changed);
  following.child.kill('SIGINT');
  expect(await call(dir, 'settings.set', { maxUpload: null })).toEqual(settings);
});

test('node.shutdown stops the node, and the tests above call every promised procedure', async () => {
  expect(await ask('node.shutdown')).toEqual({});
  expect((await node.ended).code).toBe(0);
  expect([...called].sort()).toEqual(PROMISED);
});

const PROMISED = `
  node.status node.watch node.shutdown
  peers.list peers.add peers.remove peers.ban peers.unban peers.bans
  chain.tip chain.header chain.block chain.transaction chain.coin chain.submit chain.watch chain.stats
  mempool.summary mempool.list mempool.submit
  wallet.create wallet.restore wallet.list wallet.unlock wallet.lock wallet.balance wallet.address wallet.newAddress
  wallet.quote wallet.prepare wallet.confirm wallet.send wallet.history
  wallet.coins wallet.freeze wallet.prepareConsolidation wallet.addresses wallet.owners wallet.readBatch
  mining.start mining.stop mining.status mining.template mining.generate
`
  .trim()
  .split(/\s+/)
  .sort();
