import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { verifyReference } from '../../../main/core/crypto/ed25519.ts';
import { rowsOf, shownExamples, withExamples } from '../../support/pages/example.ts';
import { checkPages } from '../../support/pages/pages.ts';

test('every computed part of docs/ is what the code computes (else run `npm run vectors -- --write`)', async () => {
  const reports = await checkPages();
  expect(reports.length).toBeGreaterThan(1);
  for (const { name, total, differences } of reports) {
    expect(total, name).toBeGreaterThan(0);
    expect(differences).toEqual([]);
  }
});

test('the published file of signatures has the result of the rule for each', () => {
  const file = path.resolve(import.meta.dirname, '../../../docs/vectors/signatures.json');
  const cases = JSON.parse(readFileSync(file, 'utf8')) as Record<
    'name' | 'key' | 'message' | 'signature',
    string
  >[];
  const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
  const judged = cases.map(({ key, message, signature, ...rest }) => ({
    ...rest,
    holds: verifyReference(bytes(key), bytes(signature), bytes(message)),
  }));
  expect(judged).toHaveLength(76);
  expect(judged).toEqual(
    judged.map((each) => ({ ...each, holds: (each as unknown as { valid: boolean }).valid })),
  );
});

test('examples are written at their place and at no other', () => {
  const page = 'Before\n```text example=one\nold\n```\n```text example=two\nkept\n```\n';
  const written = withExamples(page, [
    { name: 'one', text: 'label              0011\n                   2233' },
    { name: 'three', text: 'x' },
  ]);
  expect(written.missing).toEqual(['three']);
  const shown = shownExamples(written.page);
  expect(shown.get('two')).toBe('kept');
  expect([...rowsOf(shown.get('one')!)]).toEqual([['label', '00112233']]);
});
