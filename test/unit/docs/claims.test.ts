/**
 * Numbers in the sentences of docs/protocol.md and docs/wire.md, each written here with the constant of the code in its
 * place. After a change of a constant or a sentence the test names the one that no longer agrees.
 */
import { describe, expect, test } from 'vitest';
import { checkParams, type ConsensusParams } from '../../../main/core/consensus/params.ts';
import { MAIN_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { MAX_MOTES, toMotes } from '../../../shared/units.ts';
import { readSource, tableRows, valueOf } from '../../support/pages/constants.ts';

/** Without the spaces between groups of digits, and with every line break as a space. */
const plain = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(?<=\d) (?=\d{3}(?!\d))/g, '')
    .replaceAll('`', '');

/** Constants that this file doesn't find any more. */
const missing: string[] = [];

/** NaN when it was moved or renamed, so that the other sentences are compared all the same. */
function constant(file: string, expression: string): number {
  try {
    return valueOf(readSource(file.startsWith('shared/') ? file : `main/${file}`), expression);
  } catch {
    missing.push(`${expression} of ${file}`);
    return NaN;
  }
}
const seconds = (file: string, expression: string): number => constant(file, expression) / 1000;
const minutes = (file: string, expression: string): number => seconds(file, expression) / 60;
const limit = (name: string): number => constant('core/primitives/limits.ts', name);
const policy = (name: string): number => constant('core/policy/policy-limits.ts', name);
const tree = (name: string): number => constant('core/ledger/policy-tree.ts', `POLICY_LIMITS.${name}`);
const net = (file: string, expression: string): number => constant(`net/${file}`, expression);
const frame = (name: string): number => net('protocol/frame-types.ts', name);

function buriedEpochs(): string {
  const source = readSource('main/chain/snapshot-gate.ts');
  return /const BURIED_EPOCHS = (\d+)n;/.exec(source)![1]!;
}

const PROTOCOL: readonly string[] = [
  `from 0 to ${MAX_MOTES} (MAX)`,
  `of their first ${constant('core/ledger/snapshot-record.ts', 'SNAPSHOT_KEY_BYTES')} bytes, compared byte by byte`,
  `header (${limit('HEADER_BYTES')} bytes)`,
  `at most ${limit('MAX_TRANSACTION_BYTES')} bytes; at least one output`,
  `every lock at most ${limit('MAX_LOCK_BYTES')} bytes, and exactly ${limit('KEY_BYTES')} for lock type 0`,
  `exactly one witness item of at most ${limit('MAX_RECORD_BYTES')} bytes`,
  `at most ${constant('core/primitives/address.ts', 'MAX_ADDRESS_LENGTH')} characters. A decoder`,
  `at most ${tree('bytes')} bytes, ${tree('nodes')} nodes, ${tree('depth')} levels below the root`,
  `1 ≤ m ≤ n ≤ ${tree('children')}; a preimage of at most ${tree('preimageBytes')} bytes`,
  `n ≥ the first height of locked-in + ${constant('core/consensus/deployments.ts', 'GRACE_PERIODS')} · bitsPeriod`,
  `chunk ${constant('core/ledger/snapshot-record.ts', 'CHUNK_COINS')} coins`,
  `at least ${buriedEpochs()} · epoch times the work`,
  `(1 to ${constant('core/params/network.ts', 'MAX_NAME_BYTES')} printable ASCII characters`,
  `[multiaddresses, ${constant('core/params/network-file.ts', 'MAX_BOOTSTRAP')} at most]`,
  `at least ${policy('DUST')} motes`,
  `its version is ${policy('KNOWN_VERSION')}`,
  `the tip's height + ${policy('EXPIRY_MARGIN')} or later`,
  `witness included: ${policy('MIN_FEERATE')} motes a byte`,
  `its unconfirmed ancestors are at most ${policy('MAX_ANCESTORS')} transactions`,
  `has at most ${policy('MAX_DESCENDANTS')} descendants`,
  `it replaces at most ${policy('MAX_REPLACED')} transactions`,
  `plus ${policy('REPLACEMENT_INCREMENT')} motes for each of its own bytes`,
  `rises to ${policy('REPLACEMENT_INCREMENT')} motes a byte above`,
  `A mempool holds ${policy('MAX_POOL_USAGE') / 1_000_000} MB, each transaction counted as its bytes + ${policy('ENTRY_OVERHEAD')}`,
  `m/${constant('wallet/keys/key-path.ts', 'PURPOSE')}'/${constant('wallet/keys/key-path.ts', 'COIN_TYPE')}'/account'`,
  `percent-encoded UTF-8, at most ${constant('shared/payment-link.ts', 'MAX_LINK')} characters`,
  `it then has at most ${constant('shared/labels.ts', 'MAX_LABEL')} UTF-16 code units`,
  `or above ${limit('MAX_BLOCK_OUTPUTS') - 1} (getParts)`,
];

const WIRE: readonly string[] = [
  `Data is at most ${net('protocol/announcements.ts', 'MAX_GOSSIP_BYTES')} bytes`,
  `within ${seconds('net/protocol/flow.ts', 'STALL_MS')} s plus one second for each ${net('protocol/flow.ts', 'SLOWEST_BYTES_PER_S')} bytes`,
  `more than ${net('protocol/flow.ts', 'HIGH_WATER') / 1024} KiB of an answer are unread, it must take some bytes every ${seconds('net/protocol/flow.ts', 'STALL_MS')} s, and ${net('protocol/flow.ts', 'SLOWEST_TAKEN_PER_S')} bytes a second`,
  `of at most ${frame('MAX_UNKNOWN_BYTES')} bytes. They are not a violation`,
  `Each waits at most ${seconds('net/protocol/control.ts', 'HELLO_MS')} s`,
  `closes it ${seconds('net/protocol/control.ts', 'WITHOUT_HELLO_MS')} s after it was opened`,
  `ASCII, at most ${net('protocol/hello.ts', 'MAX_SOFTWARE')}`,
  `bytes, at most ${net('protocol/hello.ts', 'MAX_EXTENSION')}: for later versions`,
  `has changed by ${net('peers/announce-services.ts', 'MIN_CHANGE_BLOCKS')} blocks or more`,
  `count varuint ≤ ${frame('MAX_LOCATOR')} \\| id 32`,
  `count varuint ≤ ${frame('MAX_HEADERS')} \\| header 88`,
  `count varuint ≤ ${frame('MAX_BLOCKS_PER_REQUEST')} \\| id 32`,
  `Fewer than ${frame('MAX_HEADERS')} headers mean`,
  `keeps ${net('sync/presync.ts', 'MARK_BYTES')} bytes of a keyed hash of each header`,
  `(a header at most ${net('sync/body-of.ts', 'MAX_AWAITED_DEPTH')} above its tip), it waits up to ${seconds('net/sync/body-of.ts', 'WAIT_MS')} s`,
  `count varuint ≤ ${frame('MAX_TRANSACTIONS_ASKED')} \\| id 32`,
  `count varuint ≤ ${frame('MAX_WIDS_LISTED')} \\| wid 32`,
  `count varuint, 1 to ${frame('MAX_PARTS_ASKED')} \\| gap varuint`,
  `when it has grown to ${frame('MAX_TRANSACTIONS_BYTES') / 1024} KiB`,
  `none of ${net('relay/transaction-fetcher.ts', 'MAX_UNSERVED')} requested wids in a row`,
  `more than ${net('relay/block-parts.ts', 'MAX_SERVED_DEPTH')} below the tip`,
  `or ${seconds('net/relay/private-broadcast.ts', 'ECHO_MS.least')} to ${seconds('net/relay/private-broadcast.ts', 'ECHO_MS.most')} s have passed`,
  `count varuint ≤ ${frame('MAX_RECORDS')} \\| (length varuint \\| record)`,
  `at most ${frame('MAX_RECORD_BYTES_SIGNED')} bytes. Its addresses after the fourth`,
  `on the same connection within ${minutes('net/peers/address-exchange.ts', 'AGAIN_MS') / 2} minutes`,
  `More than ${net('peers/address-exchange.ts', 'OWN_ADDRESS_CHANGES.burst')} at once, or one a minute`,
  `count varuint, 1 to ${net('protocol/announcements.ts', 'MAX_WIDS')} \\| wid 32`.replaceAll('\\|', '|'),
  `the block has at most ${net('protocol/announcements.ts', 'MAX_INLINE_BLOCK')} bytes`,
  `selections by more than ${net('relay/relay-tree.ts', 'PUSHED_TO.total')} peers`,
  `announces it on the topic ${net('relay/block-announcer.ts', 'NET_MS')} ms later`,
  `has no compact block ${net('relay/block-push.ts', 'WAIT_MS')} ms later`,
  `delays its answer by up to ${seconds('net/relay/block-push.ts', 'AWAIT_MS')} s`,
  `count varuint ≤ ${limit('MAX_BLOCK_OUTPUTS')} | whole varuint`,
  `has at most ${constant('core/params/join-link.ts', 'MAX_CHARACTERS')} characters. id`,
  `of at most ${constant('core/params/join-link.ts', 'MAX_ADDRESS')} characters, percent-encoded`,
  `at least ${net('join.ts', 'MIN_LINK_DEPTH')} below the tip`,
  `count varuint ≤ ${frame('MAX_CHUNKS')} \\| chunk hash 32`,
  `A message has at most ${net('nat/autonat-messages.ts', 'DIAL_BACK_CAP')} bytes.`,
  `again every ${net('nat/hole-punching.ts', 'AGAIN_MS')} ms for ${seconds('net/nat/hole-punching.ts', 'STRIKE_MS')} s`,
];

test('the constants are in the files that this test reads', () => expect(missing).toEqual([]));

describe.each([
  ['docs/protocol.md', PROTOCOL],
  ['docs/wire.md', WIRE],
])('%s says', (page, claims) => {
  const text = plain(readSource(page));
  test.each(claims.map((claim) => [plain(claim)]))('%s', (claim) => {
    expect(text.includes(claim), `${page} does not say: ${claim}`).toBe(true);
  });
});

describe('the table of limits in section 3 of docs/protocol.md', () => {
  const page = readSource('docs/protocol.md');
  const rows = tableRows(page.slice(page.indexOf('## 3. '), page.indexOf('## 4. ')));
  test('has the limits of the code', () => {
    expect(rows.map(([, value]) => Number(plain(value!).replace(' B', '')))).toEqual(
      [
        'MAX_BLOCK_BYTES',
        'MAX_BLOCK_OUTPUTS',
        'MAX_TRANSACTION_BYTES',
        'MAX_LOCK_BYTES',
        'MAX_RECORD_BYTES',
      ].map(limit),
    );
  });
});

describe('the bounds of parameters in section 16 of docs/protocol.md', () => {
  const page = readSource('docs/protocol.md');
  const rows = tableRows(
    page.slice(page.indexOf('**Every user can create'), page.indexOf('A **network file**')),
  );
  // Wide enough that each parameter alone decides; the subsidy is small, because all coins together have a bound.
  const base = {
    ...MAIN_NETWORK.params,
    subsidy: toMotes(1),
    halving: 1,
    epoch: 1_000_000,
    delay: 1,
    bitsPeriod: 1_000_000,
    bitsThreshold: 1,
  };
  const spacing = { halfLife: 36_000 };
  const VALUES: Readonly<Record<string, number>> = {
    MAX: MAX_MOTES,
    'epoch - 1': base.epoch - 1,
    bitsPeriod: base.bitsPeriod,
    '2^53 - 1': Number.MAX_SAFE_INTEGER,
  };
  const ranges = rows
    .map(([name, range]) => [name!.replaceAll('`', ''), plain(range!).split(' … ')] as const)
    .filter(([name, bounds]) => name in base && bounds.length === 2 && name !== 'halfLife');

  test('are found', () => expect(ranges.length).toBeGreaterThan(8));

  test.each(ranges)('%s', (name, bounds) => {
    const [least, most] = bounds.map((text) => VALUES[text] ?? Number(text)) as [number, number];
    const isAllowed = (value: number): boolean => {
      const params = { ...base, ...(name === 'spacing' ? spacing : {}), [name]: value } as ConsensusParams;
      const said = checkParams(params);
      return said === null || !said.startsWith(name);
    };
    const halfLifeOf = (value: number): void => void (spacing.halfLife = Math.max(10, value * 10));
    for (const [value, expected] of [
      [least - 1, false],
      [least, true],
      [most, true],
      [most + 1, false],
    ] as const) {
      halfLifeOf(value);
      expect(isAllowed(value), `${name} = ${value}`).toBe(expected);
    }
  });
});
