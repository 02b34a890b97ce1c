import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import type { Block } from '../../../main/core/primitives/block.ts';
import { LOCK_KEY } from '../../../main/core/primitives/coin.ts';
import { type OutpointKey, outpointKeyOf } from '../../../main/core/primitives/outpoint.ts';
import { systemClock } from '../../../main/lib/clock.ts';
import { createEmitter } from '../../../main/lib/events.ts';
import { systemRandom } from '../../../main/lib/random.ts';
import { CHAIN, type KeyPath } from '../../../main/wallet/keys/key-path.ts';
import type { BlockRef, WalletChain, WalletMempool } from '../../../main/wallet/ledger/ports.ts';
import { createUnsigned } from '../../../main/wallet/payments/unsigned-payment.ts';
import { openWalletData } from '../../../main/wallet/ledger/wallet-data.ts';
import { encodeWalletFile, type WalletFile } from '../../../main/wallet/files/wallet-file.ts';
import { emptyMeta } from '../../../main/wallet/ledger/wallet-ledger.ts';
import type { MinedRecord, OwnCoin } from '../../../main/wallet/ledger/wallet-records.ts';
import { createWallets, type Wallets } from '../../../main/wallet/wallets.ts';
import { toMotes } from '../../../shared/units.ts';
import { newDirectory, silent } from '../../support/chain/test-chain.ts';
import { createRandom, type Random } from '../../support/random.ts';

/** How much a generated wallet has. */
export interface WalletSize {
  readonly rows: number;
  readonly coins: number;
  readonly addresses: number;
  readonly labels: number;
}

/** Wallets over a chain that exists only as heights, with one large wallet `bench`. */
export interface LargeWallet {
  readonly wallets: Wallets;
  readonly directory: string;
  readonly address: (index: number) => string;
  /** The chain gets an empty block, after which nothing that was computed for the tip before is valid. */
  block(): void;
}

export const HRP = 'rkith';
const ID = '0011223344556677';
const NETWORK = 'ab'.repeat(32);
const HEIGHT = 200_000;
const SPARE_KEYS = 120;
const RECORDS_PER_BATCH = 2_000;

const blockAt = (height: number) => ({
  height,
  id: height.toString(16).padStart(64, '0'),
  time: 1_700_000_000 + height * 60,
});

/** Generates the files of a wallet and opens it. The keys are random bytes: nothing here signs. */
export async function openLargeWallet(size: WalletSize): Promise<LargeWallet> {
  const random = createRandom(7);
  const directory = newDirectory();
  const [receive, change] = [size.addresses, Math.max(size.addresses, size.coins)].map((keys) =>
    Buffer.from(random.bytes((keys + SPARE_KEYS) * 32)),
  ) as [Buffer, Buffer];
  const lockOf = ({ chain, index }: KeyPath) => ({
    lockType: LOCK_KEY,
    lock: (chain === CHAIN.receive ? receive : change).subarray(index * 32, index * 32 + 32),
  });
  const address = (index: number) => encodeAddress(HRP, lockOf({ chain: CHAIN.receive, index }));
  const labels = new Map(
    Array.from({ length: size.labels }, (_, i) => [address(i % size.addresses), `customer ${i}`]),
  );
  await mkdir(join(directory, 'wallets'), { recursive: true });
  const file: WalletFile = {
    identity: { id: ID, network: NETWORK, account: 0, birthday: 1, createdAt: 1_700_000_000 },
    sealed: {
      kdf: { memoryKiB: 65_536, passes: 1 },
      salt: random.bytes(16),
      nonce: random.bytes(24),
      ciphertext: random.bytes(128),
    },
    receive,
    change,
    keysMac: random.bytes(32),
    issued: size.addresses,
    labels,
    phraseChecked: true,
    setup: null,
    frozen: new Set(),
    requests: [],
  };
  await writeFile(join(directory, 'wallets', 'bench.kithwallet'), encodeWalletFile(file), { mode: 0o600 });
  await writeRecords(directory, size, random, lockOf);
  return { directory, address, ...(await openOver(directory)) };
}

/** Rows of received and sent payments, two in a block, and coins of all sizes. */
async function writeRecords(
  directory: string,
  size: WalletSize,
  random: Random,
  lockOf: (keyPath: KeyPath) => { lockType: number; lock: Uint8Array },
): Promise<void> {
  const data = await openWalletData(join(directory, 'wallet-data'), silent);
  const tip = blockAt(HEIGHT);
  let changes = data.changes(ID);
  let total = 0;
  const state = () => ({
    ...emptyMeta([blockAt(0), tip], false),
    highestUsed: [size.addresses - 1, Math.max(size.addresses, size.coins) - 1] as const,
    uses: {
      upTo: tip,
      settled: [size.addresses - 1, Math.max(size.addresses, size.coins) - 1] as const,
      recent: [],
    },
    coins: size.coins,
    total: toMotes(total),
    mined: size.rows,
    unconfirmed: 0,
  });
  const flush = async (isLast = false) => {
    if (changes.size < RECORDS_PER_BATCH && !isLast) return;
    await data.write(changes, state(), false);
    changes = data.changes(ID);
  };
  for (let row = 0; row < size.rows; row++) {
    changes.putMined(recordOf(row, size, random, lockOf));
    await flush();
  }
  for (let i = 0; i < size.coins; i++) {
    const [key, coin] = coinOf(i, size, random);
    total += coin.amount;
    changes.putCoin(key, coin);
    await flush();
  }
  await flush(true);
  await data.close();
}

function recordOf(
  row: number,
  { addresses }: WalletSize,
  random: Random,
  lockOf: (keyPath: KeyPath) => { lockType: number; lock: Uint8Array },
): MinedRecord {
  const height = HEIGHT - 10 - Math.floor(row / 2);
  const keyPath = { chain: row % 3 === 0 ? CHAIN.change : CHAIN.receive, index: row % addresses };
  const amount = toMotes(1_000_000 + random.int(1_000_000_000));
  const foreign = { lockType: LOCK_KEY, lock: random.bytes(32), amount };
  const tx = createUnsigned({
    validFrom: height,
    expires: height + 1440,
    inputs: [{ txid: random.bytes(32), index: 0 }],
    outputs: [{ ...lockOf(keyPath), amount }, foreign],
    witnessBytes: 64,
  });
  const spent = { amount: toMotes(2 * amount + 1000), keyPath, height: height - 1, coinbase: false };
  return {
    tx,
    firstSeen: blockAt(height).time,
    inputs: row % 3 === 0 ? [{ index: 0, coin: spent }] : [],
    outputs: [{ index: 0, keyPath }],
    height,
    position: 1 + (row % 2),
    time: blockAt(height).time,
  };
}

function coinOf(i: number, { addresses, coins }: WalletSize, random: Random): [OutpointKey, OwnCoin] {
  const isChange = i % 2 === 0;
  const keyPath = isChange
    ? { chain: CHAIN.change, index: i % coins }
    : { chain: CHAIN.receive, index: i % addresses };
  const amount = toMotes(100_000 * 2 ** random.int(16) + random.int(100_000));
  const key = outpointKeyOf(Buffer.from(random.bytes(32)).toString('hex'), i % 3);
  return [key, { amount, keyPath, height: 1 + random.int(HEIGHT - 200), coinbase: false }];
}

async function openOver(directory: string): Promise<{ wallets: Wallets; block: () => void }> {
  let height = HEIGHT;
  const events = createEmitter<{ connected: { block: Block }; disconnected: unknown; tip: unknown }>(fail);
  const pool = createEmitter<{ added: never; removed: never }>(fail);
  const refAt = (at: number): BlockRef & { time: number } => blockAt(at);
  const chain: WalletChain = {
    tip: () => refAt(height),
    nextRules: () => ({ policyLock: false }),
    atHeight: (at) => (at <= height ? refAt(at) : undefined),
    readBlock: () => Promise.resolve(null),
    hasBody: () => true,
    isBodyRequested: () => true,
    lowestServedHeight: () => 1,
    scanCoins: () => Promise.reject(new Error('the bench reads no UTXO set')),
    events,
  };
  const mempool: WalletMempool = {
    submit: () => Promise.reject(new Error('the bench sends nothing')),
    has: () => false,
    get: () => undefined,
    idle: () => Promise.resolve(),
    entries: () => [],
    summary: () => ({ floor: 10 }),
    feerates: () => ({ next: 30, soon: 20, today: 10 }),
    odds: () => ({ observed: 0, chances: [] }),
    events: pool,
  };
  const network = {
    id: Buffer.from(NETWORK, 'hex'),
    idHex: NETWORK,
    hrp: HRP,
    params: { spacing: 60, maturity: 100 },
  };
  const wallets = createWallets({
    directory,
    network,
    chain,
    mempool,
    clock: systemClock,
    random: systemRandom,
    log: silent,
  });
  await wallets.start(new AbortController().signal);
  return {
    wallets,
    block() {
      const { id: prev } = refAt(height);
      height++;
      const { id, time } = refAt(height);
      const header = { height, time, idHex: id, prev: Buffer.from(prev, 'hex') };
      events.emit('connected', { block: { header, transactions: [] } as unknown as Block });
      events.emit('tip', undefined);
    },
  };
}

function fail(error: unknown): never {
  throw error;
}
