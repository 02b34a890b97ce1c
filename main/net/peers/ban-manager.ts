import type { Log } from '../../lib/log.ts';
import { isRelayed } from '../transport/multiaddrs.ts';
import { sourceOf } from '../transport/pool-source.ts';
import type { PeerViolation, PeerViolationCode } from '../protocol/wire-violation.ts';
import type { Bans } from './ban-list.ts';
import { BAN_SCORE, BAN_SECONDS, PENALTY, POINTS, reasonOf } from './penalties.ts';
import type { Scores } from './scores.ts';

export interface BanManagerDeps {
  readonly bans: Bans;
  readonly scores: Scores;
  readonly log: Log;
  /** The address of a peer if it is connected. */
  locate(peerId: string): string | null;
  /** Closes the connections with a peer. */
  part(peerId: string, code: PeerViolationCode): void;
  /** A violation was counted against a peer. */
  penalised(verdict: CountedViolation): void;
}

/** The result of a violation. */
export interface CountedViolation {
  readonly id: string;
  /** Null when the peer is no longer connected. */
  readonly address: string | null;
  readonly code: PeerViolationCode;
  readonly banned: boolean;
}

/** Turns violations into points, disconnects and bans. */
export type BanManager = (peerId: string, peerViolation: PeerViolation) => void;

export function createBanManager(deps: BanManagerDeps): BanManager {
  const { bans, scores, log } = deps;

  return (peerId, peerViolation) => {
    const penalty = PENALTY[peerViolation.code];
    if (penalty === 'ignore') return;
    const score = scores.add(peerId, POINTS[penalty], peerViolation.code);
    const address = deps.locate(peerId);
    // `handler-failed` is a bug of this program, whichever peer sent the message.
    const level = peerViolation.code === 'handler-failed' ? 'error' : 'info';
    log[level]('a peer broke a rule', {
      peer: peerId,
      code: peerViolation.code,
      penalty,
      score: Math.round(score),
      ...(peerViolation.evidence === undefined ? {} : { evidence: peerViolation.evidence }),
    });
    const banned = score >= BAN_SCORE;
    deps.penalised({ id: peerId, address, code: peerViolation.code, banned });
    if (banned) {
      const ban = {
        id: peerId,
        address: address === null ? null : hostToDiscourage(address),
        seconds: BAN_SECONDS,
        code: peerViolation.code,
        reason: reasonOf(peerViolation.code),
      };
      bans
        .add(ban)
        .catch((error: unknown) => log.error('a ban could not be saved', { error: String(error) }));
      scores.clear(peerId);
      deps.part(peerId, peerViolation.code);
    } else if (penalty === 'part' || penalty === 'disconnect') deps.part(peerId, peerViolation.code);
  };
}

// No host for a relayed address: it belongs to the relay, which broke no rule. None on loopback: all nodes of a demo
// share one host.
const hostToDiscourage = (address: string): string | null =>
  isRelayed(address) ? null : sourceOf(address).host;
