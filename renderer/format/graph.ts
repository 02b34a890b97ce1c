import type { Peer } from '../../shared/contract/peers.ts';
import { polar } from './ring.ts';

/** A peer on the map. The lower its ping, the nearer it is to the centre. */
export interface GraphPeer {
  readonly peer: Peer;
  readonly x: number;
  readonly y: number;
}

/** A ring of equal ping around the centre, with the position of its label. */
export interface GraphRing {
  readonly ms: number;
  readonly rx: number;
  readonly ry: number;
  readonly label: { readonly x: number; readonly y: number };
}

export interface Graph {
  readonly peers: readonly GraphPeer[];
  readonly rings: readonly GraphRing[];
}

/** Half of the height of the rings. */
const INNER = 92;
const OUTER = 225;
/** The rings are ellipses, because windows are wider than high. */
const STRETCH = 1.75;

/**
 * Places peers around the centre at equal angles, ordered by id, so that the same peers always give the same picture.
 * The ping only changes the distance from the centre. There is a ring for each power of ten.
 */
export function drawGraph(peers: readonly Peer[]): Graph {
  const ordered = [...peers].sort((a, b) => (a.id < b.id ? -1 : 1));
  const { low, high } = decades(ordered.flatMap((peer) => peer.latencyMs ?? []));
  const radius = (ms: number | null): number => {
    if (ms === null) return OUTER;
    const share = (Math.log10(Math.max(ms, 10 ** low)) - low) / (high - low);
    return INNER + (OUTER - INNER) * Math.min(1, share);
  };
  const at = (turn: number, r: number): { x: number; y: number } => {
    const { x, y } = polar(turn, r);
    return { x: x * STRETCH, y };
  };
  // Labels are in the gap before the first peer.
  const gap = 1 - 0.375 / Math.max(1, ordered.length);
  const rings = Array.from({ length: high - low + 1 }, (_, i) => {
    const r = INNER + ((OUTER - INNER) * i) / (high - low);
    return { ms: 10 ** (low + i), rx: r * STRETCH, ry: r, label: at(gap, r) };
  });
  return {
    peers: ordered.map((peer, i) => ({
      peer,
      ...at((i + 0.125) / ordered.length, radius(peer.latencyMs)),
    })),
    rings,
  };
}

/** The exponents of the powers of ten that enclose all pings; at least two apart. */
function decades(ms: readonly number[]): { low: number; high: number } {
  const known = ms.map((value) => Math.min(10_000, Math.max(0.1, value)));
  if (known.length === 0) return { low: 0, high: 2 };
  const low = Math.floor(Math.log10(Math.min(...known)));
  return { low, high: Math.max(low + 2, Math.ceil(Math.log10(Math.max(...known)))) };
}
