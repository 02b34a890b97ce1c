import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  BAN_SCORE,
  BAN_SECONDS,
  PENALTY,
  POINTS,
  SCORE_HALF_LIFE_MS,
} from '../../../main/net/peers/penalties.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/misbehaviour.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const namesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
const costs = rows.filter(([, second]) => /^\d+$/.test(second!));
const causes = rows
  .filter(([, second]) => second!.startsWith('`'))
  .flatMap(([codes, cost, argument]) =>
    namesIn(codes!).map((code) => ({ code, cost: namesIn(cost!)[0], argument: argument! })),
  );

test('the page has every code once, with the cost that the code has', () => {
  const listed = causes.map(({ code, cost }) => [code, cost]).sort();
  expect(listed).toEqual(Object.entries(PENALTY).sort());
});

test('every code has a reason', () => {
  expect(causes.filter(({ argument }) => !/^[A-Z].{15,}\.$/.test(argument))).toEqual([]);
});

test('the points of the page are those of the code', () => {
  const listed = Object.fromEntries(costs.map(([cost, points]) => [namesIn(cost!)[0], Number(points)]));
  expect(listed).toEqual(POINTS);
});

test('the ban score, its half-life and the time of a ban are those of the code', () => {
  const number = (pattern: RegExp): number => Number(pattern.exec(page)![1]!.replaceAll(' ', ''));
  expect(number(/At (\d+) the peer id is banned/)).toBe(BAN_SCORE);
  expect(number(/banned for ([\d ]+) s/)).toBe(BAN_SECONDS);
  expect(number(/halves every (\d+) s/) * 1000).toBe(SCORE_HALF_LIFE_MS);
});
