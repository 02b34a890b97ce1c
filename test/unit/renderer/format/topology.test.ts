import { describe, expect, test } from 'vitest';
import { groupRadius, isSimulated, topologyOf } from '../../../../renderer/format/map/topology.ts';
import { aPeer } from '../entries.ts';

const groupOf = (name: string, addresses: number, ...senders: string[]) => ({
  group: name,
  addresses,
  worked: 0,
  learnedFrom: senders.map((group) => ({ group, addresses: 1 })),
});
const many = Array.from({ length: 500 }, (_, i) => groupOf(`44.${i}`, 1 + ((i * 7) % 40), `45.${i % 9}`));
const peers = ['a', 'b', 'c'].map((id, i) => ({ ...aPeer(id, 10 * (i + 1)), group: `45.${i}` }));

describe('the topology', () => {
  test('places every group without overlap, outside of the peers, and always the same', () => {
    const { groups, rings } = topologyOf(peers, many);
    expect(topologyOf(peers, many).groups).toEqual(groups);
    expect(groups).toHaveLength(many.length);
    const overlapping = groups.flatMap((a, i) =>
      groups.slice(i + 1).filter((b) => Math.hypot(a.at.x - b.at.x, a.at.y - b.at.y) < a.radius + b.radius),
    );
    expect(overlapping).toEqual([]);
    const { rx, ry } = rings.at(-1)!;
    expect(groups.filter(({ at }) => (at.x / rx) ** 2 + (at.y / ry) ** 2 <= 1)).toEqual([]);
  });

  test('contains all its groups in its size', () => {
    const { groups, size, centre } = topologyOf(peers, many);
    const outside = groups.filter(
      ({ at, radius }) =>
        Math.abs(at.x) + radius > centre.x ||
        Math.abs(at.y) + radius > centre.y ||
        size.width !== 2 * centre.x,
    );
    expect(outside).toEqual([]);
  });

  test('has one dot for each address, within the circle of its group', () => {
    const { groups } = topologyOf([], [groupOf('44.1', 37)]);
    expect(groups[0]!.dots).toHaveLength(37);
    expect(Math.max(...groups[0]!.dots.map(({ x, y }) => Math.hypot(x, y)))).toBeLessThan(groupRadius(37));
  });

  test('joins a group to the peer or the group that sent it, and to nothing that is not shown', () => {
    const { edges } = topologyOf(peers, [
      groupOf('44.1', 3, '45.0', '44.2', '99.9'),
      groupOf('44.2', 1, '44.2'),
    ]);
    expect(edges.map(({ sender, group }) => [sender, group])).toEqual([
      ['a', '44.1'],
      ['44.2', '44.1'],
    ]);
  });

  test('takes the places of a simulation, which is for few items only', () => {
    const at = [{ x: 700, y: 0 }];
    expect(topologyOf(peers, [groupOf('44.1', 3)], at).groups[0]!.at).toEqual(at[0]);
    expect(isSimulated(peers, many.slice(0, 197))).toBe(true);
    expect(isSimulated(peers, many.slice(0, 198))).toBe(false);
  });
});
