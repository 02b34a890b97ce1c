import type { ViolationCode } from '../../core/violation.ts';

/**
 * Rules of the wire that a peer can break beside those of core. Like core's they are values with stable codes; what
 * each costs stands in net/peers/penalties.ts.
 */
export type NetworkCode =
  | 'wire-oversize' // a frame declares more bytes than its type may have
  | 'wire-unknown' // a frame type that this protocol doesn't have
  | 'wire-unexpected' // a reply that nobody asked for
  | 'wire-cut' // a stream ended inside a frame, or before the answers that were due, and the connection stayed
  | 'wire-slow' // a frame arrived too slowly
  | 'wire-unread' // the peer doesn't read what it asked for
  | 'request-unanswered' // no answer by the deadline from a peer that answers a ping and another request
  | 'peer-overloaded' // no answer by the deadline from a peer that answers pings, but no request
  | 'request-unsupported' // a request that every node must answer was answered by `unknown`
  | 'handler-failed' // a message made its handler throw: a bug of ours
  | 'hello-missing' // no handshake in time
  | 'hello-network' // a peer of another network
  | 'hello-version' // no protocol version in common
  | 'gossip-flood' // announcements faster than the limit
  | 'gossip-score' // the gossip router's own score of the peer fell below its limit
  | 'headers-unlinked' // headers in one message don't follow each other
  | 'headers-unproven' // a peer claims more work than its headers show
  | 'block-unasked' // another block than the one asked for
  | 'block-withheld' // a peer didn't deliver a block that it says it has
  | 'sync-stalled' // others waited for a peer that sent nothing
  | 'tx-unasked' // another transaction than those asked for
  | 'tx-withheld' // a peer announces payments and has none of them
  | 'records-invalid' // a signed record of a peer that isn't one
  | 'chunk-invalid' // a part of a snapshot that isn't what the chain commits to
  | 'peer-crowded' // it had to make room for others
  | 'peer-silent' // nothing comes from it, not even the answer to a ping
  | 'manual'; // banned by the user

export type PeerViolationCode = ViolationCode | NetworkCode;

/** A broken rule, of core or of the wire, with its evidence. A core `Violation` is one. */
export interface PeerViolation {
  readonly kind: 'violation';
  readonly code: PeerViolationCode;
  readonly evidence?: Readonly<Record<string, string | number>>;
}

export function peerViolation(
  code: PeerViolationCode,
  evidence?: Readonly<Record<string, string | number>>,
): PeerViolation {
  return evidence === undefined ? { kind: 'violation', code } : { kind: 'violation', code, evidence };
}

export function isPeerViolation(value: unknown): value is PeerViolation {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'violation';
}
