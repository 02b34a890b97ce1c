/**
 * A miner written from docs/protocol.md alone, as a second implementation would be: nothing in this file comes from
 * main/, and the parameters of the networks are read from the document itself. test/functional/foreign-miner.test.ts lets the
 * real chain judge its blocks.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { hashRawSync } from '@node-rs/argon2';

const PAGE = readFileSync(path.resolve(import.meta.dirname, '../../../docs/protocol.md'), 'utf8');

// --- 1 Bytes, 2 Hashes

export const cat = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);
export const u8 = (...values: number[]): Buffer => Buffer.from(values);
export const hex = (text: string): Buffer => Buffer.from(text, 'hex');

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

export function varuint(value: number): Buffer {
  return value < 128 ? u8(value) : cat(u8(128 + (value % 128)), varuint(Math.floor(value / 128)));
}

export const varbytes = (bytes: Uint8Array): Buffer => cat(varuint(bytes.length), bytes);
export const list = (items: readonly Uint8Array[]): Buffer => cat(varuint(items.length), ...items);
export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
export const H = (domain: number, ...parts: readonly Uint8Array[]): Buffer =>
  sha256(cat(u8(domain), ...parts));

export function merkle(domain: number, hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 1) return hashes[0]!;
  const above: Buffer[] = [];
  for (let i = 0; i < hashes.length; i += 2) {
    const [left, right] = [hashes[i]!, hashes[i + 1]];
    above.push(right ? H(domain, left, right) : left);
  }
  return merkle(domain, above);
}

// --- 16 Networks, from the tables of the page

type Parameters = Readonly<Record<string, number>>;

export function section(name: string): string[] {
  const text = new RegExp(`\`\`\`text example=${name}\n([^\`]*)\n\`\`\``).exec(PAGE)?.[1];
  if (text === undefined) throw new Error(`docs/protocol.md has no ${name}`);
  return text.split('\n');
}

const numberOf = (text: string): number => (text === 'true' ? 1 : text === 'false' ? 0 : Number(text));

export function readNetwork(name: string): { parameters: Parameters; id: string } {
  const [head, ...rows] = section('networks').map((line) => line.split(/ {2,}/));
  const column = head!.indexOf(name);
  const cells = rows.map((row) => [row[0]!, row[column]!] as const);
  const parameters = cells.map(([label, text]) => [label, numberOf(text)] as const);
  const lines = section('parameters');
  const id = lines[lines.findIndex((line) => line.startsWith(`${name} `)) + 1]!.trim().split(/ +/)[1]!;
  return { parameters: Object.fromEntries(parameters), id };
}

export function parametersHash(p: Parameters): Buffer {
  const v = (...names: string[]): Buffer => cat(...names.map((name) => varuint(p[name]!)));
  return H(
    0x0f,
    cat(v('spacing', 'halfLife', 'futureLimit'), u32(p['powLimit']!), u32(p['startBits']!)),
    cat(v('powMemoryKiB'), u8(p['retarget']!), v('maturity'), u64(p['subsidy']!), v('halving')),
    cat(v('epoch', 'delay'), u64(p['snapshotWork']!), v('bitsPeriod', 'bitsThreshold')),
  );
}

// --- 4 Transactions, 5 Locks, 6 Signatures

interface Output {
  readonly amount: number;
  readonly lockType: number;
  readonly lock: Uint8Array;
}
interface Coin extends Output {
  readonly txid: Buffer;
  readonly index: number;
  readonly height: number;
  readonly coinbase: boolean;
}
export interface Transaction {
  readonly inputs: readonly Coin[];
  readonly outputs: readonly Output[];
  readonly body: Buffer;
  readonly txid: Buffer;
  readonly bytes: Buffer;
}

export const shown = ({ amount, lockType, lock }: Output): Buffer =>
  cat(u64(amount), u8(lockType), varbytes(lock));

export function bodyOf(
  inputs: readonly Coin[],
  outputs: readonly Output[],
  validFrom = 0,
  expires = 0,
): Buffer {
  const named = inputs.map(({ txid, index }) => cat(txid, varuint(index)));
  return cat(varuint(1), varuint(validFrom), varuint(expires), list(named), list(outputs.map(shown)));
}

export function transaction(
  inputs: readonly Coin[],
  outputs: readonly Output[],
  body: Buffer,
  witness: Buffer[],
): Transaction {
  return { inputs, outputs, body, txid: H(0x01, body), bytes: cat(body, list(witness.map(varbytes))) };
}

const PKCS8 = hex('302e020100300506032b657004220420');

export class Key {
  readonly #key: KeyObject;
  readonly publicKey: Buffer;

  /** `seed`: 32 bytes, or one byte that is repeated 32 times. */
  constructor(seed: number | Uint8Array) {
    const bytes = typeof seed === 'number' ? Buffer.alloc(32, seed) : seed;
    this.#key = createPrivateKey({ key: cat(PKCS8, bytes), format: 'der', type: 'pkcs8' });
    this.publicKey = createPublicKey(this.#key).export({ format: 'der', type: 'spki' }).subarray(-32);
  }

  get lock(): { lockType: number; lock: Buffer } {
    return { lockType: 0, lock: this.publicKey };
  }

  sign(message: Buffer): Buffer {
    return sign(null, message, this.#key);
  }
}

// --- 8 Proof of work, 9 Difficulty

export function targetOf(bits: number): bigint {
  const [size, word] = [bits >>> 24, BigInt(bits & 0x7fffff)];
  return size > 3 ? word << BigInt(8 * (size - 3)) : word >> BigInt(8 * (3 - size));
}

export function compact(target: bigint): number {
  const bytes = target
    .toString(16)
    .padStart(64, '0')
    .replace(/^(00)+/, '');
  const word = parseInt(bytes.slice(0, 6).padEnd(6, '0'), 16);
  const size = bytes.length / 2;
  return word >= 0x800000 ? (size + 1) * 0x1000000 + (word >> 8) : size * 0x1000000 + word;
}

/** Of the 88 bytes of a header. */
export function argon2id(header: Uint8Array, memoryCost: number): Buffer {
  return hashRawSync(header, {
    algorithm: 2, // Argon2id
    version: 1, // 0x13
    salt: header.subarray(4, 20),
    memoryCost,
    timeCost: 1,
    parallelism: 1,
    outputLen: 32,
  });
}

export function asert(p: Parameters, time1: number, h: number, t: number): number {
  const behind = BigInt(t - (time1 - p['spacing']!) - p['spacing']! * h);
  const exponent = (behind * 65536n) / BigInt(p['halfLife']!);
  const shift = exponent >> 16n;
  const x = exponent - shift * 65536n;
  const curve = 195766423245049n * x + 971821376n * x ** 2n + 5127n * x ** 3n + 2n ** 47n;
  const scaled = targetOf(p['startBits']!) * (65536n + curve / 2n ** 48n);
  const target = (shift < 0n ? scaled >> -shift : scaled << shift) >> 16n;
  const limit = targetOf(p['powLimit']!);
  return compact(target < 1n ? 1n : target > limit ? limit : target);
}

// --- 7 Blocks, 10 Time, 12 The ledger, 15 Snapshots

interface Mined {
  readonly id: Buffer;
  readonly height: number;
  readonly time: number;
  readonly bits: number;
}

export class Miner {
  readonly p: Parameters;
  readonly networkId: Buffer;
  readonly key = new Key(1);
  readonly coins = new Map<string, Coin>();
  readonly #chain: Mined[];
  readonly #roots = new Map<number, Buffer>();
  version = 0x20000000;

  constructor(name: string) {
    const { parameters, id } = readNetwork(name);
    this.p = parameters;
    const burnt = [{ amount: 1, lockType: 255, lock: Buffer.from(name, 'ascii') }];
    const record = cat(u8(0x00, 32), parametersHash(parameters));
    const coinbase = transaction([], burnt, bodyOf([], burnt), [record]);
    const [bits, time] = [parameters['startBits']!, parameters['genesis time']!];
    const genesis = this.#mine(Buffer.alloc(32), [coinbase], { height: 0, time, bits });
    this.networkId = genesis.id;
    if (genesis.id.toString('hex') !== id) throw new Error(`genesis of ${name} is not ${id}`);
    this.#chain = [genesis];
  }

  get tip(): Mined {
    return this.#chain.at(-1)!;
  }

  /** A block of 1 MB at most with these payments, `late` seconds behind schedule. */
  block(payments: readonly Transaction[] = [], late = 0): Buffer {
    const parent = this.tip;
    const height = parent.height + 1;
    const [time, bits] = [this.#timeAfter(parent, late), this.#bitsAfter(parent)];
    const fees = payments.reduce((sum, tx) => sum + total(tx.inputs) - total(tx.outputs), 0);
    const amount = Math.floor(this.p['subsidy']! / 2 ** Math.floor(height / this.p['halving']!)) + fees;
    const outputs = [{ amount, ...this.key.lock }];
    const root = this.#roots.get(height - this.p['delay']!);
    const records = cat(u8(0x01, 2, 0xbe, 0xef), root ? cat(u8(0x02, 32), root) : u8());
    const coinbase = transaction([], outputs, bodyOf([], outputs, height), [records]);
    const block = this.#mine(parent.id, [coinbase, ...payments], { height, time, bits });
    for (const tx of payments) this.#apply(tx, height);
    this.#apply(coinbase, height);
    this.#chain.push(block);
    if (height % this.p['epoch']! === 0) this.#roots.set(height, this.#snapshot(block));
    return block.bytes;
  }

  /** Spends coins of lock type 0 of the miner's own key, or of a type that is free to spend. */
  pay(inputs: readonly Coin[], outputs: readonly Output[], validFrom = 0, expires = 0): Transaction {
    const body = bodyOf(inputs, outputs, validFrom, expires);
    const signature = this.key.sign(H(0x03, this.networkId, body, ...inputs.map(shown)));
    const witness = inputs.map(({ lockType }) => (lockType === 0 ? signature : Buffer.from('anything')));
    return transaction(inputs, outputs, body, witness);
  }

  /** The miner's oldest reward. */
  reward(): Coin {
    return [...this.coins.values()].find(({ coinbase }) => coinbase)!;
  }

  #timeAfter(parent: Mined, late: number): number {
    const times = this.#chain.slice(-11).map(({ time }) => time);
    times.sort((a, b) => a - b);
    const median = times[Math.floor(times.length / 2)]!;
    return Math.max(parent.time + this.p['spacing']! + late, median + 1);
  }

  #bitsAfter(parent: Mined): number {
    const first = this.#chain[1];
    const moves = first && this.p['retarget'];
    return moves ? asert(this.p, first.time, parent.height, parent.time) : this.p['startBits']!;
  }

  #apply(tx: Transaction, height: number): void {
    for (const { txid, index } of tx.inputs) this.coins.delete(`${txid.toString('hex')}:${index}`);
    for (const coin of coinsOf(tx, height))
      if (coin.lockType !== 255) this.coins.set(`${coin.txid.toString('hex')}:${coin.index}`, coin);
  }

  /** For up to 16 384 coins, which are one chunk. */
  #snapshot({ id, height }: Mined): Buffer {
    const order = ({ txid, index }: Coin): Buffer => cat(txid, u32(index).reverse());
    const sorted = [...this.coins.values()].sort((a, b) => Buffer.compare(order(a), order(b)));
    const rows = sorted.map((coin) =>
      cat(
        cat(order(coin), u32(coin.height), u8(coin.coinbase ? 1 : 0), u64(coin.amount)),
        cat(u8(coin.lockType, coin.lock.length), coin.lock),
      ),
    );
    const facts = cat(u32(height), id, u64(rows.length), u64(total(sorted)));
    return H(0x09, this.networkId, facts, merkle(0x08, [H(0x07, cat(...rows))]));
  }

  #mine(
    prev: Buffer,
    transactions: readonly Transaction[],
    { height, time, bits }: { height: number; time: number; bits: number },
  ): Mined & { bytes: Buffer } {
    const leaves = transactions.map(({ txid, bytes }) => H(0x05, txid, H(0x02, bytes)));
    const head = cat(u32(this.version), prev, merkle(0x06, leaves), u64(time), u32(bits), u32(height));
    for (let nonce = 0; ; nonce++) {
      const header = cat(head, u32(nonce));
      const digest = argon2id(header, this.p['powMemoryKiB']!);
      if (BigInt(`0x${digest.toString('hex')}`) > targetOf(bits)) continue;
      const bytes = cat(header, list(transactions.map((tx) => tx.bytes)));
      return { id: H(0x04, header), height, time, bits, bytes };
    }
  }
}

export function coinsOf(tx: Transaction, height: number): Coin[] {
  const coinbase = tx.inputs.length === 0;
  return tx.outputs.map((output, index) => ({ ...output, txid: tx.txid, index, height, coinbase }));
}

export const total = (outputs: readonly Output[]): number =>
  outputs.reduce((sum, { amount }) => sum + amount, 0);
