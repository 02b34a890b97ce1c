import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sodium from 'sodium-native';
import { isViolation } from '../../../main/core/violation.ts';
import { subsidyAt } from '../../../main/core/consensus/params.ts';
import type { Block } from '../../../main/core/primitives/block.ts';
import type { Coin, Lock } from '../../../main/core/primitives/coin.ts';
import type { Outpoint } from '../../../main/core/primitives/outpoint.ts';
import { encodeRecords, RECORD_TAG } from '../../../main/core/primitives/records.ts';
import { createTransaction, sighash, type Transaction } from '../../../main/core/primitives/transaction.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import { toMotes } from '../../../shared/units.ts';
import { mineOn, newDirectory, openTestChain, tipOf } from '../../support/chain/test-chain.ts';
import { createRandom } from '../../support/random.ts';
import { BENCH_NETWORK } from './bench-network.ts';

export interface FixtureShape {
  /** Blocks after those that hand out the money. */
  readonly blocks: number;
  /** One-input two-output payments in each. */
  readonly transactions: number;
}

export interface ChainFixture {
  /** Empty and funding blocks that come first; nobody times them. */
  readonly prelude: readonly Uint8Array[];
  readonly blocks: readonly Uint8Array[];
}

/** Change it with the generator: older files are then made anew. */
const VERSION = 2;
const CACHE = join(import.meta.dirname, '../../../.cache/bench');

/**
 * A chain of valid, signed payments; the same bytes every time. Made once, then read from `.cache/bench`. Making it is the
 * business of a process of its own, so that the first bench on a machine holds no more memory than the next.
 */
export async function chainFixture(shape: FixtureShape): Promise<ChainFixture> {
  const file = fileOf(shape);
  const cached = await readFile(file).catch(() => null);
  if (cached) return unpack(cached);
  const script = join(import.meta.dirname, 'make-chain-fixture.ts');
  await promisify(execFile)(process.execPath, [script, String(shape.blocks), String(shape.transactions)]);
  return unpack(await readFile(file));
}

/** Makes the file that {@link chainFixture} reads. */
export async function makeChainFixture(shape: FixtureShape): Promise<void> {
  const file = fileOf(shape);
  await mkdir(CACHE, { recursive: true });
  await writeFile(`${file}.part`, pack(await generate(shape)));
  await rename(`${file}.part`, file);
}

const fileOf = ({ blocks, transactions }: FixtureShape) =>
  join(CACHE, `chain-v${VERSION}-${blocks}x${transactions}.bin`);

interface Owned {
  readonly outpoint: Outpoint;
  readonly coin: Coin;
  readonly secret: Buffer;
}

const FUNDING_OUTPUTS = 2000;
const KEYS = 64;

/** The public key to which the outputs of a fixture pay that have this number, of 0 to 63. */
export const fixtureKey = (number: number): Uint8Array => keyPair(number).lock.lock;

async function generate({ blocks, transactions }: FixtureShape): Promise<ChainFixture> {
  const directory = newDirectory();
  const chain = await openTestChain({ network: BENCH_NETWORK, directory });
  const random = createRandom(20_261_122);
  const keys = Array.from({ length: KEYS }, (_, i) => keyPair(i));
  const purse: Owned[] = [];
  const prelude: Uint8Array[] = [];
  const timed: Uint8Array[] = [];
  try {
    const fundings = Math.max(1, Math.ceil((transactions * 4) / FUNDING_OUTPUTS));
    for (let i = 0; i < fundings; i++) prelude.push(await add(chain, fundingBlock(chain, keys, purse)));
    for (let i = 0; i < BENCH_NETWORK.params.maturity; i++)
      prelude.push(await add(chain, mineOn(chain, tipOf(chain))));
    for (let i = 0; i < blocks; i++) {
      const height = chain.tip().height + 1;
      const spends = Array.from({ length: transactions }, () => {
        const at = random.int(purse.length);
        const taken = purse[at]!;
        // Taken out of the middle, filled from the end: old and new coins are spent alike.
        purse[at] = purse[purse.length - 1]!;
        purse.pop();
        return taken;
      });
      const fresh: Owned[] = [];
      const payments = spends.map((owned) => payment(owned, keys, height, random.int(KEYS), fresh));
      purse.push(...fresh);
      timed.push(
        await add(chain, mineOn(chain, tipOf(chain), { transactions: payments, fees: FEE * transactions })),
      );
    }
  } finally {
    await chain.close();
    await rm(directory, { recursive: true, force: true });
  }
  return { prelude, blocks: timed };
}

const FEE = 3000;

interface KeyPair {
  readonly lock: Lock;
  readonly secret: Buffer;
}

function keyPair(number: number): KeyPair {
  const [publicKey, secret, seed] = [Buffer.alloc(32), Buffer.alloc(64), Buffer.alloc(32, number + 1)];
  sodium.crypto_sign_seed_keypair(publicKey, secret, seed);
  return { lock: { lockType: 0, lock: new Uint8Array(publicKey) }, secret };
}

function fundingBlock(chain: Chain, keys: readonly KeyPair[], purse: Owned[]): Block {
  const height = chain.tip().height + 1;
  const amount = toMotes(Math.floor(subsidyAt(height, chain.network.params) / FUNDING_OUTPUTS));
  const outputs = Array.from({ length: FUNDING_OUTPUTS }, (_, i) => ({ amount, ...keys[i % KEYS]!.lock }));
  const witness = [encodeRecords([{ tag: RECORD_TAG.extraNonce, bytes: Uint8Array.of(1) }])];
  const coinbase = createTransaction({
    version: 1,
    validFrom: height,
    expires: 0,
    inputs: [],
    outputs,
    witness,
  });
  outputs.forEach((output, index) => {
    const coin = { ...output, height, coinbase: true };
    purse.push({ outpoint: { txid: coinbase.txid, index }, coin, secret: keys[index % KEYS]!.secret });
  });
  return mineOn(chain, tipOf(chain), { coinbase });
}

function payment(
  from: Owned,
  keys: readonly KeyPair[],
  height: number,
  key: number,
  fresh: Owned[],
): Transaction {
  const to = [keys[key]!, keys[(key + 1) % KEYS]!];
  const left = from.coin.amount - FEE;
  const outputs = to.map(({ lock }, i) => ({
    amount: toMotes(i === 0 ? Math.floor(left / 2) : Math.ceil(left / 2)),
    ...lock,
  }));
  const body = { version: 1, validFrom: height - 1, expires: 0, inputs: [from.outpoint], outputs };
  const unsigned = createTransaction({ ...body, witness: [new Uint8Array(64)] });
  const message = Buffer.from(sighash(BENCH_NETWORK.id, unsigned, [from.coin]));
  const signature = Buffer.alloc(64);
  sodium.crypto_sign_detached(signature, message, from.secret);
  const tx = createTransaction({ ...body, witness: [new Uint8Array(signature)] });
  outputs.forEach((output, index) => {
    fresh.push({
      outpoint: { txid: tx.txid, index },
      coin: { ...output, height, coinbase: false },
      secret: to[index]!.secret,
    });
  });
  return tx;
}

async function add(chain: Chain, block: Block): Promise<Uint8Array> {
  const result = await chain.submitBlock(block.bytes);
  if (isViolation(result)) throw new Error(`the generator made an invalid block: ${JSON.stringify(result)}`);
  return block.bytes;
}

/** prelude count u32 | then each block: length u32 | bytes. Little-endian. */
function pack({ prelude, blocks }: ChainFixture): Uint8Array {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(prelude.length);
  const parts = [...prelude, ...blocks].flatMap((bytes) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat([head, ...parts]);
}

function unpack(file: Buffer): ChainFixture {
  const all: Uint8Array[] = [];
  for (let at = 4; at < file.length;) {
    const length = file.readUInt32LE(at);
    all.push(new Uint8Array(file.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  const prelude = file.readUInt32LE(0);
  return { prelude: all.slice(0, prelude), blocks: all.slice(prelude) };
}
