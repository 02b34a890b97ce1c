import { expect, test } from 'vitest';
import { toHex } from '../../../main/core/codec/hex.ts';
import { mnemonicToSeed } from '../../../main/core/crypto/mnemonic.ts';
import { seedOf } from '../../../main/workers/seed.ts';

const WORDS = 'legal winner thank year wave sausage worth useful legal winner thank yellow';

test.each(['', 'TREZOR', 'pässwörd ㍍ガバヴァぱばぐゞちぢ十人十色', 'x'.repeat(500)])(
  'the native seed is the reference one, with the passphrase "%s"',
  async (passphrase) => {
    expect(toHex(await seedOf(Buffer.from(WORDS), Buffer.from(passphrase.normalize('NFKD'))))).toBe(
      toHex(await mnemonicToSeed(WORDS, passphrase)),
    );
  },
);

test('many seeds at the same time do not block the thread', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await Promise.all(Array.from({ length: 100 }, () => seedOf(Buffer.from(WORDS), Buffer.from('TREZOR'))));
  clearInterval(timer);
  // The reference does not return to the event loop before all of them are done.
  expect(turns).toBeGreaterThan(10);
});
