import { toBinary } from './binary.ts';

const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Lowercase hexadecimal, two digits per byte, in the order of the bytes. */
export function toHex(bytes: Uint8Array): string {
  // Creates the string in one step: concatenating digits costs several times as much.
  const codes = new Uint8Array(2 * bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    codes[2 * i] = DIGITS[bytes[i]! >>> 4]!;
    codes[2 * i + 1] = DIGITS[bytes[i]! & 15]!;
  }
  return toBinary(codes);
}

/** The bytes of a lowercase or uppercase hexadecimal text, or null if it is not one. */
export function fromHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const [high, low] = [valueOf(text, 2 * i), valueOf(text, 2 * i + 1)];
    if (high < 0 || low < 0) return null;
    bytes[i] = (high << 4) | low;
  }
  return bytes;
}

/** The value of the digit at `at`, or -1. */
function valueOf(text: string, at: number): number {
  return VALUES[text.charCodeAt(at)] ?? -1;
}

const VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < 16; value++) {
  VALUES[value.toString(16).charCodeAt(0)] = value;
  VALUES[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}
