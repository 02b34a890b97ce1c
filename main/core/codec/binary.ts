/**
 * Binary strings: one character (U+0000 to U+00FF) per byte. V8 creates, hashes and compares them several times faster than
 * byte arrays, so they are the keys of maps and the form of digests.
 */
export type BinaryString = string;

type ToBinary = (bytes: Uint8Array) => BinaryString;

let toBinaryNow: ToBinary = (bytes) => {
  let text = '';
  // In slices, because the stack limits the number of arguments of a call.
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
};

/** Installs a faster conversion of the runtime; see installSha256. */
export function installToBinary(implementation: ToBinary): void {
  toBinaryNow = implementation;
}

export function toBinary(bytes: Uint8Array): BinaryString {
  return toBinaryNow(bytes);
}

/** Writes the bytes of a binary string and returns the offset after them. */
export function writeBinary(text: BinaryString, out: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
  return at + text.length;
}

export function fromBinary(text: BinaryString): Uint8Array {
  const bytes = new Uint8Array(text.length);
  writeBinary(text, bytes, 0);
  return bytes;
}
