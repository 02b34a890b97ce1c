import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { LOCK_KEY } from '../../../main/core/primitives/coin.ts';
import { type OutpointKey, outpointKeyOf } from '../../../main/core/primitives/outpoint.ts';
import { encodeContacts } from '../../../main/wallet/contacts/contacts-file.ts';
import { encodeWalletFile, type WalletFile } from '../../../main/wallet/files/wallet-file.ts';
import { CHAIN, type KeyPath } from '../../../main/wallet/keys/key-path.ts';
import type { BlockRef, WalletNetwork } from '../../../main/wallet/ledger/ports.ts';
import type { WalletData } from '../../../main/wallet/ledger/wallet-data.ts';
import { emptyMeta } from '../../../main/wallet/ledger/wallet-ledger.ts';
import type { MinedRecord, OwnCoin } from '../../../main/wallet/ledger/wallet-records.ts';
import { createUnsigned } from '../../../main/wallet/payments/unsigned-payment.ts';
import { toMotes } from '../../../shared/units.ts';
import { createRandom, type Random } from '../../support/random.ts';

/** How much a generated wallet has. */
export interface WalletSize {
  readonly rows: number;
  readonly coins: number;
  readonly addresses: number;
  readonly labels: number;
}

/** The chain for which wallets are generated: their payments are said to be in its blocks, and they are at its tip. */
export interface Ground {
  readonly network: Pick<WalletNetwork, 'hrp' | 'idHex'>;
  readonly genesis: BlockRef;
  readonly tip: BlockRef & { readonly time: number };
}

export interface GeneratedWallet {
  readonly name: string;
  readonly size: WalletSize;
  readonly seed: number;
  /** A public key whose payments are in later blocks: the first of the wallet. Without it none is. */
  readonly firstKey?: Uint8Array;
}

const SPARE_KEYS = 120;
const RECORDS_PER_BATCH = 2_000;

/** Writes the file and the records of a wallet. The keys are random bytes: nothing here signs. Gives its addresses. */
export async function writeLargeWallet(
  directory: string,
  data: WalletData,
  ground: Ground,
  { name, size, seed, firstKey }: GeneratedWallet,
): Promise<readonly string[]> {
  const random = createRandom(seed);
  const [receive, change] = [size.addresses, Math.max(size.addresses, size.coins)].map((keys) =>
    Buffer.from(random.bytes((keys + SPARE_KEYS) * 32)),
  ) as [Buffer, Buffer];
  if (firstKey !== undefined) receive.set(firstKey);
  const lockOf: LockOf = ({ chain, index }) => ({
    lockType: LOCK_KEY,
    lock: (chain === CHAIN.receive ? receive : change).subarray(index * 32, index * 32 + 32),
  });
  const addresses = Array.from({ length: size.addresses }, (_, index) =>
    encodeAddress(ground.network.hrp, lockOf({ chain: CHAIN.receive, index })),
  );
  const labels = new Map(
    Array.from({ length: size.labels }, (_, i) => [addresses[i % size.addresses]!, `customer ${i}`]),
  );
  const id = Buffer.from(random.bytes(8)).toString('hex');
  const file: WalletFile = {
    identity: { id, network: ground.network.idHex, account: 0, birthday: 1, createdAt: 1_700_000_000 },
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
  await mkdir(join(directory, 'wallets'), { recursive: true });
  await writeFile(join(directory, 'wallets', `${name}.kithwallet`), encodeWalletFile(file), { mode: 0o600 });
  await writeRecords(data, id, ground, size, random, lockOf);
  return addresses;
}

/** Writes a file of contacts, with one address each. */
export async function writeContacts(directory: string, { network }: Ground, count: number): Promise<void> {
  const random = createRandom(3);
  const contacts = Array.from({ length: count }, (_, i) => ({
    id: Buffer.from(random.bytes(8)).toString('hex'),
    name: `contact ${i}`,
    note: '',
    createdAt: 1_700_000_000 + i,
    nameIsNew: false,
    addresses: [
      {
        address: encodeAddress(network.hrp, { lockType: LOCK_KEY, lock: random.bytes(32) }),
        paidAt: 1_700_000_000,
      },
    ],
    given: [],
  }));
  const file = encodeContacts({ network: network.idHex, contacts });
  await mkdir(join(directory, 'contacts'), { recursive: true, mode: 0o700 });
  await writeFile(join(directory, 'contacts', 'contacts.kith'), file, { mode: 0o600 });
}

type LockOf = (keyPath: KeyPath) => { lockType: number; lock: Uint8Array };

/** Rows of received and sent payments in all blocks, and coins of all sizes. */
async function writeRecords(
  data: WalletData,
  id: string,
  { genesis, tip }: Ground,
  size: WalletSize,
  random: Random,
  lockOf: LockOf,
): Promise<void> {
  let changes = data.changes(id);
  let total = 0;
  const highest = [size.addresses - 1, Math.max(size.addresses, size.coins) - 1] as const;
  const state = () => ({
    ...emptyMeta([genesis, { height: tip.height, id: tip.id }], false),
    highestUsed: highest,
    uses: { upTo: { height: tip.height, id: tip.id }, settled: highest, recent: [] },
    coins: size.coins,
    total: toMotes(total),
    mined: size.rows,
    unconfirmed: 0,
  });
  const flush = async (isLast = false) => {
    if (changes.size < RECORDS_PER_BATCH && !isLast) return;
    await data.write(changes, state(), false);
    changes = data.changes(id);
  };
  for (let row = 0; row < size.rows; row++) {
    changes.putMined(recordOf(row, size, tip, random, lockOf));
    await flush();
  }
  for (let i = 0; i < size.coins; i++) {
    const [key, coin] = coinOf(i, size, tip, random);
    total += coin.amount;
    changes.putCoin(key, coin);
    await flush();
  }
  await flush(true);
}

function recordOf(
  row: number,
  { rows, addresses }: WalletSize,
  tip: Ground['tip'],
  random: Random,
  lockOf: LockOf,
): MinedRecord {
  const height = tip.height - Math.floor((row / rows) * (tip.height - 1));
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
  const spent = {
    amount: toMotes(2 * amount + 1000),
    keyPath,
    height: Math.max(1, height - 1),
    coinbase: false,
  };
  const time = tip.time - (tip.height - height);
  return {
    tx,
    firstSeen: time,
    inputs: row % 3 === 0 ? [{ index: 0, coin: spent }] : [],
    outputs: [{ index: 0, keyPath }],
    height,
    // Of more rows than blocks many are in one block.
    position: 1 + row,
    time,
  };
}

function coinOf(
  i: number,
  { addresses, coins }: WalletSize,
  tip: Ground['tip'],
  random: Random,
): [OutpointKey, OwnCoin] {
  const isChange = i % 2 === 0;
  const keyPath = isChange
    ? { chain: CHAIN.change, index: i % coins }
    : { chain: CHAIN.receive, index: i % addresses };
  const amount = toMotes(100_000 * 2 ** random.int(16) + random.int(100_000));
  const key = outpointKeyOf(Buffer.from(random.bytes(32)).toString('hex'), i % 3);
  return [key, { amount, keyPath, height: 1 + random.int(tip.height), coinbase: false }];
}
