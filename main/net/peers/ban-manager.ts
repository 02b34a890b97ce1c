import type { Log } from '../../lib/log.ts';
import { hostPart, isRelayed } from '../transport/multiaddrs.ts';
import type { Offence, OffenceCode } from '../protocol/wire-violation.ts';
import type { Bans } from './ban-list.ts';
import { BAN_SCORE, BAN_SECONDS, PENALTY, POINTS, reasonOf } from './penalties.ts';
import type { Scores } from './scores.ts';

export interface JusticeDeps {
  readonly bans: Bans;
  readonly scores: Scores;
  readonly log: Log;
  /** The address of a connected peer. */
  locate(peerId: string): string | null;
  /** Ends the connections with a peer. */
  part(peerId: string, code: OffenceCode): void;
  /** Something was counted against a peer. */
  judged(verdict: Verdict): void;
}

/** What an offence led to. */
export interface Verdict {
  readonly id: string;
  /** Null when it isn't connected any more. */
  readonly address: string | null;
  readonly code: OffenceCode;
  readonly banned: boolean;
}

/** Turns offences into points, partings and bans. */
export type Justice = (peerId: string, offence: Offence) => void;

export function createJustice(deps: JusticeDeps): Justice {
  const { bans, scores, log } = deps;

  return (peerId, offence) => {
    const penalty = PENALTY[offence.code];
    if (penalty === 'ignore') return;
    const score = scores.add(peerId, POINTS[penalty], offence.code);
    const address = deps.locate(peerId);
    // Whoever sent it, the mistake is ours.
    const level = offence.code === 'handler-failed' ? 'error' : 'info';
    log[level]('a peer broke a rule', {
      peer: peerId,
      code: offence.code,
      penalty,
      score: Math.round(score),
      ...(offence.evidence === undefined ? {} : { evidence: offence.evidence }),
    });
    const banned = score >= BAN_SCORE;
    deps.judged({ id: peerId, address, code: offence.code, banned });
    if (banned) {
      const ban = {
        id: peerId,
        address: address === null ? null : hostToDiscourage(address),
        seconds: BAN_SECONDS,
        code: offence.code,
        reason: reasonOf(offence.code),
      };
      bans
        .add(ban)
        .catch((error: unknown) => log.error('a ban could not be saved', { error: String(error) }));
      scores.clear(peerId);
      deps.part(peerId, offence.code);
    } else if (penalty === 'part' || penalty === 'disconnect') deps.part(peerId, offence.code);
  };
}

// The host in a relayed address is the relay's, who did nothing, and on loopback all nodes of a demo live.
function hostToDiscourage(address: string): string | null {
  const host = isRelayed(address) ? null : hostPart(address);
  return host === '/ip4/127.0.0.1' || host === '/ip6/::1' ? null : host;
}
