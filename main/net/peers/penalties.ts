import type { ViolationCode } from '../../core/violation.ts';
import type { NetworkCode, PeerViolationCode } from '../protocol/wire-violation.ts';

/**
 * The penalty for a violation. `ignore`: none, because honest peers do it too (races, policy, clocks, older versions).
 * `disconnect`: the connection is closed without points, because slow, suspended or older peers do it. `note`: few
 * points. `fault`: many points. `part`: the connection is closed, and ten times lead to a ban. `ban`: only malicious or
 * broken programs do it. docs/misbehaviour.md gives the reason for every code; a test compares it with this table.
 */
export type Penalty = 'ignore' | 'disconnect' | 'note' | 'fault' | 'part' | 'ban';

/** Points that a penalty adds to the score of a peer; at BAN_SCORE the peer is banned. */
export const POINTS: Readonly<Record<Penalty, number>> = {
  ignore: 0,
  disconnect: 0,
  note: 5,
  fault: 34,
  part: 10,
  ban: 100,
};
export const BAN_SCORE = 100;
/** The score of a peer halves in this time. */
export const SCORE_HALF_LIFE_MS = 10 * 60_000;
export const BAN_SECONDS = 24 * 3600;

/** The penalty for each violation. A violation code without one does not compile. */
export const PENALTY = {
  // Bytes that cannot be decoded. The connection is encrypted, so the peer sent exactly these bytes.
  'codec-truncated': 'ban',
  'codec-varuint': 'ban',
  'codec-length': 'ban',
  'codec-u64': 'ban',
  'codec-trailing': 'ban',
  'codec-order': 'ban',

  // Transactions. A node checks them before it relays them, so a violation that does not depend on context is
  // malicious.
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
  // These depend on the tip, and tips of nodes differ for seconds.
  'tx-not-yet-valid': 'ignore',
  'tx-expired': 'ignore',
  'coin-missing': 'ignore',
  'coin-immature': 'ignore',
  'lock-policy': 'ignore',

  // Consensus rules of a block with valid proof of work. The block cost its miner more than a ban could, and a peer of
  // an older version may not know the rule. Such a peer repeats the violation with every block, so points must not
  // accumulate.
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
  // The peer sent a wrong body. The block itself may be valid.
  'block-merkle': 'fault',
  'block-orphan': 'ignore',
  'block-invalid': 'disconnect',
  'block-genesis': 'ban',

  'header-height': 'ban',
  'header-bits': 'ban',
  'header-pow': 'ban',
  'header-time-old': 'ban',
  // The clock of either side may be wrong.
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
  // Counted only if the connection stays open: a peer does not choose that its connection breaks inside a frame.
  'wire-cut': 'note',
  'request-unanswered': 'part',
  'request-unsupported': 'disconnect',
  'handler-failed': 'part',
  // A slow connection or a suspended computer. Closing the stream or the connection is enough protection.
  'wire-slow': 'disconnect',
  'wire-unread': 'disconnect',
  'hello-missing': 'disconnect',
  'hello-network': 'ignore',
  'hello-version': 'ignore',
  'gossip-flood': 'note',
  // The gossip router already ignores the peer. The reasons for a low score have their own codes here, or are restarts
  // and pauses.
  'gossip-score': 'disconnect',
  'headers-unlinked': 'ban',
  'headers-unproven': 'fault',
  'block-unasked': 'fault',
  'block-withheld': 'note',
  'sync-stalled': 'disconnect',
  'tx-unasked': 'fault',
  'tx-withheld': 'note',
  'records-invalid': 'fault',
  // The chain commits to every byte, so an honest peer never sends other bytes.
  'chunk-invalid': 'ban',
  'peer-crowded': 'ignore',
  // No bytes arrive: the peer has crashed, is suspended, or is offline.
  'peer-silent': 'disconnect',
  // The computer of the peer is too slow.
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
  'wire-oversize': 'It announced a message that is larger than allowed.',
  'wire-unknown': 'It sent messages of an unknown type.',
  'wire-unexpected': 'It sent a reply without a request.',
  'wire-cut': 'It closed a stream in the middle of a message.',
  'request-unanswered': 'It did not answer a request.',
  'request-unsupported': 'It does not support a request that every node must answer.',
  'handler-failed': 'It sent a message that this program failed to process because of a bug in this program.',
  'wire-slow': 'It sent a message so slowly that it blocked the connection.',
  'wire-unread': 'It requested data and did not read it.',
  'hello-missing': 'It connected and did not complete the handshake.',
  'hello-network': 'It belongs to another network.',
  'hello-version': 'It supports no protocol version that this node supports.',
  'gossip-flood': 'It sent announcements faster than allowed.',
  'gossip-score': 'It repeatedly broke the rules for announcements.',
  'headers-unlinked': 'It sent block headers that do not follow each other.',
  'headers-unproven': 'It claimed a chain with more work and did not deliver its headers.',
  'block-unasked': 'It sent a block that was not requested.',
  'block-withheld': 'It did not deliver a block that it claimed to have.',
  'sync-stalled': 'It delayed the sync by not delivering blocks.',
  'tx-unasked': 'It sent a transaction that was not requested.',
  'tx-withheld': 'It announced transactions and did not deliver them.',
  'records-invalid': 'It sent addresses of other nodes without a valid signature.',
  'chunk-invalid': 'It sent a snapshot chunk that does not match the chain.',
  'peer-crowded': 'It was disconnected to free a slot for other nodes.',
  'peer-silent': 'It sent no data any more.',
  'peer-overloaded': 'It answered pings, but no requests.',
  manual: 'You disconnected or banned it.',
};

/** The reason for a disconnect or a ban, as one sentence for the user. */
export function reasonOf(code: PeerViolationCode): string {
  if (code in REASON) return REASON[code as NetworkCode];
  const rule = code as ViolationCode;
  return `${RULE[rule.slice(0, rule.indexOf('-')) as Subject]} (${rule}).`;
}
