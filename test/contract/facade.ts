import type { Contact } from '../../shared/contract/contacts.ts';
import type { Peer } from '../../shared/contract/peers.ts';
import type { DraftPayment } from '../../shared/contract/payment.ts';
import type { NodeSettings } from '../../shared/contract/settings.ts';
import type { ListedWallet } from '../../shared/contract/wallet.ts';
import { toMotes } from '../../shared/units.ts';
import type { NodeCondition, NodeFacade, MempoolTransaction } from '../../main/api/facade.ts';
import { decodeTransaction } from '../../main/core/primitives/transaction.ts';
import { isViolation, violation } from '../../main/core/violation.ts';
import { KithError } from '../../main/lib/errors.ts';
import { createEmitter } from '../../main/lib/events.ts';
import type { Chain } from '../../main/chain/chain.ts';
import { extend, openTestChain, testKey } from '../support/chain/test-chain.ts';

const SEARCH = {
  kind: 'none',
  state: 'done',
  fromHeight: 0,
  toHeight: 3,
  certainTo: 3,
  blocksRead: 4,
  blocksTotal: 4,
  lackedFrom: null,
  unsearched: null,
  incompleteSince: null,
  unreadBlocks: 0,
  receiveAddresses: 120,
  changeAddresses: 120,
  gap: 100,
  startedAt: null,
  endedAt: null,
} as const;

/** A facade over a real regtest chain; wallets, peers and the pool are as small as they can be. */
export interface TestFacade extends NodeFacade {
  readonly real: Chain;
  /** Changes what `condition` says and tells those who watch. */
  say(change: Partial<NodeCondition>): void;
  /** How many listen to anything now. */
  listeners(): number;
  readonly asked: string[];
  close(): Promise<void>;
}

interface Signals {
  peers: undefined;
  mempool: undefined;
  wallet: string;
  contacts: undefined;
  metrics: undefined;
}

const CONDITION: NodeCondition = {
  phase: 'synced',
  progress: 1,
  etaSeconds: null,
  etaRange: null,
  blocksPerSecond: 0,
  bytesPerSecond: 0,
  stall: null,
  history: null,
  reachability: 'local',
  reachabilityNotice: { code: 'reach-local', message: 'This node listens on this computer only.' },
  peers: 1,
  knownAddresses: 1,
  strangers: 0,
  clock: null,
  freeDiskBytes: null,
  notices: [],
};

const PEER: Peer = {
  id: '12D3KooWTest',
  address: '/ip4/127.0.0.1/tcp/1',
  direction: 'outbound',
  kind: 'full-relay',
  since: 1,
  version: 'kith/0',
  height: 3,
  services: ['archive', 'relay'],
  latencyMs: 0.4,
  bytesIn: 1,
  bytesOut: 2,
  score: 0,
  country: null,
  group: '127.0.0.1',
  addressType: 'private',
  asn: null,
  foundBy: 'manual',
  fault: null,
};

function testSettings(): NodeFacade['settings'] {
  const setting = <T>(value: T) => ({
    value,
    next: value,
    source: 'default' as const,
    effect: 'now' as const,
  });
  const settings: NodeSettings = {
    values: {
      listen: setting([]),
      announce: setting([]),
      bootstrap: setting([]),
      privateBroadcast: setting(true),
      asmap: setting(null),
      pruneMb: setting(null),
      pruneWhenLow: setting(false),
      maxUpload: setting(null),
      uploadMonthMb: setting(null),
      threads: setting(null),
      threadShare: setting(100),
      logLevel: setting('info'),
    },
    restart: { needed: false, possible: false },
    notices: [],
  };
  return {
    read: () => settings,
    change: async () => settings,
    onChanged: () => () => undefined,
    notices: () => [],
    miningDefaults: () => ({ threads: undefined, share: 1 }),
  };
}

export async function createTestFacade(blocks = 3): Promise<TestFacade> {
  const chain = await openTestChain();
  for (let i = 0; i < blocks; i++) await extend(chain);
  const signals = createEmitter<Signals>(() => undefined);
  const waiting = new Map<string, MempoolTransaction>();
  const asked: string[] = [];
  let condition = CONDITION;
  let chainListeners = 0;
  const onChain = (name: 'connected' | 'disconnected', listener: (step: never) => void) => {
    chainListeners++;
    const off = chain.events.on(name, (step) => listener(step as never));
    return () => {
      chainListeners--;
      off();
    };
  };
  const draft: DraftPayment = {
    draft: 'd1',
    fee: 10,
    feerate: 1,
    inputs: [],
    outputs: [],
    expires: 9,
    replaces: null,
    coinsChosen: false,
    warnings: [],
  };
  const contacts: Contact[] = [];
  const listed: ListedWallet[] = [
    {
      name: 'mine',
      locked: true,
      phraseChecked: true,
      kind: 'full',
      backup: null,
      spendableFrom: 0,
      fixedAddresses: false,
    },
  ];
  const verified = { at: 1, place: 'here', outdated: false };
  const known = (name: string) => {
    if (!listed.some((wallet) => wallet.name === name))
      throw new KithError('wallet-unknown', name, { data: { name } });
  };
  return {
    real: chain,
    asked,
    network: chain.network,
    about: {
      name: 'Kith',
      version: '0.0.0',
      license: 'MIT',
      runtime: process.version,
      platform: process.platform,
      datadir: '/nowhere',
      startedAt: 1,
      signatures: 'reference',
    },
    chain: {
      tip: () => chain.tip(),
      bestHeader: () => chain.bestHeader(),
      entry: (id) => chain.entry(id),
      atHeight: (height) => chain.atHeight(height),
      isActive: (entry) => chain.isActive(chain.entry(entry.id)!),
      headerBytes: (entry) => chain.headerBytes(chain.entry(entry.id)!),
      readBlock: (id) => chain.readBlock(id),
      getCoin: (outpoint) => chain.getCoin(outpoint),
      submitBlock: (bytes) => chain.submitBlock(bytes),
      totals: () => chain.totals(),
      setHash: () => chain.setHash(),
      nextBits: () => chain.nextBits(),
      upgrades: () => chain.upgrades(),
      findTransaction: (txid) => chain.findTransaction(txid),
      onConnected: (listener) => onChain('connected', listener),
      onDisconnected: (listener) => onChain('disconnected', listener),
    },
    mempool: {
      summary: () => ({ count: waiting.size, bytes: 0, floor: 10 }),
      feerates: () => ({ next: 30, soon: 20, today: 10 }),
      projection: () => ({
        capacity: 999_000,
        blocks: [{ entries: [...waiting.values()], bytes: 0, full: 0, fees: toMotes(waiting.size) }].slice(
          0,
          waiting.size,
        ),
        rest: { count: 0, bytes: 0 },
        bands: [],
        blockOf: (txid) => (waiting.has(txid) ? 1 : null),
      }),
      list: (limit) => [...waiting.values()].slice(0, limit),
      newest: (limit) => [...waiting.values()].slice(-limit).reverse(),
      get: (txid) => waiting.get(txid),
      async submit(bytes) {
        const tx = decodeTransaction(bytes);
        if (isViolation(tx)) return tx;
        if (tx.inputs.length === 0) return violation('policy-coinbase');
        const facts = { size: bytes.length, fee: toMotes(1), time: 1, ancestors: { count: 1 } };
        waiting.set(tx.txidHex, { txid: tx.txidHex, tx, ...facts });
        signals.emit('mempool', undefined);
        return { txid: tx.txidHex };
      },
      onChanged: (listener) => signals.on('mempool', listener),
    },
    miner: {
      start: async () => undefined,
      stop: async () => undefined,
      hold: () => undefined,
      status: () => ({
        running: false,
        threads: 0,
        hashesPerSecond: 0,
        hashesPerBlock: 1,
        share: 0,
        expectedSeconds: null,
        found: 0,
        paused: null,
        problem: null,
      }),
      template: async () => chain.network.genesis,
      async generate(payTo, count) {
        const ids = [];
        for (let i = 0; i < count; i++) ids.push((await extend(chain, { payTo })).header.idHex);
        return ids;
      },
    },
    wallets: {
      async create({ name }) {
        listed.push({
          name,
          locked: false,
          phraseChecked: false,
          kind: 'full',
          backup: null,
          spendableFrom: 0,
          fixedAddresses: false,
        });
        signals.emit('wallet', name);
        return { mnemonic: 'abandon '.repeat(24).trim() };
      },
      restore: async () => ({ firstAddress: 'rkith1' }),
      backup: async () => ({ bytes: Uint8Array.of(1), fileName: 'mine.kithbackup' }),
      async saveBackup(_name, _password, save) {
        return { ...verified, place: (await save('mine.kithbackup', Uint8Array.of(1))).place };
      },
      checkBackup: async () => verified,
      inspectBackup: async () => ({
        name: 'mine',
        firstAddress: 'rkith1',
        madeAt: 1,
        createdAt: 1,
        labels: 0,
        contacts: { added: 0, kept: [] },
        wallet: null,
      }),
      restoreBackup: async ({ name = 'mine' }) => ({ name, firstAddress: 'rkith1' }),
      async *exportHistory() {
        yield { text: 'time\r\n', rows: 0 };
      },
      async *exportLabels() {
        yield { text: '', rows: 0 };
      },
      importLabels: async () => ({ changed: 0, unchanged: 0, skippedCount: 0, skipped: [] }),
      settings: () => ({ autoLockMinutes: 15 }),
      changeSettings: async ({ autoLockMinutes = 15 }) => ({ autoLockMinutes }),
      delete: async () => undefined,
      list: () => listed,
      unlock: async () => undefined,
      lock: () => undefined,
      async balance(name) {
        known(name);
        return {
          confirmed: 5,
          pending: -1,
          immature: 0,
          available: 5,
          frozen: 0,
          pendingChange: 0,
          pendingIn: 0,
          pendingOut: 1,
          asOfHeight: chain.tip().height,
        };
      },
      address: async (name) => {
        known(name);
        return 'rkith1';
      },
      payout: () => testKey(1).lock,
      newAddress: async () => 'rkith1',
      requests: async () => [],
      createRequest: async () => {
        throw new KithError('wallet-requests-full');
      },
      deleteRequest: async () => undefined,
      quote: async () => ({ amount: 1, fee: 2, feerate: 3, change: 4, inputs: 5 }),
      prepare: async () => draft,
      readBatch: () => ({ rows: [], wrong: 0, total: 0, separator: ',', hasHeader: false }),
      prepareFaster: async () => draft,
      prepareConsolidation: async () => draft,
      coins: async () => ({ coins: [], count: 0, sum: 0 }),
      balanceOverTime: async () => ({ from: 1, to: 2, balances: [], complete: true }),
      addresses: async () => ({ addresses: [], count: 0, balance: 0, gap: 100 }),
      owners: () => [],
      freeze: async () => undefined,
      draft: (id) => (id === 'd1' ? { wallet: 'mine', payment: draft } : undefined),
      async confirm(id, password) {
        asked.push(`${id} ${password}`);
        return { txid: '00'.repeat(32) };
      },
      async confirmUnlocked(id) {
        asked.push(`${id} unlocked`);
        return { txid: '00'.repeat(32) };
      },
      history: async () => [],
      propagation: () => {
        throw new KithError('wallet-payment-unsent');
      },
      deleted: async () => [],
      undelete: async () => undefined,
      inspect: async () => ({ firstAddress: 'rkith1', wallet: null }),
      checkAddress: (text) => ({ address: text, own: false }),
      setLabel: async () => undefined,
      markPhraseChecked: async () => undefined,
      words: async () => ({ mnemonic: '', passphrase: '' }),
      changePassword: async () => undefined,
      signMessage: async () => ({ signature: '00' }),
      verifyMessage: () => false,
      provePayment: async () => ({ proof: 'kithproof' }),
      checkProof: async () => {
        throw new KithError('proof-malformed');
      },
      rescan: async () => undefined,
      cancelRescan: async () => undefined,
      search: () => SEARCH,
      exportKeys: async () => ({
        keys: new Uint8Array(2),
        fingerprint: '00',
        receive: 1,
        change: 1,
        ahead: 1,
      }),
      inspectKeys: () => ({
        name: 'vault',
        account: 0,
        fingerprint: '00',
        receive: 1,
        change: 1,
        firstAddress: 'rkith1',
        wallet: null,
      }),
      createWatchOnly: async () => ({ firstAddress: 'rkith1' }),
      addKeys: async () => ({ receive: 1, change: 1 }),
      exportPayment: () => new Uint8Array(2),
      inspectPayment: async () => ({
        ...draft,
        wallet: 'mine',
        canSign: true,
        txid: '00'.repeat(32),
        note: '',
        inputs: [],
        signed: 0,
        complete: false,
        signers: [],
      }),
      async signPayment({ name, password }) {
        asked.push(`sign ${name} ${password}`);
        return { payment: new Uint8Array(2), complete: true };
      },
      async signUnlocked({ name }) {
        asked.push(`sign ${name} unlocked`);
        return { payment: new Uint8Array(2), complete: true };
      },
      combinePayments: async () => ({ payment: new Uint8Array(2), complete: true }),
      createAccount: async () => ({ account: 1, firstAddress: 'rkith1' }),
      findAccounts: async () => [],
      createSetup: async () => new Uint8Array(2),
      joinSetup: async () => undefined,
      exportSetup: () => new Uint8Array(2),
      inspectSetup: () => ({
        kind: 'savings',
        m: 1,
        height: 9,
        fingerprint: '00',
        people: [],
        keys: 1,
        changeKeys: 1,
        firstAddress: 'rkith1',
      }),
      broadcastPayment: async () => ({ txid: '00'.repeat(32) }),
      onChanged: (listener) => signals.on('wallet', listener),
    },
    countryData: async () => ({ source: 'a test', licence: 'none', date: '2026-11-30' }),
    metrics: {
      range: (metrics, _step, from = 60) => ({
        stepSeconds: 60,
        start: from,
        values: Object.fromEntries(metrics.map((metric) => [metric, [1, null]])),
      }),
      newest: (metrics) => ({ time: 1, values: Object.fromEntries(metrics.map((metric) => [metric, null])) }),
      onSampled: (listener) => signals.on('metrics', listener),
    },
    settings: testSettings(),
    contacts: {
      list: () => contacts,
      async put({ name, note = '', addresses }) {
        const [next = ''] = addresses;
        const paid = addresses.map((address) => ({ address, paidAt: null }));
        const contact = { id: '0'.repeat(16), name, note, addresses: paid, next, given: [], createdAt: 1 };
        contacts.push(contact);
        signals.emit('contacts', undefined);
        return contact;
      },
      remove: async () => undefined,
      onChanged: (listener) => signals.on('contacts', listener),
    },
    peers: {
      peerId: '12D3KooWSelf',
      addresses: () => ['/ip4/127.0.0.1/tcp/2/p2p/12D3KooWSelf'],
      list: () => [PEER],
      add: async (address) => {
        throw new KithError('dial-failed', 'no', { data: { address } });
      },
      remove: async () => undefined,
      ban: async () => undefined,
      unban: async () => undefined,
      bans: () => [],
      joinLink: () => null,
      journal: () => [],
      onChanged: (listener) => signals.on('peers', listener),
    },
    condition: () => condition,
    arrivals: () => [],
    knownAddresses: async () => ({
      total: 1,
      countries: [],
      private: 1,
      relayed: 0,
      unknown: 0,
      foundBy: [{ source: 'manual', addresses: 1 }],
      groups: [{ group: '127.0.0.1', addresses: 1, worked: 1, learnedFrom: [] }],
      furtherGroups: { groups: 0, addresses: 0 },
      ownCountry: null,
    }),
    reachability: {
      read: () => ({
        reachability: 'local',
        notice: CONDITION.reachabilityNotice,
        local: true,
        listening: true,
        port: null,
        publicAddress: null,
        inbound: 0,
        testers: 0,
        dialBacks: { succeeded: 0, failed: 0 },
        mapped: false,
        relays: 0,
        holePunching: { succeeded: 0, failed: 0 },
        testAllowedIn: 0,
      }),
      test: () => {
        throw new KithError('reach-untestable');
      },
    },
    activity: () => ({
      compact: { whole: 3, asked: 1, failed: 0, inline: 2 },
      snapshot: null,
      history: null,
      blocksPerSecond: 0,
      bytesPerSecond: 0,
      upload: {
        total: 0,
        bytesPerSecond: 0,
        limit: null,
        month: { used: 0, limit: null, stage: 'open', endsAt: 1 },
      },
      knownAddresses: 1,
      strangers: 0,
      clockOffsetSeconds: null,
      failures: [],
    }),
    say(change) {
      condition = { ...condition, ...change };
      signals.emit('peers', undefined);
    },
    listeners: () =>
      chainListeners +
      signals.count('peers') +
      signals.count('mempool') +
      signals.count('wallet') +
      signals.count('contacts'),
    close: () => chain.close(),
  };
}
