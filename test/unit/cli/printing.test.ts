import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonLine, plainText } from '../../../main/cli/printing.ts';

const ACTIVE = /\p{Cc}|[\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\u{e0001}]/u;
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0x10ffff }),
      fc.constantFrom(0x9b, 0x1b, 0x202e, 0x2028, 0xe0001, 0x7f),
    ),
    {
      maxLength: 20,
    },
  )
  .map((points) => String.fromCodePoint(...points));

test('a result is the same JSON on one line, without control characters', () => {
  fc.assert(
    fc.property(fc.record({ label: anyText, list: fc.array(anyText) }), (value) => {
      const line = jsonLine(value);
      expect(JSON.parse(line)).toEqual(value);
      expect(line.slice(0, -1)).not.toMatch(ACTIVE);
      expect(line.split('\n')).toHaveLength(2);
    }),
  );
});

test('text for users keeps its lines and its letters', () => {
  expect(plainText('a\u202eb\u009b31m\u001b]0;x\u0007\nمی\u200cخواهم 貯金\n')).toBe(
    'ab31m]0;x\nمی\u200cخواهم 貯金\n',
  );
});

test('every command prints through these functions', () => {
  const folder = join(import.meta.dirname, '../../../main/cli');
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'printing.ts');
  expect(files.length).toBeGreaterThan(10);
  for (const name of files) {
    const text = readFileSync(join(folder, name), 'utf8');
    expect(text.match(/JSON\.stringify/g) ?? [], name).toEqual([]);
  }
});
