import type { Propagation } from '../../shared/contract/propagation.ts';
import { plural } from './number.ts';
import { shortDuration } from './time.ts';

/** How a payment reached the peers of this node, in sentences. */
export function propagationWords({ firstAfter, halfAfter, fetched, announced }: Propagation): string[] {
  if (firstAfter === null) return ['No peer has fetched or announced it yet.'];
  const times = [
    `first peer after ${seconds(firstAfter)}`,
    halfAfter === null ? 'not yet at half of the peers' : `half of the peers after ${seconds(halfAfter)}`,
  ].join(', ');
  return [
    `${times[0]!.toUpperCase()}${times.slice(1)}.`,
    `${plural(fetched, 'peer')} fetched it from this node, ${plural(announced, 'peer')} announced it. Measured only at the peers of this node, since it began to send.`,
  ];
}

/** Below ten seconds with a decimal: "0.4 s", "3.2 s", "12 s". */
function seconds(value: number): string {
  if (value < 0.1) return 'less than 0.1\u00a0s';
  return value < 10 ? `${value.toFixed(1)}\u00a0s` : shortDuration(value);
}

export interface StepLine {
  /** Points of an SVG polyline in a box of 100 by 20. */
  readonly points: string;
  /** The time at the right end. */
  readonly end: string;
}

/** A line that rises at each peer, from the begin of sending to a bit after the last one; null without peers. */
export function stepLine({ points, ofPeers }: Pick<Propagation, 'points' | 'ofPeers'>): StepLine | null {
  const last = points.at(-1);
  if (last === undefined) return null;
  const width = Math.max(1, last.after * 1.1);
  const height = Math.max(ofPeers, last.peers);
  const x = (after: number) => ((after / width) * 100).toFixed(1);
  const y = (peers: number) => (20 - (peers / height) * 20).toFixed(1);
  const steps: string[] = ['0.0,20.0'];
  let before = 0;
  for (const { after, peers } of points) {
    steps.push(`${x(after)},${y(before)}`, `${x(after)},${y(peers)}`);
    before = peers;
  }
  steps.push(`100.0,${y(before)}`);
  return { points: steps.join(' '), end: seconds(width) };
}
