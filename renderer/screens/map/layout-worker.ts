/** Places the groups of the topology map by a simulation of forces, away from the thread of the page. */
import { forceCollide, forceLink, forceRadial, forceSimulation, type SimulationNodeDatum } from 'd3-force';
import type { LayoutRequest, LayoutReply } from './layout-messages.ts';

/** Enough for the forces to come to rest (alpha below 0.001). */
const TICKS = 300;

interface Item extends SimulationNodeDatum {
  readonly radius: number;
  readonly ring: number;
}

addEventListener('message', ({ data }: MessageEvent<LayoutRequest>) => {
  const { fixed, groups, links, stretch } = data;
  // The picture is wider than high: the simulation works in a round one.
  const items: Item[] = [
    ...fixed.map(({ x, y }) => ({ fx: x / stretch, fy: y, radius: 20, ring: 0 })),
    ...groups.map(({ x, y, radius }) => ({ x: x / stretch, y, radius, ring: Math.hypot(x / stretch, y) })),
  ];
  forceSimulation(items)
    .force(
      'links',
      forceLink(links.map(([source, target]) => ({ source, target })))
        .distance(60)
        .strength(0.25),
    )
    .force('apart', forceCollide<Item>(({ radius }) => radius + 3).iterations(3))
    .force(
      'ring',
      forceRadial<Item>(({ ring }) => ring, 0, 0).strength((item) => ('fx' in item ? 0 : 0.9)),
    )
    .stop()
    .tick(TICKS);
  const reply: LayoutReply = items
    .slice(fixed.length)
    .map(({ x = 0, y = 0 }) => ({ x: Math.round(x * stretch), y: Math.round(y) }));
  postMessage(reply);
});
