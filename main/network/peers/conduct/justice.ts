import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log/log.ts';
import { hostPart, isRelayed } from '../../host/naming/addresses.ts';
import type { Offence, OffenceCode } from '../../wire/offence.ts';
import type { Bans } from './bans.ts';
import { BAN_SCORE, BAN_SECONDS, PENALTY, POINTS, reasonOf } from './penalties.ts';
import type { Scores } from './scores.ts';

export interface JusticeDeps {
  readonly bans: Bans;
  readonly scores: Scores;
  readonly clock: Clock;
  readonly log: Log;
  /** The address of a connected peer, and how many connected peers share its host. */
  locate(peerId: string): { readonly address: string; readonly sharers: number } | null;
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

/** So many banned names from one host, and it is the host: names cost nothing. */
const BANS_OF_A_HOST = 3;
const MOST_HOSTS = 1000;

export function createJustice(deps: JusticeDeps): Justice {
  const { bans, scores, clock, log } = deps;
  // Until a time of the monotonic clock.
  const banned = new Map<string, { count: number; readonly untilMs: number }>();

  // Peers behind one address must not suffer for each other at once, least of all all nodes of a demo on one machine.
  function hostToBan(address: string, sharers: number): string | null {
    const host = hostPart(address);
    // The host in a relayed address is the relay's, who did nothing.
    if (host === null || isRelayed(address) || host === '/ip4/127.0.0.1' || host === '/ip6/::1') return null;
    const known = banned.get(host);
    const record = known !== undefined && known.untilMs > clock.ms() ? known : null;
    const count = (record?.count ?? 0) + 1;
    banned.delete(host);
    banned.set(host, { count, untilMs: record?.untilMs ?? clock.ms() + BAN_SECONDS * 1000 });
    if (banned.size > MOST_HOSTS) banned.delete(banned.keys().next().value!);
    return sharers > 1 && count < BANS_OF_A_HOST ? null : host;
  }

  return (peerId, offence) => {
    const penalty = PENALTY[offence.code];
    if (penalty === 'ignore') return;
    const score = scores.add(peerId, POINTS[penalty], offence.code);
    const place = deps.locate(peerId);
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
    deps.judged({ id: peerId, address: place?.address ?? null, code: offence.code, banned });
    if (banned) {
      const ban = {
        id: peerId,
        address: place === null ? null : hostToBan(place.address, place.sharers),
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
