/** The worked examples of docs/protocol.md that need no mined chain but that of one genesis block. */
import { bytesToBigInt } from '../../../main/core/codec/bytes.ts';
import { bitsToTarget } from '../../../main/core/consensus/compact.ts';
import { nextStanding, signals, type DeploymentStanding } from '../../../main/core/consensus/deployments.ts';
import { type HeaderView, medianTimePast } from '../../../main/core/consensus/header-rules.ts';
import { type ConsensusParams, parametersHash, subsidyAt } from '../../../main/core/consensus/params.ts';
import { publicKeyFromSeed } from '../../../main/core/crypto/ed25519.ts';
import { DOMAIN } from '../../../main/core/crypto/hash.ts';
import { merkleRoot } from '../../../main/core/crypto/merkle.ts';
import { encodePolicy, policyHash, type PolicyNode } from '../../../main/core/ledger/policy-tree.ts';
import { MAIN_NETWORK, REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { CREATED_NETWORK_DEPLOYMENTS, writeNetworkFile } from '../../../main/core/params/network-file.ts';
import { createGenesis, createNetworkOf, type Network } from '../../../main/core/params/network.ts';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { LOCK_KEY } from '../../../main/core/primitives/coin.ts';
import { encodeRecords, RECORD_TAG } from '../../../main/core/primitives/records.ts';
import { CHAIN, deriveChain, deriveKeySeed } from '../../../main/wallet/keys/key-path.ts';
import { mnemonicToSeed, wordsOf } from '../../../main/core/crypto/mnemonic.ts';
import { encodePaymentLink } from '../../../shared/payment-link.ts';
import { slip10Master } from '../../../main/wallet/keys/slip10.ts';
import { toMotes } from '../../../shared/units.ts';
import { example, type Example, type Row } from '../pages/example.ts';
import { powHash } from './test-chain.ts';

export async function furtherExamples(): Promise<Example[]> {
  const { id, idHex, hrp, genesis, params } = foundedExample();
  return [
    example('merkle', merkleRows()),
    example('records', recordRows()),
    example('median', medianRows()),
    example('subsidy', subsidyRows()),
    example('deployment', deploymentRows()),
    example('policy-nodes', policyNodeRows()),
    { name: 'network-file', text: writeNetworkFile(foundedExample()).trimEnd() },
    example('founded', [
      ['id', id],
      ['prefix', hrp],
      ['parameters hash', parametersHash(params)],
      ['header', genesis.header.bytes],
      ['protocols', `/kith/${idHex.slice(0, 8)}/hello/1`],
    ]),
    example('wallet', await walletRows()),
    example('links', linkRows()),
  ];
}

const filled = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

function merkleRows(): Row[] {
  const leaves = [filled(0x11), filled(0x22), filled(0x33), filled(0x44), filled(0x55)];
  return leaves.map((_, i): Row => {
    const count = i + 1;
    return [`root of ${count}`, merkleRoot(leaves.slice(0, count), DOMAIN.merkleNode)];
  });
}

function recordRows(): Row[] {
  const nonce = { tag: RECORD_TAG.extraNonce, bytes: Uint8Array.of(0xbe, 0xef) };
  const root = { tag: RECORD_TAG.snapshotRoot, bytes: filled(0x66) };
  return [
    ['none', encodeRecords([])],
    ['extra nonce beef', encodeRecords([nonce])],
    ['and a root', encodeRecords([nonce, root])],
  ];
}

function medianRows(): Row[] {
  const lists = [
    [1000],
    [1000, 1005],
    [1000, 1005, 1010],
    [1000, 1060, 1050, 1180, 1200, 1190, 1300, 1400, 1390, 1500, 1480],
  ];
  return lists.map((times): Row => {
    let last: HeaderView | null = null;
    times.forEach((time, height) => (last = { height, time, bits: 0, prev: last }));
    return [`median of ${times.length}`, `${medianTimePast(last!)}\nof ${times.join(' ')}`];
  });
}

function subsidyRows(): Row[] {
  const heights = [0, 1, 2_099_999, 2_100_000, 4_200_000, 63_000_000, 65_100_000];
  return heights.map((height): Row => [`main ${height}`, subsidyAt(height, MAIN_NETWORK.params)]);
}

/** regtest: periods of 20 blocks, 18 of which must signal. */
function deploymentRows(): Row[] {
  const [deployment] = REGTEST_NETWORK.deployments;
  const { params } = REGTEST_NETWORK;
  const versions = [0x2000_0000, 0x2000_0001, 0x0000_0001, 0xe000_0001, 0x3fff_ffff];
  const signalling = versions.map((version): Row => {
    const shown = `0x${version.toString(16).padStart(8, '0')}`;
    return [shown, signals(version, deployment!.bit) ? 'signals' : 'does not signal'];
  });
  let standing: DeploymentStanding = { state: 'defined', since: 0 };
  const states = [0, 17, 18, 0, 0, 0].map((signalled, period): Row => {
    const next = (period + 1) * params.bitsPeriod;
    standing = nextStanding(standing, signalled, next, deployment!, params);
    return [`from ${next}`, `${standing.state} (${signalled} of the 20 blocks before signal)`];
  });
  return [...signalling, ...states];
}

function policyNodeRows(): Row[] {
  const key = publicKeyFromSeed(filled(1));
  const nodes: readonly (readonly [string, PolicyNode])[] = [
    ['key', { kind: 'key', key, signature: null }],
    ['key claimed', { kind: 'key', key, signature: new Uint8Array(64).fill(0xaa) }],
    ['after 300', { kind: 'after', height: 300, claimed: false }],
    ['after claimed', { kind: 'after', height: 300, claimed: true }],
    ['hash', { kind: 'hash', hash: filled(0x77), preimage: null }],
    ['hash claimed', { kind: 'hash', hash: filled(0x77), preimage: Uint8Array.of(1, 2, 3) }],
    ['hidden', { kind: 'hidden', hash: filled(0x88) }],
    ['1 of 2', { kind: 'threshold', m: 1, children: [hidden(0x88), hidden(0x99)] }],
  ];
  return nodes.flatMap(([name, node]): Row[] => [
    [name, encodePolicy(node)],
    [`H(${name})`, policyHash(node)],
  ]);
}

const hidden = (byte: number): PolicyNode => ({ kind: 'hidden', hash: filled(byte) });

let founded: Network | null = null;

/** A founded network with the parameters of regtest, its genesis with the smallest nonce. */
export function foundedExample(): Network {
  if (founded !== null) return founded;
  const params: ConsensusParams = REGTEST_NETWORK.params;
  const facts = {
    defaultPort: 51_475,
    bootstrap: ['/ip4/192.0.2.7/tcp/51475'],
    deployments: CREATED_NETWORK_DEPLOYMENTS,
    founded: true,
    launched: true,
  };
  const seed = { name: 'Example', time: 1_795_305_600 };
  for (let nonce = 0; ; nonce++) {
    const { header } = createGenesis({ ...seed, nonce }, params);
    const digest = powHash(header.bytes, params.powMemoryKiB);
    if (bytesToBigInt(digest) > bitsToTarget(header.bits)) continue;
    founded = createNetworkOf({ ...seed, nonce }, params, facts);
    return founded;
  }
}

async function walletRows(): Promise<Row[]> {
  const entropy = new Uint8Array(16).fill(0x01);
  const words = wordsOf(entropy);
  const seed = await mnemonicToSeed(words, 'a passphrase');
  const master = slip10Master(seed);
  const keys = ([CHAIN.receive, CHAIN.change] as const).flatMap((chain) =>
    [0, 1].flatMap((index): Row[] => {
      const key = deriveKeySeed(deriveChain(seed, 0, chain), index);
      const lock = publicKeyFromSeed(key);
      return [
        [`key ${chain}'/${index}'`, key],
        [`public key ${chain}'/${index}'`, lock],
        [`address ${chain}'/${index}'`, encodeAddress(MAIN_NETWORK.hrp, { lockType: LOCK_KEY, lock })],
      ];
    }),
  );
  return [
    ['entropy', entropy],
    ['words', words],
    ['passphrase', 'a passphrase'],
    ['BIP-39 seed', seed],
    ['master key', master.key],
    ['master chain code', master.chainCode],
    ...keys,
  ];
}

function linkRows(): Row[] {
  const lock = publicKeyFromSeed(filled(1));
  const address = encodeAddress(MAIN_NETWORK.hrp, { lockType: LOCK_KEY, lock });
  return [
    ['address', encodePaymentLink({ address })],
    ['12.5 KITH', encodePaymentLink({ address, amount: toMotes(1_250_000_000) })],
    [
      'and a label',
      encodePaymentLink({ address, amount: toMotes(1_250_000_000), label: 'Café & bar, 50 %' }),
    ],
  ];
}
