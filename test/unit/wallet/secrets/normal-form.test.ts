import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isNormal } from '../../../../main/wallet/secrets/normal-form.ts';

/** Marks of several classes, letters with and without a decomposition, syllables of Hangul, and what only NFKD replaces. */
const TELLING = Array.from('aé\u0301\u0323\u0345\u0327\u{1d165}\u{1d15e}각\u1100\u11a8ﬁ①Åẛ̣');
const text = fc.string({
  unit: fc.oneof(fc.constantFrom(...TELLING), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })),
});

test('a text is normal exactly when the form NFKD of it is the text itself', () => {
  fc.assert(
    fc.property(text, (each) => {
      expect(isNormal(Buffer.from(each))).toBe(each.normalize('NFKD') === each);
      expect(isNormal(Buffer.from(each.normalize('NFKD')))).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('bytes are not normal if they are not the UTF-8 of a text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 6 }), (bytes) => {
      const read = Buffer.from(bytes).toString('utf8');
      const isText = Buffer.from(read).equals(bytes);
      expect(isNormal(bytes)).toBe(isText && read.normalize('NFKD') === read);
    }),
    { numRuns: 5000 },
  );
});

test.each(['80', 'c2', 'c0af', 'e08080', 'eda080', 'f08080af', 'f4908080', 'f8888080', '61cc'])(
  'the bytes %s are not normal',
  (hex) => {
    expect(isNormal(Buffer.from(hex, 'hex'))).toBe(false);
  },
);
