/**
 * The worked examples of docs/protocol.md, computed by the project's own functions. `npm run vectors -- --write` writes
 * them into the page, `npm run vectors` and a unit test compare the page with them.
 */
import { toHex } from '../../../main/core/codec/hex.ts';
import { Writer } from '../../../main/core/codec/writer.ts';
import { bitsToTarget, targetToBits, workOf } from '../../../main/core/consensus/compact.ts';
import { nextBits } from '../../../main/core/consensus/asert.ts';
import { parametersHash, subsidyAt } from '../../../main/core/consensus/params.ts';
import { publicKeyFromSeed, sign } from '../../../main/core/crypto/ed25519.ts';
import { DOMAIN, hash, plainSha256 } from '../../../main/core/crypto/hash.ts';
import { policySighash } from '../../../main/core/ledger/policy-lock.ts';
import {
  encodeClaims,
  encodePolicy,
  policyHash,
  type PolicyNode,
} from '../../../main/core/ledger/policy-tree.ts';
import {
  BUILT_IN_NETWORKS,
  MAIN_NETWORK,
  REGTEST_NETWORK,
} from '../../../main/core/params/built-in-networks.ts';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { type Block, blockMerkleRoot, createBlock } from '../../../main/core/primitives/block.ts';
import { LOCK_KEY, LOCK_POLICY, type Lock, type Output } from '../../../main/core/primitives/coin.ts';
import { createHeader, type Header } from '../../../main/core/primitives/header.ts';
import { encodeRecords, RECORD_TAG } from '../../../main/core/primitives/records.ts';
import { createTransaction, sighash, type Transaction } from '../../../main/core/primitives/transaction.ts';
import { bytesToBigInt } from '../../../main/core/codec/bytes.ts';
import { SNAPSHOT_KEY_BYTES, writeSnapshotCoin } from '../../../main/core/ledger/snapshot-record.ts';
import { chunkHash, snapshotRoot, type SnapshotFacts } from '../../../main/core/ledger/snapshot-root.ts';
import { messageHash } from '../../../main/wallet/signing/signed-message.ts';
import { encodeCoin } from '../../../main/storage/coin-record.ts';
import { toMotes } from '../../../shared/units.ts';
import { example, type Example, type Row } from '../pages/example.ts';
import { furtherExamples } from './further-examples.ts';
import { powHash } from './test-chain.ts';

const NETWORK = REGTEST_NETWORK;
const SEED_A = new Uint8Array(32).fill(1);
const SEED_B = new Uint8Array(32).fill(2);
const keyLock = (seed: Uint8Array): Lock => ({ lockType: LOCK_KEY, lock: publicKeyFromSeed(seed) });
const A = keyLock(SEED_A);
const B = keyLock(SEED_B);
/** The payment of the example: 12.5 KITH from A's first reward to B, 0.0001 KITH for the miner, the rest back. */
const PAID = 1_250_000_000;
const FEE = 10_000;

/** Every example. About a second. */
export async function protocolExamples(): Promise<Example[]> {
  const chain = exampleChain();
  return [
    example('numbers', numberRows()),
    example('keys', keyRows()),
    example('compact', compactRows()),
    example('asert', asertRows()),
    example('policy-lock', policyRows(chain.payment)),
    example('snapshot', snapshotRows()),
    example('message', messageRows()),
    { name: 'networks', text: networkTable() },
    example('parameters', parameterRows()),
    example('genesis', genesisRows()),
    example('block-1', blockRows(chain.blocks[0]!)),
    example('payment', paymentRows(chain.payment, chain.spent)),
    example('block-6', blockRows(chain.blocks[5]!)),
    ...(await furtherExamples()),
  ];
}

/** Six blocks of regtest, the last of which takes the payment; the smallest nonce each. */
export function exampleChain(): { blocks: Block[]; payment: Transaction; spent: Output } {
  const blocks: Block[] = [];
  let parent: Header = NETWORK.genesis.header;
  for (let height = 1; height <= 5; height++) {
    const block = mineOn(parent, [], 0);
    blocks.push(block);
    parent = block.header;
  }
  const reward = blocks[0]!.transactions[0]!;
  const spent = reward.outputs[0]!;
  const payment = signedPayment(reward, spent);
  blocks.push(mineOn(parent, [payment], FEE));
  return { blocks, payment, spent };
}

function mineOn(parent: Header, payments: readonly Transaction[], fees: number): Block {
  const height = parent.height + 1;
  const coinbase = createTransaction({
    version: 1,
    validFrom: height,
    expires: 0,
    inputs: [],
    outputs: [{ amount: toMotes(subsidyAt(height, NETWORK.params) + fees), ...A }],
    witness: [encodeRecords([{ tag: RECORD_TAG.extraNonce, bytes: Uint8Array.of(0x2a) }])],
  });
  const transactions = [coinbase, ...payments];
  const fields = {
    version: 0x2000_0000,
    prev: parent.id,
    merkle: blockMerkleRoot(transactions),
    time: parent.time + NETWORK.params.spacing,
    bits: NETWORK.params.startBits,
    height,
  };
  for (let nonce = 0; ; nonce++) {
    const header = createHeader({ ...fields, nonce });
    if (bytesToBigInt(digestOf(header)) <= bitsToTarget(header.bits))
      return createBlock(header, transactions);
  }
}

const digestOf = (header: Header): Uint8Array => powHash(header.bytes, NETWORK.params.powMemoryKiB);

function signedPayment(reward: Transaction, spent: Output): Transaction {
  const fields = {
    version: 1,
    validFrom: 5,
    expires: 1445,
    inputs: [{ txid: reward.txid, index: 0 }],
    outputs: [
      { amount: toMotes(PAID), ...B },
      { amount: toMotes(spent.amount - PAID - FEE), ...A },
    ],
  };
  const unsigned = createTransaction({ ...fields, witness: [new Uint8Array(64)] });
  return createTransaction({ ...fields, witness: [sign(SEED_A, sighash(NETWORK.id, unsigned, [spent]))] });
}

function numberRows(): Row[] {
  const varuint = [0, 1, 127, 128, 300, 16_384, 4_294_967_295];
  return [
    ...varuint.map((value): Row => [`varuint ${value}`, new Writer().varuint(value).finish()]),
    ['u32 1', new Writer().u32(1).finish()],
    ['u64 2000000000', new Writer().u64(2_000_000_000).finish()],
    ['bytes of 3', new Writer().varbytes(Uint8Array.of(0xaa, 0xbb, 0xcc)).finish()],
  ];
}

function keyRows(): Row[] {
  return [
    ['seed A', SEED_A],
    ['public key A', A.lock],
    ['seed B', SEED_B],
    ['public key B', B.lock],
    ['A on regtest', encodeAddress(NETWORK.hrp, A)],
    ['A on main', encodeAddress(MAIN_NETWORK.hrp, A)],
    ['type 1, regtest', encodeAddress(NETWORK.hrp, { lockType: LOCK_POLICY, lock: plainSha256(A.lock) })],
  ];
}

const hexNumber = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

function compactRows(): Row[] {
  return [0x1f00ffff, 0x1e0fffff, 0x203fffff, 0x207fffff, 0x01010000].map((bits) => {
    const target = bitsToTarget(bits);
    if (targetToBits(target) !== bits) throw new Error('not canonical');
    return [hexNumber(bits), `target ${target.toString(16).padStart(64, '0')}\nwork   ${workOf(target)}`];
  });
}

function asertRows(): Row[] {
  const { params } = MAIN_NETWORK;
  const first = { height: 1, time: 1_800_000_000 };
  const rows: (readonly [height: number, late: number])[] = [
    [1, 0],
    [2, 0],
    [2, 18_000],
    [2, -18_000],
    [100, 601],
    [100, -601],
    [1_000, 54_321],
    [10_000, -54_321],
    [50, 10_000_000],
    [2_000_000, -100_000_000],
  ];
  return rows.map(([height, late]) => {
    const time = first.time + (height - 1) * params.spacing + late;
    return [`${height} ${time}`, hexNumber(nextBits(first, { height, time }, params))];
  });
}

function policyRows(payment: Transaction): Row[] {
  const preimage = new TextEncoder().encode('open sesame');
  const one = publicKeyFromSeed(SEED_A);
  const two = publicKeyFromSeed(SEED_B);
  const inner: PolicyNode = {
    kind: 'threshold',
    m: 2,
    children: [
      { kind: 'key', key: two, signature: null },
      { kind: 'after', height: 100, claimed: false },
    ],
  };
  const tree = (signature: Uint8Array | null): PolicyNode => ({
    kind: 'threshold',
    m: 2,
    children: [
      { kind: 'key', key: one, signature },
      { kind: 'hash', hash: plainSha256(preimage), preimage },
      { kind: 'hidden', hash: policyHash(inner) },
    ],
  });
  const claimed = tree(new Uint8Array(64));
  const lock = policyHash(claimed);
  const spent = [{ amount: toMotes(2_000_000_000), lockType: LOCK_POLICY, lock }];
  const signatureHash = sighash(NETWORK.id, payment, spent);
  const message = policySighash(signatureHash, 0, claimed);
  const leaves = claimed.kind === 'threshold' ? claimed.children : [];
  return [
    ['preimage', preimage],
    ['hash of key A', policyHash(leaves[0]!)],
    ['hash of hash', policyHash(leaves[1]!)],
    ['hidden node', encodePolicy(inner)],
    ['hash of hidden', policyHash(inner)],
    ['root = lock', lock],
    ['claims', encodeClaims(claimed)],
    ['sighash', signatureHash],
    ['message', message],
    ['signature by A', sign(SEED_A, message)],
    ['witness', encodePolicy(tree(sign(SEED_A, message)))],
  ];
}

/** The snapshot of the example: its only chunk, and what its root is computed from. */
export function exampleSnapshot(): { chunk: Uint8Array; facts: SnapshotFacts } {
  const outpoint = (byte: number, index: number): Uint8Array => {
    const bytes = new Uint8Array(SNAPSHOT_KEY_BYTES).fill(byte, 0, 32);
    new DataView(bytes.buffer).setUint32(32, index);
    return bytes;
  };
  const buffer = new Uint8Array(1000);
  const coins = [
    { at: outpoint(0x11, 1), coin: { amount: toMotes(PAID), ...B, height: 20, coinbase: false } },
    { at: outpoint(0x11, 256), coin: { amount: toMotes(2_000_000_000), ...A, height: 19, coinbase: true } },
  ];
  let end = 0;
  for (const { at, coin } of coins) end = writeSnapshotCoin(buffer, end, at, encodeCoin(coin, 0));
  const chunk = buffer.slice(0, end);
  const facts = {
    networkId: NETWORK.id,
    height: 20,
    blockId: new Uint8Array(32).fill(0x22),
    coins: coins.length,
    total: 3_250_000_000,
  };
  return { chunk, facts };
}

function snapshotRows(): Row[] {
  const { chunk, facts } = exampleSnapshot();
  return [
    ['chunk', chunk],
    ['chunk hash', chunkHash(chunk)],
    ['root', snapshotRoot(facts, [chunkHash(chunk)])],
    ['root of no coins', snapshotRoot({ ...facts, coins: 0, total: 0 }, [])],
  ];
}

function messageRows(): Row[] {
  const message = messageHash(NETWORK.id, 'I am A');
  return [
    ['text', 'I am A'],
    ['hash', message],
    ['signature by A', sign(SEED_A, message)],
  ];
}

function networkTable(): string {
  const compact = (value: number, name: string): string =>
    /powLimit|startBits/.test(name) ? hexNumber(value) : String(value);
  const rows: string[][] = [['', ...BUILT_IN_NETWORKS.map(({ name }) => name)]];
  const add = (label: string, cell: (network: (typeof BUILT_IN_NETWORKS)[number]) => string): void => {
    rows.push([label, ...BUILT_IN_NETWORKS.map(cell)]);
  };
  for (const name of Object.keys(MAIN_NETWORK.params) as (keyof typeof MAIN_NETWORK.params)[]) {
    add(name, ({ params }) => (name === 'retarget' ? String(params[name]) : compact(params[name], name)));
  }
  add('hrp', ({ hrp }) => hrp);
  add('default port', ({ defaultPort }) => String(defaultPort));
  add('policy-lock', ({ deployments: [d] }) => `${d!.bit} ${d!.start} ${d!.timeout ?? 'never'}`);
  add('genesis time', ({ genesis }) => String(genesis.header.time));
  add('genesis nonce', ({ genesis }) => String(genesis.header.nonce));
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join('  '));
  return lines.map((line) => line.trimEnd()).join('\n');
}

function parameterRows(): Row[] {
  return BUILT_IN_NETWORKS.map(({ name, params, idHex }): Row => [
    name,
    `hash ${toHex(parametersHash(params))}\nid   ${idHex}`,
  ]);
}

function genesisRows(): Row[] {
  return blockRows(NETWORK.genesis);
}

function blockRows({ header, transactions, bytes }: Block): Row[] {
  const coinbase = transactions[0]!;
  const leaf = ({ txid, wid }: Transaction): Uint8Array => hash(DOMAIN.merkleLeaf, txid, wid);
  return [
    ['coinbase', coinbase.bytes],
    ['coinbase txid', coinbase.txid],
    ['coinbase wid', coinbase.wid],
    ...transactions.map((tx, i): Row => [`leaf ${i}`, leaf(tx)]),
    ['Merkle root', header.merkle],
    ['header', header.bytes],
    ['nonce', header.nonce],
    ['salt', header.bytes.subarray(4, 20)],
    ['Argon2id', digestOf(header)],
    ['block id', header.id],
    ['block', bytes],
  ];
}

function paymentRows(tx: Transaction, spent: Output): Row[] {
  const coin = new Writer().u64(spent.amount).u8(spent.lockType).varbytes(spent.lock).finish();
  return [
    ['body', tx.bytes.subarray(0, tx.bodyLength)],
    ['txid', tx.txid],
    ['coin spent', coin],
    ['sighash', sighash(NETWORK.id, tx, [spent])],
    ['signature', tx.witness[0]!],
    ['transaction', tx.bytes],
    ['wid', tx.wid],
  ];
}
