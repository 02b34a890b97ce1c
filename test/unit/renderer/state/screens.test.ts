import { describe, expect, test } from 'vitest';
import { find, goTo } from '../../../../renderer/state/commands.ts';
import { href, readRoute } from '../../../../renderer/state/route.ts';

describe('the address of a screen', () => {
  test('a route is read as it was written', () => {
    const link = 'kith:kith1qq?amount=5&label=a/b %';
    expect(readRoute(href('send', link))).toEqual({ screen: 'send', about: link });
    expect(readRoute(href('blocks'))).toEqual({ screen: 'blocks', about: null });
  });
  test.each(['', '#', '#/nowhere', '#/../home', '#token=abc'])('“%s” opens the home screen', (hash) => {
    expect(readRoute(hash)).toEqual({ screen: 'home', about: null });
  });
  test('a broken escape is ignored', () => {
    expect(readRoute('#/send/%E0%A4%A')).toEqual({ screen: 'send', about: null });
  });
});

describe('the palette', () => {
  test('commands that begin with the text come first', () => {
    expect(
      goTo('m')
        .slice(0, 4)
        .map((command) => command.label),
    ).toEqual(['Messages and proofs', 'Mempool', 'Map', 'Mining']);
  });
  test('a common word finds a screen', () => expect(goTo('fees')[0]?.label).toBe('Mempool'));
  test('a height, an id and an address are found', () => {
    expect(find('120')[0]?.href).toBe('#/block/120');
    expect(find('AB'.repeat(32)).map((command) => command.label)).toHaveLength(2);
    expect(find('kith:kith1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq')[0]?.href).toMatch(/^#\/send\//);
    expect(find('peers')).toEqual([]);
  });
});
