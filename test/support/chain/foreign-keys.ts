/** The examples of docs/protocol.md about addresses, keys and links, as foreign-examples.ts has all other examples. */
import { createHmac, pbkdf2Sync } from 'node:crypto';
import { cat, hex, Key, sha256, u8 } from './foreign-miner.ts';

/** A line that states something and follows from nothing else on the page. */
export const GIVEN = Symbol('given');

export type Lines = ReadonlyMap<string, string>;
export type Computed = Record<string, string | Uint8Array | typeof GIVEN>;

const A = new Key(1);

export const LETTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

/** BIP-350. */
function address(prefix: string, lockType: number, lock: Uint8Array): string {
  const bits = [...u8(lockType, ...lock)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const words = bits.match(/.{1,5}/g)!.map((five) => parseInt(five.padEnd(5, '0'), 2));
  const codes = [...Buffer.from(prefix, 'ascii')];
  const head = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
  const check = polymod([...head, ...words, 0, 0, 0, 0, 0, 0]) ^ 0x2bc830a3;
  const sum = [25, 20, 15, 10, 5, 0].map((shift) => (check >>> shift) & 31);
  return `${prefix}1${[...words, ...sum].map((word) => LETTERS[word]).join('')}`;
}

function polymod(values: readonly number[]): number {
  const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  return values.reduce((check, value) => {
    const top = check >>> 25;
    const next = ((check & 0x1ffffff) << 5) ^ value;
    return generators.reduce((sum, generator, i) => (((top >>> i) & 1) === 1 ? sum ^ generator : sum), next);
  }, 1);
}

export function keys(lines: Lines): Computed {
  return {
    'seed A': GIVEN,
    'public key A': new Key(hex(lines.get('seed A')!)).publicKey,
    'seed B': GIVEN,
    'public key B': new Key(hex(lines.get('seed B')!)).publicKey,
    'A on regtest': address('rkith', 0, A.publicKey),
    'A on main': address('kith', 0, A.publicKey),
    'type 1, regtest': address('rkith', 1, sha256(A.publicKey)),
  };
}

/** BIP-39 and SLIP-0010. */
export function wallet(lines: Lines): Computed {
  const salt = `mnemonic${lines.get('passphrase')}`;
  const seed = pbkdf2Sync(lines.get('words')!, salt, 2048, 64, 'sha512');
  const split = (key: Uint8Array, data: Uint8Array) => {
    const digest = createHmac('sha512', key).update(data).digest();
    return { key: digest.subarray(0, 32), code: digest.subarray(32) };
  };
  const master = split(Buffer.from('ed25519 seed'), seed);
  const derive = (...path: number[]) =>
    path.reduce((node, step) => {
      const index = Buffer.alloc(4);
      index.writeUInt32BE(0x80000000 + step);
      return split(node.code, cat(u8(0), node.key, index));
    }, master).key;
  const places = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ] as const;
  const rows = places.flatMap(([chain, index]) => {
    const key = derive(44, 7474, 0, chain, index);
    const { publicKey } = new Key(key);
    const at = `${chain}'/${index}'`;
    return [
      [`key ${at}`, key],
      [`public key ${at}`, publicKey],
      [`address ${at}`, address('kith', 0, publicKey)],
    ] as const;
  });
  return {
    entropy: GIVEN,
    // The list of words is that of BIP-39, which this file doesn't repeat.
    words: GIVEN,
    passphrase: GIVEN,
    'BIP-39 seed': seed,
    'master key': master.key,
    'master chain code': master.code,
    ...Object.fromEntries(rows),
  };
}

export function links(): Computed {
  const to = `kith:${address('kith', 0, A.publicKey)}`;
  const label = encodeURIComponent('Café & bar, 50 %');
  return {
    address: to,
    '12.5 KITH': `${to}?amount=1250000000`,
    'and a label': `${to}?amount=1250000000&label=${label}`,
  };
}
