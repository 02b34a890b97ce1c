/**
 * Every line of every worked example of docs/protocol.md, computed again from the other lines by the rules of the page:
 * nothing in this file comes from main/. What an example only states (a seed, a time, a text) is GIVEN.
 */
import { type Computed, GIVEN, keys, LETTERS, type Lines, links, wallet } from './foreign-keys.ts';
import {
  argon2id,
  asert,
  cat,
  compact,
  H,
  hex,
  Key,
  list,
  merkle,
  parametersHash,
  readNetwork,
  section,
  sha256,
  targetOf,
  u32,
  u64,
  u8,
  varbytes,
  varuint,
} from './foreign-miner.ts';

type Examples = ReadonlyMap<string, Lines>;

/** By example: each label and its value as text, or GIVEN. */
export function recomputedExamples(all: Examples): Record<string, Record<string, string | typeof GIVEN>> {
  const of = (name: string): Lines => all.get(name) ?? new Map();
  const computed: Record<string, Computed> = {
    numbers: numbers(),
    merkle: merkleRoots(),
    keys: keys(of('keys')),
    records: {
      none: u8(),
      'extra nonce beef': u8(1, 2, 0xbe, 0xef),
      'and a root': cat(u8(1, 2, 0xbe, 0xef, 2, 32), same(0x66)),
    },
    compact: compactTargets(of('compact')),
    asert: asertRun(of('asert')),
    median: medians(of('median')),
    subsidy: subsidies(of('subsidy')),
    deployment: deployments(of('deployment')),
    'policy-nodes': policyNodes(),
    'policy-lock': policyLock(of('policy-lock'), of('payment')),
    snapshot: snapshot(),
    message: message(of('message')),
    parameters: parameters(of('parameters')),
    founded: founded(),
    genesis: block(of('genesis'), null),
    'block-1': block(of('block-1'), null),
    'block-6': block(of('block-6'), of('payment')),
    payment: payment(of('payment'), of('block-1')),
    wallet: wallet(of('wallet')),
    links: links(),
  };
  const text = (value: string | Uint8Array | typeof GIVEN) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  return Object.fromEntries(
    Object.entries(computed).map(([name, lines]) => [
      name,
      Object.fromEntries(Object.entries(lines).map(([label, value]) => [label, text(value)])),
    ]),
  );
}

const same = (byte: number): Buffer => Buffer.alloc(32, byte);
const A = new Key(1);
const B = new Key(2);
const regtest = readNetwork('regtest');
const main = readNetwork('main');

function numbers(): Computed {
  return {
    ...Object.fromEntries(
      [0, 1, 127, 128, 300, 16_384, 4_294_967_295].map((value) => [`varuint ${value}`, varuint(value)]),
    ),
    'u32 1': u32(1),
    'u64 2000000000': u64(2_000_000_000),
    'bytes of 3': varbytes(u8(0xaa, 0xbb, 0xcc)),
  };
}

function merkleRoots(): Computed {
  const [a, b, c, d, e] = [0x11, 0x22, 0x33, 0x44, 0x55].map(same) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const two = H(6, a, b);
  const four = H(6, two, H(6, c, d));
  return {
    'root of 1': a,
    'root of 2': two,
    'root of 3': H(6, two, c),
    'root of 4': four,
    'root of 5': H(6, four, e),
  };
}

function compactTargets(lines: Lines): Computed {
  return Object.fromEntries(
    [...lines.keys()].map((label) => {
      const target = targetOf(Number(label));
      if (compact(target) !== Number(label)) throw new Error(`${label} is not what its target writes`);
      const work = 2n ** 256n / (target + 1n);
      return [label, `target ${target.toString(16).padStart(64, '0')}work   ${work}`];
    }),
  );
}

function asertRun(lines: Lines): Computed {
  return Object.fromEntries(
    [...lines.keys()].map((label) => {
      const [height, time] = label.split(' ').map(Number) as [number, number];
      // The child of the block at height 1 is the first whose bits are computed.
      return [
        label,
        `0x${asert(main.parameters, 1_800_000_000, height, time).toString(16).padStart(8, '0')}`,
      ];
    }),
  );
}

function medians(lines: Lines): Computed {
  return Object.fromEntries(
    [...lines].map(([label, text]) => {
      const times = text.split('of ')[1]!;
      const sorted = times
        .split(' ')
        .map(Number)
        .sort((a, b) => a - b);
      return [label, `${sorted[Math.floor(sorted.length / 2)]}of ${times}`];
    }),
  );
}

function subsidies(lines: Lines): Computed {
  return Object.fromEntries(
    [...lines.keys()].map((label) => {
      const height = BigInt(label.split(' ')[1]!);
      const halvings = height / BigInt(main.parameters['halving']!);
      return [label, height === 0n ? '0' : String(BigInt(main.parameters['subsidy']!) >> halvings)];
    }),
  );
}

function deployments(lines: Lines): Computed {
  const versions = [...lines.keys()].filter((label) => label.startsWith('0x'));
  const yes = (version: number) => Math.floor(version / 2 ** 29) === 1 && version % 2 === 1;
  const counts = [0, 17, 18, 0, 0, 0];
  const states = ['started', 'started', 'locked-in', 'locked-in', 'active', 'active'];
  return {
    ...Object.fromEntries(
      versions.map((label) => [label, yes(Number(label)) ? 'signals' : 'does not signal']),
    ),
    ...Object.fromEntries(
      states.map((state, i) => [
        `from ${20 * (i + 1)}`,
        `${state} (${counts[i]} of the 20 blocks before signal)`,
      ]),
    ),
  };
}

function policyNodes(): Computed {
  const hash = (bytes: Buffer): Buffer => H(0x0a, bytes);
  const [key, after, digest] = [cat(u8(0), A.publicKey), cat(u8(2), varuint(300)), cat(u8(4), same(0x77))];
  const two = [same(0x88), same(0x99)] as const;
  return {
    key,
    'H(key)': hash(key),
    'key claimed': cat(u8(1), A.publicKey, Buffer.alloc(64, 0xaa)),
    'H(key claimed)': hash(key),
    'after 300': after,
    'H(after 300)': hash(after),
    'after claimed': cat(u8(3), varuint(300)),
    'H(after claimed)': hash(after),
    hash: digest,
    'H(hash)': hash(digest),
    'hash claimed': cat(u8(5), same(0x77), varbytes(u8(1, 2, 3))),
    'H(hash claimed)': hash(digest),
    hidden: cat(u8(8), two[0]),
    'H(hidden)': two[0],
    '1 of 2': cat(u8(6, 1, 2), u8(8), two[0], u8(8), two[1]),
    'H(1 of 2)': H(0x0d, u8(1, 2), ...two),
  };
}

function policyLock(lines: Lines, paid: Lines): Computed {
  const preimage = Buffer.from('open sesame');
  const one = H(0x0a, u8(0), A.publicKey);
  const two = H(0x0a, u8(4), sha256(preimage));
  const inner = cat(u8(6, 2, 2), cat(u8(0), B.publicKey), cat(u8(2), varuint(100)));
  const three = H(0x0d, u8(2, 2), H(0x0a, u8(0), B.publicKey), H(0x0a, u8(2), varuint(100)));
  const root = H(0x0d, u8(2, 3), one, two, three);
  const hiding = cat(u8(8), three);
  const claims = cat(u8(6, 2, 3), u8(1), A.publicKey, u8(5), sha256(preimage), hiding);
  const coin = cat(u64(2_000_000_000), u8(1), varbytes(root));
  const sighash = H(0x03, hex(regtest.id), hex(paid.get('body') ?? ''), coin);
  const toSign = H(0x0e, sighash, u32(0), claims);
  const signature = A.sign(toSign);
  const proven = cat(u8(1), A.publicKey, signature, u8(5), sha256(preimage), varbytes(preimage));
  return {
    preimage,
    'hash of key A': one,
    'hash of hash': two,
    'hidden node': inner,
    'hash of hidden': three,
    'root = lock': root,
    claims,
    sighash,
    message: toSign,
    'signature by A': signature,
    witness: cat(u8(6, 2, 3), proven, hiding),
  };
}

function snapshot(): Computed {
  const coin = (index: number, height: number, coinbase: number, amount: number, key: Key): Buffer =>
    cat(
      cat(same(0x11), u32(index).reverse(), u32(height), u8(coinbase), u64(amount)),
      cat(u8(0, 32), key.publicKey),
    );
  const chunk = cat(coin(1, 20, 0, 1_250_000_000, B), coin(256, 19, 1, 2_000_000_000, A));
  const root = (coins: number, total: number, bytes: Buffer): Buffer =>
    H(0x09, hex(regtest.id), u32(20), same(0x22), u64(coins), u64(total), H(0x07, bytes));
  return {
    chunk,
    'chunk hash': H(0x07, chunk),
    root: root(2, 3_250_000_000, chunk),
    'root of no coins': root(0, 0, u8()),
  };
}

function message(lines: Lines): Computed {
  const hash = H(0x0c, hex(regtest.id), Buffer.from(lines.get('text')!.normalize('NFC')));
  return { text: GIVEN, hash, 'signature by A': A.sign(hash) };
}

/** The id is that of the genesis block that the tables of the page describe. */
function parameters(lines: Lines): Computed {
  return Object.fromEntries(
    [...lines.keys()].map((name) => {
      const { parameters: p } = readNetwork(name);
      const hash = parametersHash(p);
      const { header, id } = genesisOf(name, hash, p);
      const worked = BigInt(`0x${argon2id(header, p['powMemoryKiB']!).toString('hex')}`);
      if (worked > targetOf(p['startBits']!)) throw new Error(`the genesis of ${name} has too little work`);
      return [name, `hash ${hash.toString('hex')}id   ${id.toString('hex')}`];
    }),
  );
}

function genesisOf(
  name: string,
  hash: Buffer,
  p: Readonly<Record<string, number>>,
): { header: Buffer; id: Buffer } {
  const output = cat(u64(1), u8(255), varbytes(Buffer.from(name, 'ascii')));
  const body = cat(varuint(1), varuint(0), varuint(0), list([]), list([output]));
  const coinbase = cat(body, list([varbytes(cat(u8(0, 32), hash))]));
  const leaf = H(0x05, H(0x01, body), H(0x02, coinbase));
  const head = cat(u32(0x20000000), Buffer.alloc(32), leaf);
  const header = cat(head, u64(p['genesis time']!), u32(p['startBits']!), u32(0), u32(p['genesis nonce']!));
  return { header, id: H(0x04, header) };
}

function founded(): Computed {
  const file = JSON.parse(section('network-file').join('\n')) as {
    name: string;
    id: string;
    params: Record<string, number | boolean>;
    genesis: { time: number; nonce: number };
  };
  const p = {
    ...Object.fromEntries(Object.entries(file.params).map(([name, value]) => [name, Number(value)])),
    'genesis time': file.genesis.time,
    'genesis nonce': file.genesis.nonce,
  };
  const hash = parametersHash(p);
  const { header, id } = genesisOf(file.name, hash, p);
  if (file.id !== id.toString('hex')) throw new Error('the id of the network file is another');
  const bits = [...id].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = [0, 5, 10, 15, 20, 25].map((at) => LETTERS[parseInt(bits.slice(at, at + 5), 2)]);
  return {
    id,
    'parameters hash': hash,
    header,
    prefix: `k${letters.join('')}`,
    protocols: `/kith/${file.id.slice(0, 8)}/hello/1`,
  };
}

/** `paid`: the transaction that the block has beside its coinbase. */
function block(lines: Lines, paid: Lines | null): Computed {
  const coinbase = hex(lines.get('coinbase')!);
  // The coinbase's body ends before its witness: one item of so many bytes, with a count and a length before it.
  const item = lines.get('coinbase')!.endsWith('010301012a') ? 5 : 36;
  const body = coinbase.subarray(0, coinbase.length - item);
  const [txid, wid] = [H(0x01, body), H(0x02, coinbase)];
  const other = paid === null ? null : hex(paid.get('transaction')!);
  const leaves = [H(0x05, txid, wid)];
  if (paid !== null) leaves.push(H(0x05, hex(paid.get('txid')!), hex(paid.get('wid')!)));
  const root = merkle(0x06, leaves);
  const given = hex(lines.get('header')!);
  const nonce = Number(lines.get('nonce'));
  const header = cat(given.subarray(0, 36), root, given.subarray(68, 84), u32(nonce));
  const p = regtest.parameters;
  const digest = argon2id(header, p['powMemoryKiB']!);
  if (BigInt(`0x${digest.toString('hex')}`) > targetOf(header.readUInt32LE(76)))
    throw new Error('too little work');
  return {
    coinbase: GIVEN,
    'coinbase txid': txid,
    'coinbase wid': wid,
    ...Object.fromEntries(leaves.map((leaf, i) => [`leaf ${i}`, leaf])),
    'Merkle root': root,
    header,
    nonce: GIVEN,
    salt: header.subarray(4, 20),
    Argon2id: digest,
    'block id': H(0x04, header),
    block: cat(header, list(other === null ? [coinbase] : [coinbase, other])),
  };
}

function payment(lines: Lines, first: Lines): Computed {
  const [lockA, lockB] = [A, B].map(({ publicKey }) => cat(u8(0), varbytes(publicKey))) as [Buffer, Buffer];
  const input = cat(hex(first.get('coinbase txid')!), varuint(0));
  const outputs = [cat(u64(1_250_000_000), lockB), cat(u64(2_000_000_000 - 1_250_000_000 - 10_000), lockA)];
  const body = cat(varuint(1), varuint(5), varuint(5 + 1440), list([input]), list(outputs));
  const coin = cat(u64(2_000_000_000), lockA);
  const sighash = H(0x03, hex(regtest.id), body, coin);
  const signature = A.sign(sighash);
  const bytes = cat(body, list([varbytes(signature)]));
  return {
    body,
    txid: H(0x01, body),
    'coin spent': coin,
    sighash,
    signature,
    transaction: bytes,
    wid: H(0x02, bytes),
  };
}
