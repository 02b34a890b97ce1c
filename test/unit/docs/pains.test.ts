/** docs/pains.md: every pain is answered, and every test that it cites exists. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const PAINS = 25;
const page = readFileSync(path.join(ROOT, 'docs/pains.md'), 'utf8');
const sections = page.split(/^## /m).slice(1);
const cited = [...page.matchAll(/^- `([^`]+)`: (.+)$/gm)].map(([, file, title]) => [title!, file!] as const);

test('all pains are answered in order', () => {
  expect(sections.map((section) => Number.parseInt(section))).toEqual(
    Array.from({ length: PAINS }, (_, i) => i + 1),
  );
});

test('every answer cites a test', () => {
  expect(sections.filter((section) => !section.includes('\n- `test/'))).toEqual([]);
});

test.each(cited)('the test “%s” exists', (title, file) => {
  expect(existsSync(path.join(ROOT, file)), file).toBe(true);
  expect(readFileSync(path.join(ROOT, file), 'utf8')).toContain(title);
});
