import { geoNaturalEarth1, type GeoProjection, geoPath } from 'd3-geo';
import { merge, mesh } from 'topojson-client';
import type { GeometryCollection, MultiPolygon, Polygon, Topology } from 'topojson-specification';
import atlasFile from 'world-atlas/countries-110m.json';
import { type Point, toScreen } from '../../format/map/camera.ts';
import { countryWords, peerWords, WORLD, type World, type WorldCountry } from '../../format/map/world.ts';
import { group } from '../../format/number.ts';
import type { Palette } from './palette.ts';
import type { Mark, Scene, View } from './scene.ts';

const atlas = atlasFile as unknown as Topology<{ countries: GeometryCollection }>;

/** Left out: it would take a fifth of the map, and no network of its own has addresses. */
const ANTARCTICA = '010';

const PEER_RADIUS = 5;
/** Of the circle for all peers of a country. */
const GROUP_RADIUS = 12;
const LABEL_FONT = '500 12px "Inter Variable", system-ui, sans-serif';
const LABEL_HEIGHT = 18;

/** The shapes of the world, computed once. */
interface Shapes {
  readonly projection: GeoProjection;
  readonly land: Path2D;
  readonly borders: Path2D;
}

let shapes: Shapes | undefined;

function shapesOfWorld(): Shapes {
  if (shapes !== undefined) return shapes;
  const inhabited = atlas.objects.countries.geometries.filter(({ id }) => id !== ANTARCTICA);
  const land = merge(atlas, inhabited as (Polygon | MultiPolygon)[]);
  const projection = geoNaturalEarth1().fitExtent(
    [
      [4, 4],
      [WORLD.width - 4, WORLD.height - 4],
    ],
    land,
  );
  const path = geoPath(projection).digits(1);
  const borders = mesh(atlas, atlas.objects.countries, (a, b) => a !== b && a.id !== ANTARCTICA);
  shapes = {
    projection,
    land: new Path2D(path(land) ?? ''),
    borders: new Path2D(path(borders) ?? ''),
  };
  return shapes;
}

/** The id of the mark of a country's known addresses. */
export const countryMark = (code: string): string => `country ${code}`;

/** The id of the mark of all peers of a country. */
export const peersMark = (code: string): string => `peers of ${code}`;

interface Placed {
  readonly country: WorldCountry;
  readonly at: { readonly x: number; readonly y: number };
}

/** A map of the world with peers and counts of known addresses at the centroids of countries. */
export function worldScene(world: World, showsKnown: boolean): Scene {
  const { projection } = shapesOfWorld();
  const placed = world.countries.map((country): Placed => {
    const [x = 0, y = 0] = projection([country.longitude, country.latitude]) ?? [];
    return { country, at: { x, y } };
  });
  const counted = placed
    .filter(({ country }) => showsKnown && country.known > 0)
    .sort((a, b) => b.country.known - a.country.known);
  return {
    size: WORLD,
    marks: placed.flatMap((each) => marksOf(each, showsKnown)),
    draw(context, view) {
      drawShapes(context, view);
      drawCounts(context, counted, view);
      for (const each of placed) drawPeers(context, each, view);
    },
  };
}

/** Where the centre of the number of known addresses is, below the peers. */
const labelOffset = ({ places, radius, grouped }: WorldCountry) => ({
  x: 0,
  y: places.length === 0 ? 0 : radius + (grouped ? GROUP_RADIUS : PEER_RADIUS) + 4 + LABEL_HEIGHT / 2,
});

function marksOf({ country, at }: Placed, showsKnown: boolean): Mark[] {
  const [first, ...rest] = country.places;
  const own: Mark[] =
    country.own && first !== undefined
      ? [{ id: 'own', at, offset: first, radius: PEER_RADIUS + 2, words: 'Your node, country (estimated)' }]
      : [];
  const places = country.own ? rest : country.places;
  const peers: Mark[] = country.grouped
    ? [
        {
          id: peersMark(country.code),
          at,
          offset: places[0]!,
          radius: GROUP_RADIUS,
          words: countryWords(country),
        },
      ]
    : country.peers.map((peer, i) => ({
        id: peer.id,
        at,
        offset: places[i]!,
        radius: PEER_RADIUS + 2,
        words: peerWords(peer),
      }));
  if (!showsKnown || country.known === 0) return [...own, ...peers];
  const label = {
    id: countryMark(country.code),
    at,
    offset: labelOffset(country),
    radius: LABEL_HEIGHT / 2 + 3,
    words: countryWords(country),
  };
  return [...own, ...peers, label];
}

function drawShapes(context: CanvasRenderingContext2D, { camera, palette }: View): void {
  const { land, borders } = shapesOfWorld();
  context.save();
  context.translate(camera.x, camera.y);
  context.scale(camera.scale, camera.scale);
  context.fillStyle = palette.land;
  context.fill(land);
  context.strokeStyle = palette.border;
  context.lineWidth = 0.8 / camera.scale;
  context.stroke(land);
  context.stroke(borders);
  context.restore();
}

/** Draws the numbers, largest first. One that has no room is a dot until the map is enlarged. */
function drawCounts(context: CanvasRenderingContext2D, counted: readonly Placed[], view: View): void {
  context.font = LABEL_FONT;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const taken: Box[] = [];
  for (const { country, at } of counted) {
    const text = group(country.known);
    const centre = toScreen(view.camera, at);
    const width = Math.max(LABEL_HEIGHT, context.measureText(text).width + 10);
    const y = centre.y + labelOffset(country).y;
    const box = {
      left: centre.x - width / 2,
      right: centre.x + width / 2,
      top: y - LABEL_HEIGHT / 2,
      bottom: y + LABEL_HEIGHT / 2,
    };
    const id = countryMark(country.code);
    const chosen = view.hovered === id || view.selected === id;
    if (!chosen && taken.some((other) => overlaps(box, other))) drawDot(context, centre.x, y, view.palette);
    else {
      taken.push(box);
      drawLabel(context, box, text, { chosen, palette: view.palette });
    }
  }
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const overlaps = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

function drawDot(context: CanvasRenderingContext2D, x: number, y: number, palette: Palette): void {
  context.beginPath();
  context.arc(x, y, 2.5, 0, 2 * Math.PI);
  context.fillStyle = palette.soft;
  context.fill();
  context.strokeStyle = palette.edge;
  context.lineWidth = 1;
  context.stroke();
}

function drawLabel(
  context: CanvasRenderingContext2D,
  { left, right, top, bottom }: Box,
  text: string,
  { chosen, palette }: { readonly chosen: boolean; readonly palette: Palette },
): void {
  context.beginPath();
  context.roundRect(left, top, right - left, bottom - top, LABEL_HEIGHT / 2);
  context.fillStyle = palette.soft;
  context.fill();
  context.strokeStyle = chosen ? palette.ink : palette.edge;
  context.lineWidth = chosen ? 2 : 0.75;
  context.stroke();
  context.fillStyle = palette.ink;
  context.fillText(text, (left + right) / 2, (top + bottom) / 2 + 0.5);
}

function drawPeers(context: CanvasRenderingContext2D, { country, at }: Placed, view: View): void {
  const centre = toScreen(view.camera, at);
  const places = country.own ? country.places.slice(1) : country.places;
  if (country.grouped) drawGroup(context, { country, centre, offset: places[0]! }, view);
  else
    country.peers.forEach((peer, i) => {
      const { x, y } = places[i]!;
      const strong = view.hovered === peer.id || view.selected === peer.id;
      drawPeer(context, { x: centre.x + x, y: centre.y + y }, view.palette, {
        inbound: peer.direction === 'inbound',
        strong,
      });
    });
  const own = country.places[0];
  if (country.own && own !== undefined) {
    context.beginPath();
    context.arc(centre.x + own.x, centre.y + own.y, PEER_RADIUS + 1, 0, 2 * Math.PI);
    context.fillStyle = view.palette.mark;
    context.fill();
    context.strokeStyle = view.palette.ground;
    context.lineWidth = 1.5;
    context.stroke();
  }
}

/** All peers of a country as one circle with their number, so that none seems to be in another country. */
function drawGroup(
  context: CanvasRenderingContext2D,
  {
    country,
    centre,
    offset,
  }: { readonly country: WorldCountry; readonly centre: Point; readonly offset: Point },
  { palette, hovered, selected }: View,
): void {
  const ids = [peersMark(country.code), countryMark(country.code)];
  const strong = ids.some((id) => id === hovered || id === selected);
  context.beginPath();
  context.arc(centre.x + offset.x, centre.y + offset.y, GROUP_RADIUS, 0, 2 * Math.PI);
  context.fillStyle = palette.ground;
  context.fill();
  context.strokeStyle = strong ? palette.ink : palette.mark;
  context.lineWidth = strong ? 3 : 2;
  context.stroke();
  context.font = LABEL_FONT;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = palette.ink;
  context.fillText(group(country.peers.length), centre.x + offset.x, centre.y + offset.y + 0.5);
}

interface PeerStyle {
  readonly inbound: boolean;
  readonly strong: boolean;
}

/** An outlined circle; dashed for an inbound connection. Only the node itself is filled. */
function drawPeer(
  context: CanvasRenderingContext2D,
  at: { readonly x: number; readonly y: number },
  palette: Palette,
  { inbound, strong }: PeerStyle,
): void {
  context.beginPath();
  context.arc(at.x, at.y, PEER_RADIUS, 0, 2 * Math.PI);
  context.fillStyle = palette.ground;
  context.fill();
  context.strokeStyle = strong ? palette.ink : palette.mark;
  context.lineWidth = strong ? 3 : 2;
  context.setLineDash(inbound ? [3, 2.4] : []);
  context.stroke();
  context.setLineDash([]);
}

/** Where a country is on the drawing. */
export function pointOf({ longitude, latitude }: Pick<WorldCountry, 'longitude' | 'latitude'>): {
  x: number;
  y: number;
} {
  const [x = 0, y = 0] = shapesOfWorld().projection([longitude, latitude]) ?? [];
  return { x, y };
}
