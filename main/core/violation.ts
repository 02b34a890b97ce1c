/**
 * A broken rule is a value, never an exception. Each rule has one stable code that tests, logs, penalties and the app
 * share; docs/protocol.md lists them.
 */

/** Rules of the byte formats (protocol.md §1 and §17). */
export type CodecCode =
  'codec-truncated' | 'codec-varuint' | 'codec-length' | 'codec-u64' | 'codec-trailing' | 'codec-order';

/** Rules of a transaction by itself and against the coins that it spends (protocol.md §17). */
export type TransactionCode =
  | 'tx-too-large'
  | 'tx-no-outputs'
  | 'tx-no-inputs'
  | 'tx-amount'
  | 'tx-output-sum'
  | 'tx-lock-size'
  | 'tx-key-size'
  | 'tx-duplicate-input'
  | 'tx-validity'
  | 'tx-not-yet-valid'
  | 'tx-expired'
  | 'tx-witness-count'
  | 'tx-witness-size'
  | 'tx-signature'
  | 'tx-value'
  | 'tx-input-sum'
  | 'coin-missing'
  | 'coin-immature'
  | 'lock-policy';

/** Rules of the coinbase and its records. */
export type CoinbaseCode =
  | 'coinbase-missing'
  | 'coinbase-witness'
  | 'coinbase-records'
  | 'coinbase-height'
  | 'coinbase-expires'
  | 'coinbase-amount'
  | 'snapshot-missing'
  | 'snapshot-misplaced'
  | 'snapshot-wrong';

export type HeaderCode =
  | 'header-height'
  | 'header-bits'
  | 'header-pow'
  | 'header-time-old'
  | 'header-time-new'
  | 'header-orphan'
  | 'header-on-invalid'
  | 'header-low-work';

export type BlockCode =
  | 'block-too-large'
  | 'block-empty'
  | 'block-outputs'
  | 'block-merkle'
  | 'block-orphan'
  | 'block-invalid'
  | 'block-genesis';

/** Relay policy: transactions that a block may contain but nodes do not relay (protocol.md §18). */
export type PolicyCode =
  | 'policy-known'
  | 'policy-coinbase'
  | 'policy-version'
  | 'policy-lock'
  | 'policy-dust'
  | 'policy-feerate'
  | 'policy-orphan'
  | 'policy-ancestors'
  | 'policy-descendants'
  | 'policy-expires-soon'
  | 'policy-not-yet-valid'
  | 'policy-full'
  | 'policy-conflict'
  | 'policy-replacement-fee'
  | 'policy-replacement-count';

export type ViolationCode = CodecCode | TransactionCode | CoinbaseCode | HeaderCode | BlockCode | PolicyCode;

export interface Violation {
  readonly kind: 'violation';
  readonly code: ViolationCode;
  readonly evidence?: Readonly<Record<string, string | number>>;
}

/** The result of a rule: null if it is satisfied. */
export type Verdict = Violation | null;

export function violation(
  code: ViolationCode,
  evidence?: Readonly<Record<string, string | number>>,
): Violation {
  return evidence === undefined ? { kind: 'violation', code } : { kind: 'violation', code, evidence };
}

export function isViolation(value: unknown): value is Violation {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'violation';
}
