import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { faultOf } from '../../../shared/errors.ts';
import { LOCAL_NETWORK, REGTEST_NETWORK, TEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { KithError } from '../../../main/lib/errors.ts';
import { systemClock } from '../../../main/lib/clock.ts';
import { systemRandom } from '../../../main/lib/random.ts';
import { NODE_OPTIONS } from '../../../main/node/node-options.ts';
import type { RunDeps, RunningNode } from '../../../main/node/run-node.ts';
import { createCandidates } from '../../../main/session/candidates.ts';
import { firstCandidate } from '../../../main/session/earlier-choice.ts';
import { createKnownNetworks, type KnownNetworks } from '../../../main/session/known-networks.ts';
import { createSession, type Session } from '../../../main/session/session.ts';
import { encodeWalletFile } from '../../../main/wallet/files/wallet-file.ts';
import { DEFAULT_KDF } from '../../../main/workers/vault.ts';
import { silent } from '../../support/chain/test-chain.ts';
import { newFolder } from '../../support/folder.ts';
import { until } from '../../support/until.ts';

let root: string;
/** What happened to nodes and to the demo, in order. */
let seen: string[];
let fails: Map<string, unknown>;
let failNow: (error: unknown) => void;
let ended: AbortSignal | undefined;

beforeEach(() => {
  root = newFolder();
  seen = [];
  fails = new Map();
});

/** A node that starts at once. */
async function startFake(
  { network, datadir }: { network: { name: string }; datadir: string },
  deps: Pick<RunDeps, 'onFailure' | 'ended'>,
): Promise<RunningNode> {
  const name = `${network.name} in ${path.relative(root, datadir)}`;
  if (fails.has(network.name)) throw fails.get(network.name);
  seen.push(`start ${name}`);
  failNow = deps.onFailure;
  ended = deps.ended;
  const running = {
    facade: {
      network,
      peers: { addresses: () => ['/ip4/127.0.0.1/tcp/1'], joinLink: () => 'kith:join?live' },
      wallets: { list: () => [] },
    },
    router: { name },
    log: silent,
    async stop() {
      await new Promise((resolve) => setTimeout(resolve, 20));
      seen.push(`stop ${name}`);
    },
  };
  return running as unknown as RunningNode;
}

function program(populate = async () => void seen.push('populate')): {
  session: Session;
  known: KnownNetworks;
  start(): Promise<void>;
} {
  const known = createKnownNetworks(root);
  const candidates = createCandidates({ known, clock: systemClock, random: systemRandom });
  const session = createSession({
    root,
    known,
    candidates,
    options: NODE_OPTIONS.parse({}),
    runNode: startFake,
    createNetwork: async () => TEST_NETWORK,
    demo: {
      begin: () => path.join(root, 'demo/you'),
      populate,
      stop: async () => void seen.push('demo over'),
    },
    clock: systemClock,
    log: silent,
    shutdown: () => undefined,
  });
  return { session, known, start: () => session.start(() => firstCandidate(root, known)) };
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: unknown) => faultOf(error).code,
  );
const TEST = TEST_NETWORK.idHex;
const LOCAL = LOCAL_NETWORK.idHex;

test('no network is open at first, and the built-in networks can be chosen', async () => {
  const { session, start } = program();
  await start();
  const state = session.networks.state();
  expect(state).toMatchObject({ phase: 'choosing', run: 0, open: null, failure: null, fixed: false });
  expect(state.networks.map(({ name, known }) => [name, known])).toEqual(
    ['main', 'test', 'local', 'regtest'].map((name) => [name, false]),
  );
  expect(session.running()).toBeNull();
});

test('opens another network only after the last one has stopped, and ends its subscriptions', async () => {
  const { session } = program();
  await session.networks.open(TEST);
  expect(session.networks.state()).toMatchObject({ phase: 'running', run: 1, open: { name: 'test' } });
  const first = ended!;
  await session.networks.open(LOCAL);
  expect(seen).toEqual(['start test in test', 'stop test in test', 'start local in local']);
  expect(first.aborted).toBe(true);
  expect(faultOf(first.reason).code).toBe('network-not-open');
  expect(session.networks.state()).toMatchObject({ run: 2, open: { id: LOCAL, demo: false } });
  expect(session.router()).toMatchObject({ name: 'local in local' });
  await session.stop();
  expect(seen.at(-1)).toBe('stop local in local');
  expect(await codeOf(session.networks.open(TEST))).toBe('queue-closed');
});

test('a network whose wallets are in the data root itself is opened there', async () => {
  const sealed = {
    kdf: DEFAULT_KDF,
    salt: new Uint8Array(16),
    nonce: new Uint8Array(24),
    ciphertext: new Uint8Array(32),
  };
  const identity = { id: '00'.repeat(8), network: TEST, account: 0, birthday: 0, createdAt: 1 };
  const keys = { receive: new Uint8Array(64), change: new Uint8Array(32), keysMac: new Uint8Array(32) };
  const file = {
    identity,
    sealed,
    ...keys,
    issued: 1,
    labels: new Map<string, string>(),
    phraseChecked: true,
    setup: null,
    frozen: new Set<never>(),
    requests: [],
  };
  mkdirSync(path.join(root, 'wallets'));
  writeFileSync(path.join(root, 'wallets', 'mine.kithwallet'), encodeWalletFile(file));
  const { session } = program();
  await session.networks.open(TEST);
  await session.networks.open(LOCAL);
  expect(seen).toEqual(['start test in ', 'stop test in ', 'start local in local']);
  await session.stop();
});

test('the network that was opened last opens at the next start', async () => {
  const first = program();
  await first.session.networks.open(TEST);
  await first.session.networks.open(LOCAL);
  await first.session.stop();
  const { session, start } = program();
  await start();
  expect(session.networks.state()).toMatchObject({ phase: 'running', open: { name: 'local' } });
  expect(session.networks.state().networks.slice(0, 2)).toMatchObject([
    { name: 'local', known: true },
    { name: 'test', known: true },
  ]);
});

test('a network that does not open leads back to the list with its code, at every start', async () => {
  const { session, known } = program();
  await session.networks.open(TEST);
  await session.stop();
  fails.set('test', new KithError('datadir-in-use', 'x', { data: { path: root } }));
  for (let i = 0; i < 2; i++) {
    const again = program();
    await again.start();
    expect(again.session.networks.state()).toMatchObject({
      phase: 'failed',
      open: null,
      failure: { code: 'datadir-in-use' },
    });
    await again.session.networks.open(LOCAL);
    expect(again.session.networks.state()).toMatchObject({ phase: 'running', failure: null });
    await again.session.stop();
    known.opened(known.find(TEST)!);
  }
  expect(await codeOf(program().session.networks.open(TEST))).toBe('datadir-in-use');
});

test('a node that fails while it runs is stopped, and the failure is shown', async () => {
  const { session } = program();
  await session.networks.open(TEST);
  failNow(new KithError('disk-full'));
  await until(() => session.networks.state().phase === 'failed', 'the failure is shown');
  expect(session.networks.state()).toMatchObject({ open: null, failure: { code: 'disk-full' } });
  expect(seen.at(-1)).toBe('stop test in test');
});

test('a corrupt chain starts the node again in the same run', async () => {
  const { session } = program();
  await session.networks.open(TEST);
  failNow(new KithError('storage-damaged'));
  await until(() => seen.length === 3, 'the second start');
  await until(() => session.networks.state().phase === 'running', 'it runs again');
  expect(seen).toEqual(['start test in test', 'stop test in test', 'start test in test']);
  expect(session.networks.state().run).toBe(1);
});

test('of two choices at the same time the later one wins', async () => {
  const { session } = program();
  const first = codeOf(session.networks.open(TEST));
  await session.networks.open(LOCAL);
  expect(await first).toBe('network-not-open');
  expect(session.networks.state()).toMatchObject({ open: { name: 'local' } });
  expect(seen).not.toContain('start test in test');
});

test('the demo is another network with the same id, and is never opened automatically later', async () => {
  const { session, known } = program();
  await session.networks.open(LOCAL);
  await session.networks.demo();
  expect(session.networks.state().open).toEqual({ id: LOCAL, name: 'local', demo: true });
  expect(seen).toContain('start local in demo/you');
  await until(() => seen.includes('populate'), 'the other nodes start');
  await session.networks.open(LOCAL);
  expect(seen).toContain('demo over');
  expect(session.networks.state().open).toMatchObject({ demo: false });
  expect(known.find(LOCAL)).toMatchObject({ datadir: 'local' });
});

test('a demo whose other nodes do not start reports it, and stays open', async () => {
  const { session } = program(() => Promise.reject(new KithError('demo-node-failed', 'exit code 1')));
  await session.networks.demo();
  await until(() => session.networks.state().failure !== null, 'the failure is shown');
  expect(session.networks.state()).toMatchObject({
    phase: 'running',
    failure: { code: 'demo-node-failed' },
  });
});

test('the network that an earlier version used is imported once', async () => {
  writeFileSync(path.join(root, 'settings.json'), '{"version":1,"network":"test"}');
  const { session, start, known } = program();
  await start();
  expect(session.networks.state()).toMatchObject({ phase: 'running', open: { name: 'test' } });
  await session.networks.open(LOCAL);
  await session.stop();
  const again = program();
  await again.start();
  expect(again.session.networks.state().open?.name).toBe('local');
  expect(known.find(TEST)?.datadir).toBe('test');
});

test('the data of an earlier version stays where it is, also directly in the folder that --datadir named', async () => {
  writeFileSync(path.join(root, 'settings.json'), '{"version":1,"network":"test"}');
  writeFileSync(path.join(root, 'wallets'), '');
  const { start } = program();
  await start();
  expect(seen).toEqual(['start test in ']);
});

test.each([
  ['that is no name', '{"version":1,"network":"nowhere"}'],
  ['whose file is gone', '{"version":1,"network":"/nowhere/our.kith.json"}'],
])('an earlier network %s is reported once, and then the list is shown', async (_what, text) => {
  writeFileSync(path.join(root, 'settings.json'), text);
  for (const phase of ['failed', 'choosing']) {
    const { session, start } = program();
    await start();
    expect(session.networks.state()).toMatchObject({ phase, open: null });
  }
});

test.each(['', '{', '[]', '{"version":2,"network":"test"}', '{"version":1,"network":"./ours.json"}'])(
  'settings of an earlier version that cannot be used are ignored: %s',
  (text) => {
    writeFileSync(path.join(root, 'settings.json'), text);
    expect(firstCandidate(root, createKnownNetworks(root))).toBeNull();
  },
);

test('shares the link of the running node, and opens no unknown network', async () => {
  const { session } = program();
  expect(await codeOf(session.networks.open('ab'.repeat(32)))).toBe('network-not-known');
  await session.networks.open(REGTEST_NETWORK.idHex);
  expect(await session.networks.share(REGTEST_NETWORK.idHex)).toMatchObject({
    file: null,
    link: 'kith:join?live',
  });
  expect(await session.networks.share(TEST)).toMatchObject({ link: null });
});
