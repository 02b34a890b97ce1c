import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { KithClient } from '../../shared/contract/contract.ts';
import { CALL_LIMITS } from '../../main/api/costs.ts';
import { createIdleRouter } from '../../main/api/idle-router.ts';
import { oneNetwork } from '../../main/api/networks-access.ts';
import { createRouter } from '../../main/api/router.ts';
import { KithError } from '../../main/lib/errors.ts';
import { silentLog } from '../../main/lib/log.ts';
import { createPortHost } from '../../main/rpc/worker-port.ts';
import { faultOf } from '../../shared/errors.ts';
import { encodeAddress } from '../../main/core/primitives/address.ts';
import { extend, testKey } from '../support/chain/test-chain.ts';
import { until } from '../support/until.ts';
import { type Carrier, serve, type Served } from './carriers.ts';
import { createTestFacade, type TestFacade } from './facade.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let node: TestFacade;
let served: Served;
/** Listeners that the router itself keeps for as long as it lives. */
let resting: number;

beforeAll(async () => {
  node = await createTestFacade();
  served = await serve(node);
  resting = node.listeners();
});
afterAll(async () => {
  await served.close();
  await node.close();
});

const fail = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail('it should have been refused'),
    (error: unknown) => faultOf(error),
  );

const address = encodeAddress('rkith', testKey(1).lock);

describe.each(['socket', 'port'] as const)('the contract over a %s', (kind) => {
  let carrier: Carrier;
  beforeEach(async () => {
    carrier = await served[kind]();
  });
  afterEach(() => carrier.drop());

  test('returns the status of the node', async () => {
    const status = await carrier.client.node.status();
    expect(status).toMatchObject({
      network: 'regtest',
      height: node.real.tip().height,
      phase: 'synced',
      peers: 1,
    });
    expect(status.networkId).toBe(node.network.idHex);
    expect(status.sentence).toMatch(/^Synced to block \d+ with 1 peer\.$/);
  });

  test('returns the kind of the connection', async () => {
    const { role } = await carrier.client.node.about();
    expect(role).toBe(kind === 'port' ? 'window' : 'terminal');
  });

  test('a program that was started for one network shows it and opens no other', async () => {
    const { networks } = carrier.client;
    const { idHex: id, name } = node.network;
    const state = { phase: 'running', run: 1, open: { id, name, demo: false }, failure: null, fixed: true };
    expect(await networks.list()).toEqual({ ...state, networks: [] });
    const watched = await networks.watch();
    expect((await watched.next()).value).toMatchObject(state);
    await watched.return(undefined);
    expect(await networks.share({ id })).toEqual({ id, name, file: null, link: null });
    const refused = [
      () => networks.preview({ builtIn: 'test' }),
      () => networks.open({ id }),
      () => networks.demo(),
      () => networks.share({ id: 'ab'.repeat(32) }),
      () => networks.create({ name: 'ours' }).then((steps) => steps.next()),
    ];
    for (const call of refused) expect((await fail(call())).code).toBe('networks-fixed');
  });

  test('returns headers, blocks, transactions and coins as they are stored', async () => {
    const { chain } = carrier.client;
    const tip = await chain.tip();
    const block = await chain.block({ id: tip.id });
    const header = await chain.header({ height: tip.height });
    expect(block).toMatchObject({ id: tip.id, height: tip.height, work: tip.work, confirmations: 1 });
    expect(header).toMatchObject({ id: tip.id, merkle: block.merkle, prev: block.prev });
    expect(block.hex.startsWith(header.hex)).toBe(true);
    expect(block.size * 2).toBe(block.hex.length);
    expect((await chain.header({ height: 1 })).confirmations).toBe(tip.height);
    const txid = block.transactions[0]!;
    const tx = await chain.transaction({ txid });
    expect(tx).toMatchObject({
      txid,
      block: tip.id,
      height: tip.height,
      confirmations: 1,
      inputs: [],
      fee: null,
    });
    const coin = await chain.coin({ txid, index: 0 });
    expect(coin).toEqual({ ...tx.outputs[0], address: undefined, height: tip.height, coinbase: true });
    expect(await chain.coin({ txid, index: 1 })).toBeNull();
  });

  test('lists recent blocks, newest first, page by page', async () => {
    const { chain } = carrier.client;
    const tip = await chain.tip();
    const [newest, ...rest] = await chain.recent();
    expect(newest).toMatchObject({ id: tip.id, transactions: 1, miner: address, reward: 2_000_000_000 });
    expect(rest.map((row) => row.height)).toEqual(rest.map((_, i) => tip.height - 1 - i));
    const [second] = await chain.recent({ limit: 1, before: tip.height });
    expect(second).toEqual(rest[0]);
    expect(await chain.recent({ before: 0 })).toEqual([]);
    // The difficulty of regtest stays.
    expect(await chain.next()).toEqual({ height: tip.height + 1, bits: newest!.bits });
  });

  test('recommends fee rates as the mempool estimates them', async () => {
    expect(await carrier.client.mempool.feerates()).toEqual({ next: 30, soon: 20, today: 10 });
  });

  test('returns the totals of the UTXO set with its hash', async () => {
    const stats = await carrier.client.chain.stats();
    expect(stats).toMatchObject(node.real.totals());
    expect(stats.setHash).toBe(await node.real.setHash());
  });

  test.each([
    ['an unknown block', 'block-unknown', (c: Carrier) => c.client.chain.header({ height: 4_000_000 })],
    [
      'an unknown transaction',
      'transaction-unknown',
      (c) => c.client.chain.transaction({ txid: 'ab'.repeat(32) }),
    ],
    ['bytes that are not a transaction', 'codec-truncated', (c) => c.client.mempool.submit({ hex: '01' })],
    ['bytes that are not a block', 'codec-truncated', (c) => c.client.chain.submit({ hex: '00' })],
    ['an unknown wallet', 'wallet-unknown', (c) => c.client.wallet.balance({ name: 'other' })],
    [
      'an address of another network',
      'address-other-network',
      (c) => c.client.mining.start({ address: encodeAddress('kith', testKey(1).lock) }),
    ],
    [
      'a peer that does not answer',
      'dial-failed',
      (c) => c.client.peers.add({ address: '/ip4/127.0.0.1/tcp/1' }),
    ],
  ] as [string, string, (c: Carrier) => Promise<unknown>][])(
    'for %s fails with the code %s',
    async (_what, code, call) => {
      const fault = await fail(call(carrier));
      expect(fault.code).toBe(code);
      expect(fault.message).toMatch(/^[A-Z“].*\.$/);
    },
  );

  test.each([
    ['uppercase hex', (c: Carrier) => c.client.chain.header({ id: 'AB'.repeat(32) })],
    ['half a byte', (c) => c.client.mempool.submit({ hex: 'abc' })],
    ['too long a transaction', (c) => c.client.mempool.submit({ hex: 'ab'.repeat(100_001) })],
    ['both id and height', (c) => c.client.chain.header({ id: 'ab'.repeat(32), height: 1 })],
    [
      'a fraction of a mote',
      (c) => c.client.wallet.prepare({ name: 'mine', to: [{ address, amount: 1.5 }] }),
    ],
    [
      'more than all coins',
      (c) => c.client.wallet.prepare({ name: 'mine', to: [{ address, amount: 8_400_000_000_000_001 }] }),
    ],
    ['a negative height', (c) => c.client.chain.recent({ before: -1 })],
    ['a name that is a path', (c) => c.client.wallet.lock({ name: '../../etc' })],
    ['15 words', (c) => c.client.wallet.create({ name: 'x', password: 'y', words: 15 as never })],
    ['a field that does not exist', (c) => c.client.wallet.lock({ name: 'mine', nmae: 1 } as never)],
    ['a list of 5000', (c) => c.client.mempool.list({ limit: 5000 })],
    ['neither id nor address', (c) => c.client.peers.ban({})],
    ['neither link nor file', (c) => c.client.networks.preview({})],
    ['a link and a file', (c) => c.client.networks.preview({ link: 'kith:join?', file: '{}' })],
    ['a file that is too long', (c) => c.client.networks.preview({ file: 'x'.repeat(65_537) })],
    ['a network with a name of two lines', (c) => c.client.networks.create({ name: 'a\nb' })],
    ['a block time of a day', (c) => c.client.networks.create({ name: 'a', spacing: 86_400 })],
    ['nothing where something is needed', (c) => c.client.wallet.balance(undefined as never)],
  ] as [string, (c: Carrier) => Promise<unknown>][])('refuses %s as invalid input', async (_what, call) => {
    const fault = await fail(call(carrier));
    expect(fault.code).toBe('input-invalid');
    expect(fault.message).toMatch(/Correct it and try again\.$/);
  });

  test('describes a wrong input in words and does not repeat it', async () => {
    const wrong = { name: 'mine', password: 7, words: 13 } as never;
    const { message, data } = await fail(carrier.client.wallet.create(wrong));
    expect(message).toBe(
      'The input of wallet.create is not valid: password must be a string; a recovery phrase has 12 or 24 words. Correct it and try again.',
    );
    const secret = await fail(carrier.client.wallet.create({ name: '//', password: 'hunter2 '.repeat(200) }));
    expect(JSON.stringify([data, secret])).not.toContain('hunter2');
  });

  test.each([
    [['wallet', 'steal']],
    [['__proto__', 'toString']],
    [['constructor']],
    [['wallet']],
    [['', '']],
  ])('refuses the unknown procedure %j with its own code', async (path) => {
    expect((await fail(carrier.raw(path))).code).toBe('procedure-unknown');
  });

  test('is not affected by names of prototypes in an input', async () => {
    const hostile = JSON.parse('{"name":"mine","__proto__":{"locked":false},"constructor":{}}') as never;
    expect((await fail(carrier.client.wallet.lock(hostile))).code).toBe('input-invalid');
    expect(({} as Record<string, unknown>)['locked']).toBeUndefined();
  });

  test('drops malformed messages, and the connection keeps working', async () => {
    const requests = [
      {},
      { u: 'no url' },
      { u: '//', h: 1 },
      { u: '/node/status', b: { json: 1, meta: [[9, '__proto__']] } },
    ];
    const messages = requests.map((p, i) => JSON.stringify({ i: `x${i}`, p }));
    for (const noise of [
      '',
      '{',
      'null',
      '[]',
      '{"i":{}}',
      '{"i":"0","t":3}',
      '{"i":"0","t":4}',
      ...messages,
    ])
      carrier.send(noise);
    carrier.send(Buffer.alloc(1000, 255));
    if (kind === 'port') for (const noise of [null, 7, { i: '1' }, [1], new Map()]) carrier.send(noise);
    expect((await carrier.client.node.status()).network).toBe('regtest');
  });

  test('emits every step of the chain in order, and ends a subscription when its reader stops', async () => {
    const steps = await carrier.client.chain.watch();
    await until(() => node.listeners() > resting, 'the subscription begins');
    const from = node.real.tip().height;
    const mined = [];
    for (let i = 0; i < 5; i++) mined.push((await extend(node.real)).header.idHex);
    const seen = [];
    for await (const step of steps) {
      seen.push(step);
      if (seen.length === 5) break;
    }
    expect(seen).toEqual(mined.map((id, i) => ({ type: 'connected', id, height: from + 1 + i })));
    await until(() => node.listeners() === resting, 'the server lets go after a break');
  });

  test('emits the status immediately, and later only the latest one', async () => {
    const changes = 200;
    const statuses = await carrier.client.node.watch();
    const peers: number[] = [];
    let said = false;
    for await (const status of statuses) {
      peers.push(status.peers);
      if (!said) for (let i = 1; i <= changes; i++) node.say({ peers: i });
      said = true;
      if (status.peers === changes) break;
    }
    expect(peers.at(0)).not.toBe(changes);
    expect(peers.length).toBeLessThan(10);
    node.say({ peers: 1 });
    await until(() => node.listeners() === resting, 'the server lets go');
  });

  test('removes its listeners after an aborted subscription and after a lost connection', async () => {
    const leaving = new AbortController();
    await (await carrier.client.node.watch(undefined, { signal: leaving.signal })).next();
    await (await carrier.client.peers.watch()).next();
    await (await carrier.client.mempool.watch()).next();
    await (await carrier.client.wallet.watch({ name: 'mine' })).next();
    await (await carrier.client.mining.watch()).next();
    leaving.abort();
    await until(() => node.listeners() < resting + 6, 'the aborted one is gone');
    carrier.drop();
    await until(() => node.listeners() === resting, 'all are gone with the connection');
  });

  test('a client sees a wallet that another client creates without a request', async () => {
    const other = await served.socket();
    const lists = await carrier.client.wallet.watchList();
    const before = (await lists.next()).value as { name: string }[];
    expect(before).toContainEqual({
      name: 'mine',
      locked: true,
      phraseChecked: true,
      kind: 'full',
      backup: null,
      spendableFrom: 0,
      fixedAddresses: false,
    });
    const name = `made beside a ${kind}`;
    await other.client.wallet.create({ name, password: 'p' });
    const created = {
      name,
      locked: false,
      phraseChecked: false,
      kind: 'full',
      backup: null,
      spendableFrom: 0,
      fixedAddresses: false,
    };
    expect((await lists.next()).value).toEqual([...before, created]);
    other.drop();
  });

  test('ends a subscription that fails with the code', async () => {
    const views = await carrier.client.wallet.watch({ name: 'nobody' });
    expect((await fail(views.next())).code).toBe('wallet-unknown');
  });

  test('does not let the page of the desktop spend, but lets a terminal with the password', async () => {
    const { wallet } = carrier.client;
    const to = [{ address, amount: 5 }];
    if (kind === 'port') {
      expect((await fail(wallet.confirm({ draft: 'd1', password: 'p' }))).code).toBe(
        'wallet-confirm-in-window',
      );
      expect((await fail(wallet.send({ name: 'mine', to, password: 'p' }))).code).toBe(
        'wallet-send-in-window',
      );
      const payment = '00';
      for (const given of [{ password: 'p' }, {}])
        expect((await fail(wallet.signPayment({ name: 'mine', payment, ...given }))).code).toBe(
          'wallet-sign-in-window',
        );
      expect(node.asked).not.toContain('d1 p');
      expect(node.asked).not.toContain('sign mine p');
    } else {
      expect(await wallet.send({ name: 'mine', to, password: 'right' })).toMatchObject({ fee: 10 });
      expect(node.asked).toContain('d1 right');
      await wallet.signPayment({ name: 'mine', payment: '00', password: 'right' });
      expect(node.asked).toContain('sign mine right');
      await wallet.signPayment({ name: 'mine', payment: '00' });
      expect(node.asked).toContain('sign mine unlocked');
      expect((await fail(wallet.approve({ draft: 'd1', password: 'p' }))).code).toBe(
        'wallet-approve-elsewhere',
      );
    }
  });

  test('refuses too many subscriptions of one connection, and still answers calls', async () => {
    const watches = await Promise.all(Array.from({ length: 32 }, () => carrier.client.chain.watch()));
    expect((await fail(carrier.client.chain.watch())).code).toBe('api-busy');
    expect((await carrier.client.node.status()).network).toBe('regtest');
    await watches[0]!.return(undefined);
    await until(
      () =>
        carrier.client.chain.watch().then(
          () => true,
          () => false,
        ),
      'one place is free again',
    );
  });

  test('refuses expensive calls beyond the limit of waiting calls, the latest ones first', async () => {
    const { waitingOfOwner } = CALL_LIMITS.keys;
    const calls = Array.from({ length: waitingOfOwner + 100 }, (_, i) =>
      carrier.client.wallet.create({ name: `many ${i}`, password: 'a password' }).then(
        () => 'done',
        (error: unknown) => faultOf(error).code,
      ),
    );
    const results = await Promise.all(calls);
    const done = results.filter((result) => result === 'done').length;
    expect(done).toBeGreaterThanOrEqual(waitingOfOwner);
    expect(results.filter((result) => result === 'api-busy')).toHaveLength(results.length - done);
    expect(results.indexOf('api-busy')).toBeGreaterThanOrEqual(waitingOfOwner);
  });

  test('refuses a request that is too large to parse, and answers the next one', async () => {
    const { wallet } = carrier.client;
    const huge = wallet.inspect({ mnemonic: 'word '.repeat(200_000) });
    expect((await fail(huge)).code).toBe('request-too-large');
    expect((await fail(wallet.inspect({ mnemonic: 'word '.repeat(2000) }))).code).toBe('input-invalid');
    expect((await carrier.client.node.status()).network).toBe('regtest');
  });

  test('drops what a client sends into the stream of a call', async () => {
    carrier.send(JSON.stringify({ i: 'S', p: { u: '/node/watch', b: {} } }));
    const event = JSON.stringify({ i: 'S', t: 3, p: { e: 'message', d: 'ab'.repeat(500_000) } });
    const heap = () => {
      collectGarbage();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const before = heap();
    for (let i = 0; i < 100; i++) {
      carrier.send(event);
      if (i % 20 === 19) await carrier.client.node.status();
    }
    expect((heap() - before) / 1e6).toBeLessThan(60);
  });
});

test('node.shutdown answers and then stops the node', async () => {
  const { client, drop } = await served.socket();
  expect(await client.node.shutdown()).toEqual({});
  await until(() => served.shutdowns.length === 1, 'the program is told');
  drop();
});

test('while no network is open, every procedure except networks and shutdown fails with a code', async () => {
  const shutdowns: number[] = [];
  const networks = oneNetwork(node);
  const router = createIdleRouter({ networks, shutdown: () => shutdowns.push(1), log: silentLog });
  const host = createPortHost({ router: () => router, log: silentLog });
  const { port1, port2 } = new MessageChannel();
  host.serve(port1);
  const client = createORPCClient<KithClient>(new PortLink({ port: port2 }));
  port2.start();
  expect((await client.networks.list()).open?.id).toBe(node.network.idHex);
  for (const call of [
    () => client.node.status(),
    () => client.chain.tip(),
    () => client.wallet.list(),
    () => client.wallet.create({ name: 'mine', password: 'a password' }),
    () => client.mining.watch().then((events) => events.next()),
    () => client.operations.list(),
  ])
    expect((await fail(call())).code).toBe('network-not-open');
  expect(await client.node.shutdown()).toEqual({});
  await until(() => shutdowns.length === 1, 'the program is told');
  host.close();
  port2.close();
});

test('subscriptions of a node end when it is closed, and subscriptions of the networks continue', async () => {
  const closing = new AbortController();
  const deps = {
    log: silentLog,
    shutdown: () => undefined,
    recentLog: () => [],
    onLogged: () => () => undefined,
  };
  const router = createRouter({ node, ended: closing.signal, ...deps });
  const host = createPortHost({ router: () => router, log: silentLog });
  const { port1, port2 } = new MessageChannel();
  host.serve(port1);
  const client = createORPCClient<KithClient>(new PortLink({ port: port2 }));
  port2.start();
  const statuses = await client.node.watch();
  const networks = await client.networks.watch();
  await statuses.next();
  await networks.next();
  const next = networks.next();
  closing.abort(new KithError('network-not-open'));
  expect((await fail(statuses.next().then(() => statuses.next()))).code).toBe('network-not-open');
  expect(await Promise.race([next, client.networks.list()])).toMatchObject({ phase: 'running' });
  host.close();
  port2.close();
});

describe('a payment from the desktop', () => {
  test('is sent when the user agrees to the draft that the node shows', async () => {
    const questions: unknown[] = [];
    const { client, drop } = served.portWith(async (question) => (questions.push(question), 'approved'));
    expect(await client.wallet.approve({ draft: 'd1', password: 'native' })).toEqual({
      txid: '00'.repeat(32),
    });
    expect(questions).toMatchObject([{ wallet: 'mine', payment: { draft: 'd1', fee: 10 } }]);
    expect(node.asked).toContain('d1 native');
    await client.wallet.approve({ draft: 'd1' });
    expect(node.asked).toContain('d1 unlocked');
    drop();
  });

  test('is not sent when the user declines or the draft does not exist', async () => {
    const { client, drop } = served.portWith(async () => 'declined');
    expect((await fail(client.wallet.approve({ draft: 'd1', password: 'no' }))).code).toBe(
      'wallet-payment-declined',
    );
    expect((await fail(client.wallet.approve({ draft: 'd2', password: 'no' }))).code).toBe(
      'wallet-draft-unknown',
    );
    expect(node.asked).not.toContain('d1 no');
    drop();
  });

  test('is not sent when too many questions were cancelled, and the page is told so', async () => {
    const { client, drop } = served.portWith(async () => 'limited');
    const { code, message } = await fail(client.wallet.approve({ draft: 'd1', password: 'often' }));
    expect(code).toBe('questions-cancelled-often');
    expect(message).toContain('Try again in a minute.');
    expect(node.asked).not.toContain('d1 often');
    drop();
  });

  test('is not sent while the UTXO set is unconfirmed or contradicted, and shows an alarm as a warning', async () => {
    const questions: { payment: { warnings: { code: string }[] } }[] = [];
    const { client, drop } = served.portWith(async (question) => (questions.push(question), 'approved'));
    for (const code of ['snapshot-unproven', 'snapshot-mismatch']) {
      node.say({ notices: [{ code, message: 'Not yet.' }] });
      const to = [{ address: 'rkith1', amount: 5 }];
      expect((await fail(client.wallet.prepare({ name: 'mine', to }))).code).toBe(code);
      expect((await fail(client.wallet.approve({ draft: 'd1', password: 'unsafe' }))).code).toBe(code);
    }
    expect(node.asked).not.toContain('d1 unsafe');
    node.say({ notices: [{ code: 'network-split', message: 'Two chains.' }] });
    const { warnings } = await client.wallet.prepare({
      name: 'mine',
      to: [{ address: 'rkith1', amount: 5 }],
    });
    expect(warnings[0]).toEqual({
      code: 'alarm-network-split',
      message: 'Two chains. Send it anyway?',
    });
    await client.wallet.approve({ draft: 'd1', password: 'split' });
    expect(questions[0]!.payment.warnings.map(({ code }) => code)).toContain('alarm-network-split');
    node.say({ notices: [] });
    drop();
  });
});
