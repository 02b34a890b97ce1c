import type { ViolationCode } from '../../core/violation.ts';

/**
 * Codes of rules of the peer protocol that a peer can break, in addition to those of core. Like those they are stable.
 * net/peers/penalties.ts has their penalties.
 */
export type NetworkCode =
  | 'wire-oversize' // a frame declares a longer body than its type allows
  | 'wire-unknown' // a frame type that this protocol does not have
  | 'wire-unexpected' // a reply without a request
  | 'wire-cut' // a stream ended inside a frame, or before the answers that were due, while the connection stayed open
  | 'wire-slow' // a frame arrived too slowly
  | 'wire-unread' // the peer does not read the answer that it requested
  | 'request-unanswered' // no answer by the deadline from a peer that answers a ping and another request
  | 'peer-overloaded' // no answer by the deadline from a peer that answers pings, but no requests
  | 'request-unsupported' // a request that every node must answer was answered by `unknown`
  | 'handler-failed' // a message made its handler throw: a bug in this program
  | 'hello-missing' // no handshake in time
  | 'hello-network' // a peer of another network
  | 'hello-version' // no protocol version in common
  | 'gossip-flood' // announcements faster than the limit
  | 'gossip-score' // the gossip router's own score of the peer is below its limit
  | 'headers-unlinked' // headers in one message do not follow each other
  | 'headers-unproven' // a peer claims more work than its headers show
  | 'block-unasked' // a block that was not requested
  | 'block-withheld' // a peer did not deliver a block that it claims to have
  | 'sync-stalled' // the peer delayed the sync by sending nothing
  | 'tx-unasked' // a transaction that was not requested
  | 'tx-withheld' // a peer announces transactions and delivers none of them
  | 'records-invalid' // an invalid signed peer record
  | 'chunk-invalid' // a snapshot chunk whose hash is not the one that the chain commits to
  | 'peer-crowded' // evicted, or its requests exceeded what this node can serve
  | 'peer-silent' // no bytes arrive from the peer, not even the answer to a ping
  | 'manual'; // banned by the user

export type PeerViolationCode = ViolationCode | NetworkCode;

/** A broken rule of core or of the peer protocol, with its evidence. Every `Violation` of core is one. */
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
