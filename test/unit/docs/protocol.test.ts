import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { RULE_SENTENCES } from '../../../shared/sentences/rules.ts';
import { recomputedExamples } from '../../support/chain/foreign-examples.ts';
import { GIVEN } from '../../support/chain/foreign-keys.ts';
import { exampleChain, protocolExamples } from '../../support/chain/protocol-examples.ts';
import { openTestChain } from '../../support/chain/test-chain.ts';
import { rowsOf, shownExamples } from '../../support/pages/example.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/protocol.md'), 'utf8');
const shown = shownExamples(page);
const examples = await protocolExamples();

test.each(examples)('the example $name on the page is what the code computes', ({ name, text }) => {
  expect(shown.get(name)).toBe(text);
});

test('the page has no example that no code computes', () => {
  const known = examples.map(({ name }) => name);
  expect([...shown.keys()].filter((name) => !known.includes(name))).toEqual([]);
});

/** Tables of facts; what follows from them is recomputed in the examples `parameters` and `founded`. */
const FACTS = new Set(['networks', 'network-file']);

describe('each line of each example follows from the rules of the page under the name that it has there', () => {
  const rows = new Map([...shown].map(([name, text]) => [name, rowsOf(text)]));
  const recomputed = recomputedExamples(rows);
  const lines = [...rows]
    .filter(([name]) => !FACTS.has(name))
    .flatMap(([name, each]) => [...each].map(([label, value]) => ({ name, label, value })));

  test.each(lines)('$name: $label', ({ name, label, value }) => {
    const computed = recomputed[name]?.[label];
    expect(computed, 'no rule of test/support/chain/foreign-examples.ts gives this line').toBeDefined();
    if (computed !== GIVEN) expect(value).toBe(computed);
  });

  test('no line that the rules produce is missing on the page', () => {
    const missing = Object.entries(recomputed).flatMap(([name, each]) =>
      Object.keys(each).filter((label) => rows.get(name)?.has(label) !== true),
    );
    expect(missing).toEqual([]);
  });
});

test('the page refers to no source file', () => {
  expect(page.match(/`?(?:main|test|tools|shared)\/[\w/.-]+/g) ?? []).toEqual([]);
});

test('the page lists every rule, and no code that does not exist', () => {
  const codes = Object.keys(RULE_SENTENCES);
  const listed = [
    ...page.matchAll(/^\| `((?:codec|tx|coin|coinbase|snapshot|header|block|lock|policy)-[a-z0-9-]+)`/gm),
  ];
  const named = [...page.matchAll(/`(block-(?:orphan|invalid|genesis))`: /g)];
  expect([...listed, ...named].map(([, code]) => code).sort()).toEqual(codes.sort());
});

test('the real chain accepts the blocks of the example', async () => {
  const { blocks } = exampleChain();
  const chain = await openTestChain();
  for (const { bytes } of blocks)
    expect(await chain.submitBlock(bytes)).toMatchObject({ status: 'connected' });
  await chain.close();
});
