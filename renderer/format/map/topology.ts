import type { KnownAddresses } from '../../../shared/contract/network.ts';
import type { Peer } from '../../../shared/contract/peers.ts';
import { drawGraph, type GraphRing } from '../graph.ts';
import { group as grouped, plural } from '../number.ts';
import { latencyWords, peerName } from '../peer.ts';
import type { Point, Size } from './camera.ts';
import { type Offset, spreadAround, spreadRadius } from './spread.ts';

/** A network group of known addresses on the topology map. */
export interface TopologyGroup {
  readonly name: string;
  readonly addresses: number;
  readonly worked: number;
  readonly learnedFrom: KnownAddresses['groups'][number]['learnedFrom'];
  readonly at: Point;
  /** Contains one dot for each address. */
  readonly radius: number;
  /** Relative to `at`. */
  readonly dots: readonly Offset[];
}

/** A line from the sender of addresses to their group. */
export interface TopologyEdge {
  readonly from: Point;
  readonly to: Point;
  /** Id of the peer, or name of the group, at each end. */
  readonly sender: string;
  readonly group: string;
}

export interface TopologyPeer extends Point {
  readonly peer: Peer;
}

/** The node in the middle, peers around it by ping, and groups of known addresses around those. */
export interface Topology {
  readonly size: Size;
  readonly centre: Point;
  readonly peers: readonly TopologyPeer[];
  readonly rings: readonly GraphRing[];
  readonly groups: readonly TopologyGroup[];
  readonly edges: readonly TopologyEdge[];
}

type Groups = KnownAddresses['groups'];

/** Up to so many items a simulation of forces places the groups; above, rings. */
export const MAX_SIMULATED = 200;

/** Distance between two dots of a group, and between two groups. */
const DOT_SPACING = 4;
const GAP = 4;
/** Half of the width and of the height of the innermost ring of groups; the ring of the slowest peers is inside. */
const INNERMOST = { x: 440, y: 268 };

export const groupRadius = (addresses: number): number => spreadRadius(addresses, DOT_SPACING) + 4;

/** Whether the items are few enough for a simulation. */
export const isSimulated = (peers: readonly Peer[], groups: Groups): boolean =>
  peers.length + groups.length <= MAX_SIMULATED;

/** Places all groups on rings: the same data always gives the same picture. `moved`: other places of the groups. */
export function topologyOf(
  peers: readonly Peer[],
  groups: Groups,
  moved: readonly Point[] | null = null,
): Topology {
  const graph = drawGraph(peers);
  const ordered = bySender(groups, graph.peers);
  const places = moved ?? ringPlaces(ordered.map(({ addresses }) => groupRadius(addresses)));
  const placed = ordered.map((each, i): TopologyGroup => {
    const { group: name, addresses, worked, learnedFrom } = each;
    const dots = spreadAround(addresses, DOT_SPACING);
    return {
      name,
      addresses,
      worked,
      learnedFrom,
      at: places[i] ?? { x: 0, y: 0 },
      radius: groupRadius(addresses),
      dots,
    };
  });
  const reach = (along: 'x' | 'y') =>
    Math.max(INNERMOST[along] + 16, ...placed.map(({ at, radius }) => Math.abs(at[along]) + radius)) + 24;
  return {
    size: { width: 2 * reach('x'), height: 2 * reach('y') },
    centre: { x: reach('x'), y: reach('y') },
    ...graph,
    groups: placed,
    edges: edgesOf(graph.peers, placed),
  };
}

/** In order of the direction of the peer that sent most of their addresses, so that few lines cross. */
export function bySender(groups: Groups, peers: readonly TopologyPeer[]): Groups {
  const angleOf = new Map(peers.map(({ peer, x, y }) => [peer.group, Math.atan2(y, x)]));
  const key = (each: Groups[number]) =>
    angleOf.get(each.learnedFrom[0]?.group ?? null) ?? angleOf.get(each.group) ?? Math.PI;
  return groups.toSorted((a, b) => key(a) - key(b) || (a.group < b.group ? -1 : 1));
}

/** Places circles of these radii side by side on as many rings as they need, the first ones on the innermost. */
function ringPlaces(radii: readonly number[]): Point[] {
  const places: Point[] = [];
  let ring = 0;
  for (let next = 0; next < radii.length; ring++) {
    const widest = radii.slice(next).reduce((most, radius) => Math.max(most, radius), 0);
    const [across, down] = [
      INNERMOST.x + widest + ringOffset(places, radii),
      INNERMOST.y + widest + ringOffset(places, radii),
    ];
    // An ellipse is at least as long as the circle of its smaller half-axis.
    const room = 2 * Math.PI * Math.min(across, down);
    const begin = next;
    let used = 0;
    while (next < radii.length && (next === begin || used + 2 * radii[next]! + GAP <= room))
      used += 2 * radii[next++]! + GAP;
    let at = 0;
    for (let i = begin; i < next; i++) {
      at += radii[i]! + GAP / 2;
      const angle = -Math.PI + (at / used) * 2 * Math.PI;
      places.push({ x: Math.cos(angle) * across, y: Math.sin(angle) * down });
      at += radii[i]! + GAP / 2;
    }
  }
  return places;
}

/** How far beyond the innermost ring the circles reach that were placed already. */
function ringOffset(places: readonly Point[], radii: readonly number[]): number {
  return places.reduce((most, { y }, i) => Math.max(most, Math.abs(y) + radii[i]! + GAP - INNERMOST.y), 0);
}

function edgesOf(peers: readonly TopologyPeer[], groups: readonly TopologyGroup[]): TopologyEdge[] {
  const peerIn = Map.groupBy(peers, ({ peer }) => peer.group);
  const byName = new Map(groups.map((each) => [each.name, each]));
  return groups.flatMap((to) =>
    to.learnedFrom.flatMap(({ group: sender }) => {
      const senders = peerIn.get(sender);
      if (senders !== undefined)
        return senders.map(({ peer, x, y }) => ({
          from: { x, y },
          to: to.at,
          sender: peer.id,
          group: to.name,
        }));
      const from = byName.get(sender);
      return from === undefined || from === to
        ? []
        : [{ from: from.at, to: to.at, sender: from.name, group: to.name }];
    }),
  );
}

export function groupWords({
  name,
  addresses,
  worked,
  learnedFrom,
}: Omit<TopologyGroup, 'at' | 'radius' | 'dots'>): string {
  const senders = learnedFrom.map(({ group, addresses: sent }) => `${group} (${grouped(sent)})`);
  const from = senders.length === 0 ? '' : `, learned from ${senders.join(', ')}`;
  return `Network group ${name}: ${plural(addresses, 'known address', 'known addresses')}, ${grouped(worked)} connected at least once${from}`;
}

export const topologyPeerWords = (peer: Peer): string =>
  `Peer ${peerName(peer.id)}, ${peer.direction}, ping ${latencyWords(peer.latencyMs)}, network group ${peer.group ?? 'unknown'}`;

export const topologyWords = ({ peers, groups }: Topology): string =>
  `Your node, ${plural(peers.length, 'peer')} by ping, and ${plural(groups.length, 'network group')} of known addresses. The tables below have the same figures.`;
