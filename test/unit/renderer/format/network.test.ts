import { expect, test } from 'vitest';
import {
  answered,
  builtInPurpose,
  choosable,
  isJoinLink,
  isLoopbackLink,
  nameProblem,
  openName,
  searchProgress,
} from '../../../../renderer/format/network.ts';

const network = (name: string, kind: 'built-in' | 'created' = 'built-in') => ({
  id: name,
  name,
  kind,
  launched: true,
  spacing: 60,
  created: 1,
  known: false,
  openedAt: null,
});

test('a user can choose all built-in networks except the one for tests', () => {
  const all = [network('main'), network('ours', 'created'), network('local'), network('regtest')];
  expect(choosable(all).map(({ name }) => name)).toEqual(['main', 'local']);
  expect(builtInPurpose(network('main'))).toMatch(/not launched/);
  expect(builtInPurpose(network('main', 'created'))).toBeNull();
});

test('the demo has a name of its own', () => {
  expect(openName({ id: '', name: 'local', demo: true })).toBe('Demo');
  expect(openName({ id: '', name: 'local', demo: false })).toBe('local');
});

test('counts the nodes that answered', () => {
  expect(answered([{ answered: true }, { answered: false }])).toBe('1 of 2 answered');
});

test('the progress of a search grows and never ends', () => {
  expect([0, 100, 1000, 5000].map((tried) => Number(searchProgress(tried, 1000).toFixed(2)))).toEqual([
    0, 0.1, 0.63, 0.99,
  ]);
  expect(searchProgress(5, 0)).toBe(0);
});

test.each([
  ['kith:join?id=1&at=/ip4/127.0.0.1/tcp/1', true],
  ['kith:join?id=1&at=/ip6/::1/tcp/1&at=/ip4/127.0.0.1/tcp/1', true],
  ['kith:join?id=1&at=/ip4/127.0.0.1/tcp/1&at=/ip4/192.0.2.1/tcp/1', false],
  ['kith:join?id=1', false],
])('whether a link works on this computer only: %s', (link, is) => {
  expect(isLoopbackLink(link)).toBe(is);
});

test.each([
  ['', null],
  ['Our street', null],
  [' ours', 'Plain letters'],
  ['Straße', 'Plain letters'],
  ['x'.repeat(65), 'At most 64'],
])('whether “%s” can be the name of a network', (name, problem) => {
  if (problem === null) expect(nameProblem(name)).toBeNull();
  else expect(nameProblem(name)).toContain(problem);
});

test.each([
  ['kith:join?id=1', true],
  ['  KITH:join?id=1', true],
  ['kith:\njoin?', true],
  ['kith:kith1abc', false],
  ['{"kith":1}', false],
])('whether a text is a join link: %s', (text, is) => {
  expect(isJoinLink(text)).toBe(is);
});
