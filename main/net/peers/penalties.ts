import type { ViolationCode } from '../../core/violation.ts';
import type { NetworkCode, PeerViolationCode } from '../protocol/wire-violation.ts';

/**
 * What a violation costs its sender. `ignore`: nothing; honest peers do it too (races, policy, clocks, older versions).
 * `disconnect`: the connection ends and nothing counts, since a slow, paused or older peer does it without malice.
 * `note`: counts little. `fault`: counts much. `part`: the connection ends, and ten of them are a ban. `ban`: only
 * malice or a broken program does it. The argument for every code stands in docs/misbehaviour.md, which a test compares
 * with this table.
 */
export type Penalty = 'ignore' | 'disconnect' | 'note' | 'fault' | 'part' | 'ban';

/** Points that a penalty adds to a peer's score; at BAN_SCORE it is banned. */
export const POINTS: Readonly<Record<Penalty, number>> = {
  ignore: 0,
  disconnect: 0,
  note: 5,
  fault: 34,
  part: 10,
  ban: 100,
};
export const BAN_SCORE = 100;
/** Half of a score is forgotten in this time. */
export const SCORE_HALF_LIFE_MS = 10 * 60_000;
export const BAN_SECONDS = 24 * 3600;

/** The penalty for each violation; adding a violation without deciding this does not compile. */
export const PENALTY = {
  // Bytes that don't decode: the encryption below proves that they left the peer this way.
  'codec-truncated': 'ban',
  'codec-varuint': 'ban',
  'codec-length': 'ban',
  'codec-u64': 'ban',
  'codec-trailing': 'ban',
  'codec-order': 'ban',

  // Payments: a node checks what it passes on, so what no context can excuse is malice.
  'tx-too-large': 'ban',
  'tx-no-outputs': 'ban',
  'tx-no-inputs': 'ban',
  'tx-amount': 'ban',
  'tx-output-sum': 'ban',
  'tx-lock-size': 'ban',
  'tx-key-size': 'ban',
  'tx-duplicate-input': 'ban',
  'tx-validity': 'ban',
  'tx-witness-count': 'ban',
  'tx-witness-size': 'ban',
  'tx-signature': 'ban',
  'tx-value': 'fault',
  'tx-input-sum': 'fault',
  // These depend on the tip, and tips differ for seconds.
  'tx-not-yet-valid': 'ignore',
  'tx-expired': 'ignore',
  'coin-missing': 'ignore',
  'coin-immature': 'ignore',
  'lock-policy': 'ignore',

  // Consensus rules of a block whose work is real: it cost its maker more than a ban could, and a peer of an older
  // version may not know the rule. It comes back after every block, so nothing may add up.
  'coinbase-missing': 'disconnect',
  'coinbase-witness': 'disconnect',
  'coinbase-records': 'disconnect',
  'coinbase-height': 'disconnect',
  'coinbase-expires': 'disconnect',
  'coinbase-amount': 'disconnect',
  'snapshot-missing': 'disconnect',
  'snapshot-misplaced': 'disconnect',
  'snapshot-wrong': 'disconnect',
  'block-too-large': 'ban',
  'block-empty': 'part',
  'block-outputs': 'disconnect',
  // Says nothing about the block, all about who sent this body.
  'block-merkle': 'fault',
  'block-orphan': 'ignore',
  'block-invalid': 'disconnect',
  'block-genesis': 'ban',

  'header-height': 'ban',
  'header-bits': 'ban',
  'header-pow': 'ban',
  'header-time-old': 'ban',
  // Their clock or ours.
  'header-time-new': 'ignore',
  'header-orphan': 'ignore',
  'header-on-invalid': 'disconnect',
  'header-low-work': 'ignore',

  'policy-known': 'ignore',
  'policy-coinbase': 'fault',
  'policy-version': 'ignore',
  'policy-lock': 'ignore',
  'policy-dust': 'ignore',
  'policy-feerate': 'ignore',
  'policy-orphan': 'ignore',
  'policy-ancestors': 'ignore',
  'policy-descendants': 'ignore',
  'policy-expires-soon': 'ignore',
  'policy-not-yet-valid': 'ignore',
  'policy-full': 'ignore',
  'policy-conflict': 'ignore',
  'policy-replacement-fee': 'ignore',
  'policy-replacement-count': 'ignore',

  'wire-oversize': 'ban',
  'wire-unknown': 'ban',
  'wire-unexpected': 'ban',
  // Counted only if the connection stays: one that breaks in the middle of a frame is bad luck.
  'wire-cut': 'note',
  'request-unanswered': 'part',
  'request-unsupported': 'disconnect',
  'handler-failed': 'part',
  // A slow line, a suspended computer: the stream or connection ends, which is all that protects us.
  'wire-slow': 'disconnect',
  'wire-unread': 'disconnect',
  'hello-missing': 'disconnect',
  'hello-network': 'ignore',
  'hello-version': 'ignore',
  'gossip-flood': 'note',
  // The router ignores the peer by now. What lowers its score counts here by itself, or comes from restarts and pauses.
  'gossip-score': 'disconnect',
  'headers-unlinked': 'ban',
  'headers-unproven': 'fault',
  'block-unasked': 'fault',
  'block-withheld': 'note',
  'sync-stalled': 'disconnect',
  'tx-unasked': 'fault',
  'tx-withheld': 'note',
  'records-invalid': 'fault',
  // The chain commits to every byte, so nobody sends another by accident.
  'chunk-invalid': 'ban',
  'peer-crowded': 'ignore',
  // Nothing at all arrives from it: it has crashed, is suspended, or lost its line.
  'peer-silent': 'disconnect',
  // A slow computer, not a choice.
  'peer-overloaded': 'disconnect',
  manual: 'ban',
} as const satisfies Record<PeerViolationCode, Penalty>;

type Subject = 'codec' | 'tx' | 'coin' | 'lock' | 'coinbase' | 'snapshot' | 'block' | 'header' | 'policy';

const RULE: Readonly<Record<Subject, string>> = {
  codec: 'It sent a message that cannot be read',
  tx: 'It sent a payment that breaks a rule',
  coin: 'It sent a payment that breaks a rule',
  lock: 'It sent a payment that breaks a rule',
  policy: 'It sent a payment that breaks a rule',
  coinbase: 'It sent a block that breaks a rule',
  snapshot: 'It sent a block that breaks a rule',
  block: 'It sent a block that breaks a rule',
  header: 'It sent a block header that breaks a rule',
};

const REASON: Readonly<Record<NetworkCode, string>> = {
  'wire-oversize': 'It announced a message far larger than allowed.',
  'wire-unknown': 'It sent messages of a kind that does not exist.',
  'wire-unexpected': 'It sent answers that nobody asked for.',
  'wire-cut': 'It broke off in the middle of a message.',
  'request-unanswered': 'It did not answer a request.',
  'request-unsupported': 'It does not support a request that every node must answer.',
  'handler-failed': 'It sent a message that this program could not handle because of a mistake in it.',
  'wire-slow': 'It sent a message so slowly that it blocked the connection.',
  'wire-unread': 'It asked for data and did not take it.',
  'hello-missing': 'It connected and did not introduce itself.',
  'hello-network': 'It belongs to another network.',
  'hello-version': 'It speaks no protocol version that this node knows.',
  'gossip-flood': 'It announced more than anybody could use.',
  'gossip-score': 'It kept breaking the rules of announcing.',
  'headers-unlinked': 'It sent block headers that do not follow each other.',
  'headers-unproven': 'It claimed a longer chain and could not show it.',
  'block-unasked': 'It sent another block than the one asked for.',
  'block-withheld': 'It did not deliver a block that it said it has.',
  'sync-stalled': 'It kept everybody waiting for blocks.',
  'tx-unasked': 'It sent other payments than those asked for.',
  'tx-withheld': 'It announced payments and did not deliver them.',
  'records-invalid': 'It sent addresses of others that nobody has signed.',
  'chunk-invalid': 'It sent a part of a UTXO set that is not the one the chain commits to.',
  'peer-crowded': 'It had to make room for other nodes.',
  'peer-silent': 'Nothing came from it any more.',
  'peer-overloaded': 'It answered pings, but no requests.',
  manual: 'You sent it away.',
};

/** One sentence for people: why a peer was dropped or banned. */
export function reasonOf(code: PeerViolationCode): string {
  if (code in REASON) return REASON[code as NetworkCode];
  const rule = code as ViolationCode;
  return `${RULE[rule.slice(0, rule.indexOf('-')) as Subject]} (${rule}).`;
}
