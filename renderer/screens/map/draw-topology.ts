import { type Point, toScreen } from '../../format/map/camera.ts';
import { groupWords, type Topology, topologyPeerWords } from '../../format/map/topology.ts';
import { latencyWords, peerName } from '../../format/peer.ts';
import type { Palette } from './palette.ts';
import type { Mark, Scene, View } from './scene.ts';

const FONT = '12px "Inter Variable", system-ui, sans-serif';
const PEER_RADIUS = 7;
const NO_OFFSET: Point = { x: 0, y: 0 };
/** With more peers their names would cover each other. */
const MAX_NAMES = 40;
/** More lines would only be a grey disc; then those of the chosen peer or group are drawn. */
const MAX_EDGES = 300;

/** The id of the mark of a network group. */
export const groupMark = (name: string): string => `group ${name}`;

/** This node, its peers by ping, and groups of known addresses, one dot for each address. */
export function topologyScene(topology: Topology): Scene {
  const { centre, peers, groups } = topology;
  const moved = ({ x, y }: Point): Point => ({ x: x + centre.x, y: y + centre.y });
  const scale = (radius: number) => Math.max(6, radius * 0.6);
  const marks: Mark[] = [
    { id: 'own', at: centre, offset: NO_OFFSET, radius: 12, words: 'Your node' },
    ...peers.map(({ peer, x, y }) => ({
      id: peer.id,
      at: moved({ x, y }),
      offset: NO_OFFSET,
      radius: PEER_RADIUS + 2,
      words: topologyPeerWords(peer),
    })),
    ...groups.map((each) => ({
      id: groupMark(each.name),
      at: moved(each.at),
      offset: NO_OFFSET,
      radius: scale(each.radius),
      words: groupWords(each),
    })),
  ];
  return {
    size: topology.size,
    marks,
    draw(context, view) {
      context.save();
      context.translate(view.camera.x, view.camera.y);
      context.scale(view.camera.scale, view.camera.scale);
      context.translate(centre.x, centre.y);
      drawRings(context, topology, view);
      drawEdges(context, topology, view);
      drawGroups(context, topology, view);
      context.restore();
      for (const { peer, x, y } of peers) {
        const at = toScreen(view.camera, moved({ x, y }));
        drawPeer(context, at, view.palette, {
          inbound: peer.direction === 'inbound',
          strong: isChosen(view, peer.id),
        });
        if (peers.length <= MAX_NAMES)
          drawText(context, peerName(peer.id), { x: at.x, y: at.y + 18 }, view.palette);
      }
      drawOwn(context, toScreen(view.camera, centre), view.palette);
    },
  };
}

const isChosen = ({ hovered, selected }: View, id: string): boolean => hovered === id || selected === id;

function drawRings(context: CanvasRenderingContext2D, { rings }: Topology, { camera, palette }: View): void {
  context.strokeStyle = palette.land;
  context.lineWidth = 1 / camera.scale;
  context.beginPath();
  for (const { rx, ry } of rings) {
    context.moveTo(rx, 0);
    context.ellipse(0, 0, rx, ry, 0, 0, 2 * Math.PI);
  }
  context.stroke();
  context.font = `${12 / camera.scale}px "Inter Variable", system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const { ms, label } of rings) {
    context.lineWidth = 4 / camera.scale;
    context.strokeStyle = palette.ground;
    context.strokeText(latencyWords(ms), label.x, label.y);
    context.fillStyle = palette.muted;
    context.fillText(latencyWords(ms), label.x, label.y);
  }
}

function drawEdges(context: CanvasRenderingContext2D, { edges, peers }: Topology, view: View): void {
  const { camera, palette } = view;
  context.strokeStyle = palette.land;
  context.lineWidth = 0.75 / camera.scale;
  // Each by itself: a path of all of them covers the whole map, and takes several times as long to fill.
  for (const { from, to } of edges.length > MAX_EDGES ? [] : edges) {
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  }
  context.strokeStyle = palette.edge;
  context.lineWidth = 1.5 / camera.scale;
  context.beginPath();
  for (const { from, to, sender, group } of edges) {
    if (![sender, groupMark(sender), groupMark(group)].some((id) => isChosen(view, id))) continue;
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
  }
  context.stroke();
  context.strokeStyle = palette.mark;
  for (const direction of ['outbound', 'inbound'] as const) {
    context.setLineDash(direction === 'inbound' ? [4 / camera.scale, 4 / camera.scale] : []);
    context.beginPath();
    for (const { peer, x, y } of peers) {
      if (peer.direction !== direction) continue;
      context.moveTo(0, 0);
      context.lineTo(x, y);
    }
    context.stroke();
  }
  context.setLineDash([]);
}

function drawGroups(context: CanvasRenderingContext2D, { groups }: Topology, view: View): void {
  const { camera, palette } = view;
  context.fillStyle = palette.soft;
  for (const { at, radius } of groups) {
    context.beginPath();
    context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
    context.fill();
  }
  // Squares without a path: five thousand circles, or one path of them, would take several times as long.
  const dot = Math.max(1 / camera.scale, 2);
  context.fillStyle = palette.edge;
  for (const { at, dots } of groups)
    for (const { x, y } of dots) context.fillRect(at.x + x - dot / 2, at.y + y - dot / 2, dot, dot);
  context.strokeStyle = palette.ink;
  context.lineWidth = 1.5 / camera.scale;
  for (const { name, at, radius } of groups) {
    if (!isChosen(view, groupMark(name))) continue;
    context.beginPath();
    context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
    context.stroke();
  }
}

function drawPeer(
  context: CanvasRenderingContext2D,
  at: Point,
  palette: Palette,
  { inbound, strong }: { readonly inbound: boolean; readonly strong: boolean },
): void {
  context.beginPath();
  context.arc(at.x, at.y, PEER_RADIUS, 0, 2 * Math.PI);
  context.fillStyle = palette.ground;
  context.fill();
  context.strokeStyle = strong ? palette.ink : palette.mark;
  context.lineWidth = strong ? 3 : 2;
  context.setLineDash(inbound ? [3, 2.5] : []);
  context.stroke();
  context.setLineDash([]);
}

function drawOwn(context: CanvasRenderingContext2D, at: Point, palette: Palette): void {
  context.beginPath();
  context.arc(at.x, at.y, 11, 0, 2 * Math.PI);
  context.fillStyle = palette.mark;
  context.fill();
}

function drawText(context: CanvasRenderingContext2D, text: string, at: Point, palette: Palette): void {
  context.font = FONT;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineWidth = 4;
  context.strokeStyle = palette.ground;
  context.strokeText(text, at.x, at.y);
  context.fillStyle = palette.muted;
  context.fillText(text, at.x, at.y);
}
