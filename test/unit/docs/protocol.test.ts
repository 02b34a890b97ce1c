import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { RULE_SENTENCES } from '../../../shared/sentences/rules.ts';
import { exampleChain, protocolExamples } from '../../support/chain/protocol-examples.ts';
import { openTestChain } from '../../support/chain/test-chain.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/protocol.md'), 'utf8');
const shown = [...page.matchAll(/```text example=(\S+)\n([^`]*)\n```/g)];

test.each(protocolExamples())('the example $name on the page is what the code gives', ({ name, text }) => {
  expect(shown.find(([, found]) => found === name)?.[2]).toBe(text);
});

test('the page has no example that nothing computes', () => {
  const known = protocolExamples().map(({ name }) => name);
  expect(shown.map(([, name]) => name).filter((name) => !known.includes(name!))).toEqual([]);
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
