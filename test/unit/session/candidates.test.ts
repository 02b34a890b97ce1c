import { beforeAll, beforeEach, expect, test } from 'vitest';
import { faultOf } from '../../../shared/errors.ts';
import { TEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { formatJoinLink } from '../../../main/core/params/join-link.ts';
import type { Network } from '../../../main/core/params/network.ts';
import { systemClock } from '../../../main/lib/clock.ts';
import { systemRandom } from '../../../main/lib/random.ts';
import { mineNetwork } from '../../../main/mining/mine-network.ts';
import { networkFileHash, networkFileOf } from '../../../main/net/join.ts';
import { powHash } from '../../../main/workers/pow.ts';
import { type Candidates, createCandidates } from '../../../main/session/candidates.ts';
import { createKnownNetworks, type KnownNetworks } from '../../../main/session/known-networks.ts';
import { newFolder } from '../../support/folder.ts';

const AT = ['/ip4/127.0.0.1/tcp/1/p2p/12D3KooWa', '/ip4/127.0.0.1/tcp/2/p2p/12D3KooWb'];
let ours: Network;
let text: string;
/** What the nodes of a link send. */
let sent: string | null;
let release: (() => void) | null;
let candidates: Candidates;

beforeAll(async () => {
  const parameters = { name: 'Our street', spacing: 1, defaultPort: 4000, bootstrap: [] };
  ours = await mineNetwork(parameters, powHash, systemClock.now());
  text = networkFileOf(ours);
});
let known: KnownNetworks;
beforeEach(() => {
  sent = text;
  release = null;
  known = createKnownNetworks(newFolder());
  candidates = createCandidates({
    known,
    clock: systemClock,
    random: systemRandom,
    async askNodes(link, wanted) {
      if (release !== null) await new Promise<void>((resolve) => (release = resolve));
      const file = wanted === null ? null : sent;
      return { file, nodes: link.addresses.map((address, i) => ({ address, answered: i === 0 })) };
    },
  });
});

const linkTo = (network: Network, file: string | null): string =>
  formatJoinLink({
    id: network.id,
    file: file === null ? null : networkFileHash(file),
    block: { height: 12, id: network.id, work: 100n },
    addresses: AT,
  });
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: unknown) => faultOf(error).code,
  );

test('a network file shows its name, age and block time, and can then be opened by its id', async () => {
  expect(await codeOf(Promise.resolve().then(() => candidates.find(ours.idHex)))).toBe('network-not-known');
  expect(await candidates.preview({ file: text })).toEqual({
    id: ours.idHex,
    name: 'Our street',
    kind: 'created',
    launched: true,
    spacing: 1,
    created: ours.genesis.header.time,
    known: false,
    openedAt: null,
    link: null,
  });
  expect(candidates.find(ours.idHex).network.idHex).toBe(ours.idHex);
});

test('a link shows also its height and which nodes answered, and is kept for the opening', async () => {
  const link = linkTo(ours, text);
  const preview = await candidates.preview({ link: `  ${link}\n` });
  expect(preview).toMatchObject({ id: ours.idHex, name: 'Our street' });
  expect(preview.link).toEqual({
    height: 12,
    nodes: [
      { address: AT[0], answered: true },
      { address: AT[1], answered: false },
    ],
  });
  expect(candidates.find(ours.idHex).link).toBe(link);
});

test('a preview of a link changes nothing about a network that was opened before', async () => {
  const { idHex: id, name } = TEST_NETWORK;
  known.opened({ id, name, created: false, datadir: 'test', link: null, addedAt: 1, openedAt: 1 });
  const hostile = linkTo(TEST_NETWORK, null);
  await candidates.preview({ link: hostile });
  // From the list it opens as before; only the form that showed the link opens it with the link.
  expect(candidates.find(id).link).toBeNull();
  expect(candidates.seen(id).link).toBe(hostile);
});

test('a link to a built-in network needs no file', async () => {
  expect(await candidates.preview({ link: linkTo(TEST_NETWORK, null) })).toMatchObject({ name: 'test' });
  expect(await candidates.preview({ builtIn: 'test' })).toMatchObject({ name: 'test', link: null });
  expect(candidates.find(TEST_NETWORK.idHex).link).toBeNull();
});

test.each([
  ['no link', 'join-link-invalid', () => 'kith:join?id=1'],
  ['a link to a network without a file', 'join-link-invalid', () => linkTo(ours, null)],
  ['a link whose file is another network', 'join-link-invalid', () => linkTo(TEST_NETWORK_LIKE(), text)],
])('%s is refused with %s', async (_what, code, link) => {
  expect(await codeOf(candidates.preview({ link: link() }))).toBe(code);
});

/** A network that nobody knows. */
const TEST_NETWORK_LIKE = (): Network => ({
  ...ours,
  id: new Uint8Array(32).fill(7),
  idHex: '07'.repeat(32),
});

test.each([
  ['nobody sends the file', 'join-unreachable', null],
  ['the file is no network', 'network-file-invalid', '{}'],
])('when %s, that is %s', async (_what, code, file) => {
  sent = file;
  expect(await codeOf(candidates.preview({ link: linkTo(ours, text) }))).toBe(code);
  expect(await codeOf(Promise.resolve().then(() => candidates.find(ours.idHex)))).toBe('network-not-known');
});

test.each([
  ['no JSON', '<html>'],
  ['another kind of file', '{"hello":1}'],
  ['a changed name', ''],
  ['a first block without work', ''],
])('a file with %s is refused', async (what, given) => {
  let file = given;
  if (what === 'a changed name') file = text.replace('Our street', 'Our Street');
  if (what === 'a first block without work') {
    const hard = { ...ours.params, powLimit: 0x1f00ffff, startBits: 0x1d00ffff };
    const { createNetworkOf } = await import('../../../main/core/params/network.ts');
    const facts = { ...ours, hrp: ours.hrp };
    file = networkFileOf(createNetworkOf({ name: ours.name, time: 1, nonce: 1 }, hard, facts));
  }
  expect(await codeOf(candidates.preview({ file }))).toBe('network-file-invalid');
});

test('two links can be previewed at the same time, and a third one waits', async () => {
  release = () => undefined;
  const link = linkTo(ours, text);
  const both = [candidates.preview({ link }), candidates.preview({ link })];
  expect(await codeOf(candidates.preview({ link }))).toBe('networks-busy');
  void both;
});

test('no more candidates are kept than the newest ones', async () => {
  const { createNetworkOf } = await import('../../../main/core/params/network.ts');
  const many = Array.from({ length: 17 }, (_, i) =>
    createNetworkOf({ name: `n${i}`, time: 1, nonce: i }, ours.params, ours),
  );
  for (const network of many) candidates.add({ network, link: null });
  expect(() => candidates.find(many[0]!.idHex)).toThrow();
  expect(candidates.find(many[16]!.idHex).network.name).toBe('n16');
});
