import { describe, expect, test } from 'vitest';
import { bytesToBigInt, equalBytes } from '../../../../main/core/codec/bytes.ts';
import { toHex } from '../../../../main/core/codec/hex.ts';
import { coinbaseRecords } from '../../../../main/core/consensus/block-rules.ts';
import { bitsToTarget } from '../../../../main/core/consensus/compact.ts';
import { checkParams, type ConsensusParams, parametersHash } from '../../../../main/core/consensus/params.ts';
import {
  BUILT_IN_NETWORKS,
  builtInNetwork,
  LOCAL_NETWORK,
  MAIN_NETWORK,
  TEST_NETWORK,
} from '../../../../main/core/params/built-in-networks.ts';
import { createNetworkOf, createdNetworkHrp, isNetworkName } from '../../../../main/core/params/network.ts';
import {
  CREATED_NETWORK_DEPLOYMENTS,
  isNetworkFileProblem,
  readNetworkFile,
  writeNetworkFile,
} from '../../../../main/core/params/network-file.ts';
import { blockMerkleRoot } from '../../../../main/core/primitives/block.ts';
import { findRecord, RECORD_TAG } from '../../../../main/core/primitives/records.ts';
import { createRandom } from '../../../support/random.ts';
import { powHash } from '../../../support/chain/test-chain.ts';
import { mutate } from '../../../fuzz/mutate.ts';

describe.each(BUILT_IN_NETWORKS.map((network) => [network.name, network] as const))('%s', (_, network) => {
  const { genesis, params, id } = network;

  test('its first block has valid work and commits to the network', () => {
    const { header, transactions } = genesis;
    expect(bytesToBigInt(powHash(header.bytes, params.powMemoryKiB))).toBeLessThanOrEqual(
      bitsToTarget(header.bits),
    );
    expect({ height: header.height, bits: header.bits, prev: toHex(header.prev) }).toEqual({
      height: 0,
      bits: params.startBits,
      prev: '00'.repeat(32),
    });
    expect(toHex(header.merkle)).toBe(toHex(blockMerkleRoot(transactions)));
    expect(
      equalBytes(findRecord(coinbaseRecords(genesis), RECORD_TAG.parameters)!, parametersHash(params)),
    ).toBe(true);
    expect(toHex(id)).toBe(header.idHex);
    expect(builtInNetwork(network.name)).toBe(network);
  });

  test('its parameters are within the limits for all networks', () => {
    expect(checkParams(params)).toBeNull();
    expect(bitsToTarget(params.startBits)).toBeGreaterThan(0n);
    expect(bitsToTarget(params.startBits)).toBeLessThanOrEqual(bitsToTarget(params.powLimit));
  });
});

test('main and test have the ids of their mined first blocks', () => {
  expect(MAIN_NETWORK.idHex).toBe('47dc950fc3a5e9c8795002decd05209cf790741c02c3269e7330c4175607e7bd');
  expect(TEST_NETWORK.idHex).toBe('79be6c2f05e84fb432d49637a4f93520313540d3dbd27207ffcee417db8e0dd1');
  expect(MAIN_NETWORK.launched).toBe(false);
  expect(BUILT_IN_NETWORKS.map(({ hrp }) => hrp)).toEqual(['kith', 'tkith', 'lkith', 'rkith']);
});

test('no two networks have the same parameters hash, and every parameter is part of it', () => {
  const { params } = MAIN_NETWORK;
  const hashes = new Set([toHex(parametersHash(params))]);
  for (const name of Object.keys(params) as (keyof ConsensusParams)[]) {
    const value = params[name];
    const changed = { ...params, [name]: typeof value === 'boolean' ? !value : value + 1 };
    hashes.add(toHex(parametersHash(changed)));
  }
  expect(hashes.size).toBe(1 + Object.keys(params).length);
});

describe('limits on network parameters', () => {
  const base: ConsensusParams = { ...LOCAL_NETWORK.params, spacing: 60, halfLife: 6000 };
  const rows: [name: keyof ConsensusParams, within: number[], beyond: number[]][] = [
    ['spacing', [6, 600], [0, 3601, 1.5, NaN]],
    ['halfLife', [600, 60_000], [599, 60_001, 600.5]],
    ['futureLimit', [1, 86_400], [0, 86_401]],
    ['powMemoryKiB', [8, 8192], [7, 8193]],
    ['maturity', [1, 10_000], [0, 10_001]],
    ['subsidy', [1, 2_000_000_000], [0, 2_000_000_001 + 10, 8.4e15]],
    ['halving', [1, 2_100_000], [0, 2_200_000]],
    ['epoch', [20, 1_000_000], [19, 1_000_001]],
    ['delay', [1, 19], [0, 20, 21]],
    ['snapshotWork', [0, Number.MAX_SAFE_INTEGER], [-1, 2 ** 53]],
    ['bitsPeriod', [18, 1_000_000], [17, 9]],
    ['bitsThreshold', [1, 20], [0, 21]],
  ];
  test.each(rows)('%s', (name, within, beyond) => {
    for (const value of within) expect(checkParams({ ...base, [name]: value }), `${value}`).toBeNull();
    for (const value of beyond) expect(checkParams({ ...base, [name]: value }), `${value}`).toMatch(/./);
  });

  test('the half-life follows the spacing', () => {
    expect(checkParams({ ...base, spacing: 3600, halfLife: 36_000 })).toBeNull();
    expect(checkParams({ ...base, spacing: 1, halfLife: 10 })).toBeNull();
    expect(checkParams({ ...base, spacing: 1, halfLife: 9 })).toMatch(/halfLife/);
  });
});

test('the address prefix of a created network follows from its id', () => {
  const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
  const random = createRandom(8);
  for (let i = 0; i < 50; i++) {
    const id = random.bytes(32);
    const bits = [...id.subarray(0, 4)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    const six = [0, 5, 10, 15, 20, 25]
      .map((at) => letters[Number.parseInt(bits.slice(at, at + 5), 2)])
      .join('');
    expect(createdNetworkHrp(id)).toBe(`k${six}`);
  }
});

test.each([
  ['a', true],
  ['Our network 2', true],
  ['!~', true],
  ['x'.repeat(64), true],
  ['', false],
  ['x'.repeat(65), false],
  [' a', false],
  ['a ', false],
  ['a\n', false],
  ['tab\there', false],
  ['мir', false],
  ['a\u0000', false],
])('%j as a name: %s', (name, good) => expect(isNetworkName(name)).toBe(good));

describe('a network file', () => {
  const facts = {
    defaultPort: 5000,
    bootstrap: ['/ip4/127.0.0.1/tcp/5000'],
    deployments: CREATED_NETWORK_DEPLOYMENTS,
    founded: true,
    launched: true,
  };
  const network = createNetworkOf(
    { name: 'Community', time: 1_800_000_000, nonce: 5 },
    LOCAL_NETWORK.params,
    facts,
  );
  const text = writeNetworkFile(network);
  interface File extends Record<string, unknown> {
    readonly params: Record<string, unknown>;
    readonly genesis: Record<string, unknown>;
  }
  const altered = (change: (file: File) => void): string => {
    const file = JSON.parse(text) as File;
    change(file);
    return JSON.stringify(file);
  };

  test('decodes to the network that was encoded', () => {
    const read = readNetworkFile(text);
    expect(read).toEqual(network);
    expect(network.hrp).toBe(createdNetworkHrp(network.id));
  });

  test.each([
    ['no JSON', text.slice(1), /JSON/],
    ['nothing', '', /JSON/],
    ['a list', '[]', /JSON/],
    ['another format', altered((f) => (f['kith'] = 2)), /format/],
    ['another kind of file', '{"name":"x"}', /another kind of file/],
    ['another name', altered((f) => (f['name'] = 'community')), /id/],
    ['no name', altered((f) => (f['name'] = ' ')), /name/],
    ['another id', altered((f) => (f['id'] = '00'.repeat(32))), /id/],
    ['another subsidy', altered((f) => (f.params['subsidy'] = 1)), /id/],
    ['too much subsidy', altered((f) => (f.params['subsidy'] = 9e15)), /subsidy/],
    ['a parameter less', altered((f) => delete f.params['epoch']), /epoch/],
    ['a parameter that is text', altered((f) => (f.params['epoch'] = '20')), /epoch/],
    ['a start easier than the limit', altered((f) => (f.params['startBits'] = 0x207fffff)), /easier/],
    ['a limit that is no target', altered((f) => (f.params['powLimit'] = 0)), /target/],
    ['a target of five bytes', altered((f) => (f.params['powLimit'] = 0x1_203f_ffff)), /target/],
    ['another time', altered((f) => (f.genesis['time'] = 7)), /id/],
    ['a nonce of 2^32', altered((f) => (f.genesis['nonce'] = 2 ** 32)), /nonce/],
    ['port 0', altered((f) => (f['defaultPort'] = 0)), /port/],
    ['bootstrap that is no list', altered((f) => (f['bootstrap'] = 'x')), /bootstrap/],
    ['too many addresses', altered((f) => (f['bootstrap'] = Array<string>(65).fill('x'))), /bootstrap/],
    ['a megabyte', ' '.repeat(1 << 20) + text, /long/],
  ])('%s is refused', (_, file, why) => {
    const read = readNetworkFile(file);
    expect(isNetworkFileProblem(read) && read.detail).toMatch(why);
  });

  test('any text gives a network or a problem', () => {
    const random = createRandom(21);
    for (let i = 0; i < 2000; i++) {
      const bytes = mutate(new TextEncoder().encode(text), random);
      const read = readNetworkFile(new TextDecoder().decode(bytes));
      // What still passes differs in nothing that the id stands for.
      if (!isNetworkFileProblem(read)) expect(read.idHex).toBe(network.idHex);
    }
  });
});
