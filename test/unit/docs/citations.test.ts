import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const SOURCES = [
  '{main,preload,renderer,shared,test,tools}/**/*.{ts,mjs,svelte,css}',
  '{main,preload,renderer,shared,test,tools}/**/README.md',
  '{*,docs/**/*}.{md,cjs,js,ts}',
];

const files = globSync(SOURCES, { cwd: ROOT, exclude: ['test/fixtures/**', 'test/unit/docs/*'] });
const pages = globSync(['*.md', 'docs/**/*.md', '{main,renderer,shared,test}/**/README.md'], { cwd: ROOT });

/** `protocol.md §7`, `docs/wire.md`, `docs/formats/wallet-file.md §2 and §3`. */
const PAGE = /(?<![\w/:])((?:[\w.-]+\/)*[\w-]+\.md)\b((?:(?:,| and| to)? ?§\d+)*)/g;

interface Citation {
  readonly where: string;
  readonly page: string;
  readonly sections: readonly string[];
}

const citations: readonly Citation[] = files.flatMap((file) =>
  read(file)
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(PAGE)].map(([, page = '', sections = '']) => ({
        where: `${file}:${index + 1}`,
        page,
        sections: [...sections.matchAll(/§(\d+)/g)].map(([, number]) => number!),
      })),
    ),
);

/** A citation may leave out the folder, as `protocol.md` does. */
function pageOf({ where, page }: Citation): string | undefined {
  const folder = where.slice(0, where.lastIndexOf('/') + 1);
  const direct = [page, join(folder, page)].find((path) => pages.includes(path));
  return (
    direct ??
    pages.find((path) => basename(path) === page || path.endsWith(`/${page.replace(/^(\.\.\/)+/, '')}`))
  );
}

test('the sources contain citations to check', () => {
  expect(citations.length).toBeGreaterThan(100);
  expect(citations.filter(({ sections }) => sections.length > 0).length).toBeGreaterThan(40);
});

test('every page that is cited exists', () => {
  const missing = citations.filter((citation) => pageOf(citation) === undefined);
  expect(missing.map(({ where, page }) => `${where}: ${page}`)).toEqual([]);
});

test('every section that is cited is a heading of its page', () => {
  const missing = citations.flatMap((citation) => {
    const page = pageOf(citation);
    if (page === undefined) return [];
    const text = read(page);
    return citation.sections
      .filter((number) => !text.includes(`\n## ${number}. `))
      .map((number) => `${citation.where}: ${citation.page} §${number}`);
  });
  expect(missing).toEqual([]);
});

test('every decision that is cited exists', () => {
  const records = globSync('docs/adr/*.md', { cwd: ROOT }).map((file) => basename(file).slice(0, 4));
  const missing = files.flatMap((file) =>
    [...read(file).matchAll(/\bADR (\d{4})/g)]
      .filter(([, number]) => !records.includes(number!))
      .map(([text]) => `${file}: ${text}`),
  );
  expect(missing).toEqual([]);
});

test('no comment cites a section without its page', () => {
  const vague = files.flatMap((file) =>
    [...read(file).matchAll(/\(protocol \d[^)]*\)|\bof protocol \d|protocol\.md \d/g)].map(
      ([text]) => `${file}: ${text}`,
    ),
  );
  expect(vague).toEqual([]);
});
