import { describe, expect, test } from 'vitest';
import { centre, fit, pan, toDrawing, toScreen, zoom } from '../../../../renderer/format/map/camera.ts';
import { countryPlace, placedCountries } from '../../../../renderer/format/map/country-places.ts';
import { distributionsOf } from '../../../../renderer/format/map/distributions.ts';
import { spreadAround, spreadRadius } from '../../../../renderer/format/map/spread.ts';
import { isEmptyWorld, worldOf, worldWords } from '../../../../renderer/format/map/world.ts';
import atlas from 'world-atlas/countries-110m.json' with { type: 'json' };
import { aPeer } from '../entries.ts';

const DRAWING = { width: 1000, height: 500 };
const VIEW = { width: 500, height: 500 };
const ALL = { direction: 'all', known: true } as const;
const NONE = { countries: [], private: 0, relayed: 0, unknown: 0, ownCountry: null };
const inCountry = (id: string, country: string | null, more = {}) =>
  ({ ...aPeer(id, 10), country, addressType: 'public', ...more }) as const;

describe('the camera', () => {
  test('shows the whole drawing in the middle', () => {
    expect(fit(DRAWING, VIEW)).toEqual({ scale: 0.5, x: 0, y: 125 });
  });

  test('keeps the point below the pointer while it zooms', () => {
    const before = fit(DRAWING, DRAWING);
    const at = { x: 300, y: 200 };
    const after = zoom(before, 2, at, DRAWING, DRAWING);
    expect(after.scale).toBe(2);
    expect(toDrawing(after, at)).toEqual(toDrawing(before, at));
  });

  test.each([0.001, 1e9])('never leaves its limits (factor %d)', (factor) => {
    const { scale } = zoom(fit(DRAWING, VIEW), factor, { x: 9, y: 9 }, DRAWING, VIEW);
    expect(scale).toBeGreaterThanOrEqual(0.5);
    expect(scale).toBeLessThanOrEqual(6);
  });

  test('cannot be moved beyond the edges of the drawing', () => {
    const near = zoom(fit(DRAWING, VIEW), 4, { x: 250, y: 250 }, DRAWING, VIEW);
    const far = pan(near, { x: 1e6, y: -1e6 }, DRAWING, VIEW);
    expect(toScreen(far, { x: 0, y: 0 }).x).toBe(0);
    expect(toScreen(far, { x: 0, y: DRAWING.height }).y).toBe(VIEW.height);
  });

  test('moves a point of the drawing to the middle, and not closer than it is already', () => {
    const first = centre(fit(DRAWING, VIEW), { x: 500, y: 250 }, 3, DRAWING, VIEW);
    expect(toScreen(first, { x: 500, y: 250 })).toEqual({ x: 250, y: 250 });
    expect(first.scale).toBe(1.5);
    expect(centre({ ...first, scale: 4 }, { x: 500, y: 250 }, 3, DRAWING, VIEW).scale).toBe(4);
  });
});

describe('marks around a centroid', () => {
  test('are always at the same places, apart from each other, and within their radius', () => {
    const marks = spreadAround(60, 15);
    expect(spreadAround(60, 15)).toEqual(marks);
    const distances = marks.flatMap((a, i) =>
      marks.slice(i + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y)),
    );
    expect(Math.min(...distances)).toBeGreaterThan(12);
    expect(Math.max(...marks.map(({ x, y }) => Math.hypot(x, y)))).toBeLessThanOrEqual(
      spreadRadius(60, 15) + 1e-9,
    );
  });

  test('are at the centroid when there is one', () => {
    expect(spreadAround(1, 15)).toEqual([{ x: 0, y: 0 }]);
  });
});

describe('places of countries', () => {
  test('exist for every country of the atlas that has a number', () => {
    const numbers = new Set(placedCountries().map((code) => countryPlace(code)!.number));
    const missing = atlas.objects.countries.geometries.filter(
      ({ id }) => id !== undefined && !numbers.has(id),
    );
    expect(atlas.objects.countries.geometries.length).toBeGreaterThan(150);
    expect(missing).toEqual([]);
  });

  test('are on the globe, and known for small countries too', () => {
    const places = placedCountries().map((code) => countryPlace(code)!);
    expect(places.length).toBeGreaterThanOrEqual(249);
    expect(
      places.filter(({ latitude, longitude }) => !(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)),
    ).toEqual([]);
    expect(countryPlace('SG')).toMatchObject({ latitude: 1.4, longitude: 103.8 });
    expect(countryPlace('ZZ')).toBeNull();
  });
});

describe('the world', () => {
  test('has peers and known addresses by country, and the node itself first', () => {
    const known = {
      ...NONE,
      countries: [
        { country: 'DE', addresses: 40 },
        { country: 'FR', addresses: 2 },
      ],
      ownCountry: 'DE',
    };
    const { countries } = worldOf(
      [inCountry('b', 'DE'), inCountry('a', 'DE'), inCountry('c', 'JP')],
      known,
      ALL,
    );
    expect(
      countries.map(({ code, known: addresses, peers, own }) => [
        code,
        addresses,
        peers.map(({ id }) => id),
        own,
      ]),
    ).toEqual([
      ['FR', 2, [], false],
      ['DE', 40, ['a', 'b'], true],
      ['JP', 0, ['c'], false],
    ]);
    expect(countries[1]!.places).toHaveLength(3);
  });

  test('gives addresses without a country to the tray and to no place', () => {
    const peers = [
      inCountry('a', null, { addressType: 'private' }),
      inCountry('b', null),
      inCountry('c', 'EU'),
      inCountry('d', null, { addressType: 'relayed' }),
    ];
    const known = {
      ...NONE,
      countries: [{ country: 'EU', addresses: 5 }],
      private: 7,
      relayed: 2,
      unknown: 3,
    };
    const world = worldOf(peers, known, ALL);
    expect(isEmptyWorld(world)).toBe(true);
    expect(world.tray).toEqual([
      { type: 'private', peers: 1, known: 7 },
      { type: 'relayed', peers: 1, known: 2 },
      { type: 'unknown', peers: 2, known: 8 },
    ]);
  });

  test('shows what the filters leave', () => {
    const peers = [inCountry('a', 'DE', { direction: 'inbound' }), inCountry('b', 'JP')];
    const known = { ...NONE, countries: [{ country: 'FR', addresses: 2 }] };
    const codes = (filter: Parameters<typeof worldOf>[2]) =>
      worldOf(peers, known, filter).countries.map(({ code }) => code);
    expect(codes({ direction: 'inbound', known: true })).toEqual(['FR', 'DE']);
    expect(codes({ direction: 'outbound', known: false })).toEqual(['JP']);
  });

  test('has no known addresses when only peers are shown', () => {
    const known = { ...NONE, countries: [{ country: 'FR', addresses: 2 }] };
    const world = worldOf([inCountry('a', 'FR')], known, { direction: 'all', known: false });
    expect(world.countries.map(({ known: count }) => count)).toEqual([0]);
    expect(worldWords(world, false)).toContain('1 peer in 1 country (estimated)');
  });

  test.each([
    [4, false, 4],
    [5, true, 1],
    [100, true, 1],
  ])('has %i peers of a country inside of it', (count, grouped, places) => {
    const peers = Array.from({ length: count }, (_, i) => inCountry(`p${i}`, 'DE'));
    const [country] = worldOf(peers, null, ALL).countries;
    expect([country!.grouped, country!.places.length]).toEqual([grouped, places]);
    // Germany and France are 23 pixels apart on a map of 1000.
    expect(country!.radius).toBeLessThan(25);
  });

  test('is told to screen readers with its figures, as an estimate', () => {
    const known = { ...NONE, countries: [{ country: 'FR', addresses: 2 }] };
    expect(worldWords(worldOf([inCountry('a', 'FR'), inCountry('b', null)], known, ALL), true)).toContain(
      '1 peer and 2 known addresses in 1 country (estimated); 1 peer without a country',
    );
  });
});

describe('distributions', () => {
  test('count relayed peers apart from the network group of their relay', () => {
    const peers = [inCountry('a', null, { addressType: 'relayed', group: 'AS64500' })];
    const groups = distributionsOf(peers, null).find(({ title }) => title === 'Network groups')!;
    expect(groups.bars).toEqual([{ label: 'relayed', count: 1 }]);
  });

  test('say how each figure is known', () => {
    const origins = distributionsOf([inCountry('a', 'FR')], {
      foundBy: [{ source: 'dht', addresses: 3 }],
    }).map(({ title, origin }) => `${title}: ${origin}`);
    expect(origins).toEqual([
      'Direction: counted',
      'Ping: measured',
      'Network groups: measured',
      'Countries: estimated',
      'Versions: claimed',
      'Services (a peer may offer several): claimed',
      'Known addresses by source: counted',
    ]);
  });

  test('count every peer once, and add up rare values', () => {
    const peers = Array.from({ length: 30 }, (_, i) => ({
      ...inCountry(`p${i}`, null),
      version: `v${i % 12}`,
      latencyMs: i === 0 ? null : i * 30,
    }));
    const all = distributionsOf(peers, null);
    const sum = (title: string) =>
      all.find((each) => each.title === title)!.bars.reduce((total, { count }) => total + count, 0);
    for (const title of ['Direction', 'Ping', 'Network groups', 'Countries', 'Versions'])
      expect(sum(title)).toBe(30);
    const versions = all.find(({ title }) => title === 'Versions')!.bars;
    expect(versions).toHaveLength(8);
    expect(versions.at(-1)!.label).toBe('5 others');
  });

  test('tell their own “others” from those that a peer claims', () => {
    const claimed = ['2 others', ...Array.from({ length: 8 }, (_, i) => `v${i}`)];
    const peers = claimed.map((version) => ({ ...inCountry(version, null), version }));
    const { bars } = distributionsOf(peers, null).find(({ title }) => title === 'Versions')!;
    expect(bars.filter(({ label }) => label === '2 others').map(({ rest }) => rest)).toEqual([
      undefined,
      true,
    ]);
  });
});
