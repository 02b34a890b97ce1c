import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const RENDERER = path.resolve('renderer');
const sources = readdirSync(RENDERER, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|svelte)$/.test(name))
  .map((name) => [name.replaceAll(path.sep, '/'), readFileSync(path.join(RENDERER, name), 'utf8')] as const);

test('dates and times of day are formatted in one file, so that no screen has two clocks', () => {
  expect(sources.length).toBeGreaterThan(100);
  const found = sources.filter(
    ([name, text]) =>
      name !== 'format/time.ts' && /DateTimeFormat|toLocale(Date|Time)?String|getHours|getMinutes/.test(text),
  );
  expect(found.map(([name]) => name)).toEqual([]);
});

test('digits are grouped in one way: no number is formatted by the language of the browser', () => {
  const found = sources.filter(([, text]) => /Intl\.NumberFormat|\.toLocaleString/.test(text));
  expect(found.map(([name]) => name)).toEqual([]);
});
