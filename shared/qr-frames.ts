/**
 * Bytes as numbered QR codes that are shown one after the other: docs/formats/qr-frames.md. The text of a frame uses
 * only characters of the alphanumeric mode of QR codes.
 */

/** Largest content in bytes. Larger files are moved as files. */
export const MAX_FRAMED_BYTES = 32_768;
/** How long each frame is shown, in milliseconds. A camera reads about ten codes a second. */
export const FRAME_MS = 250;
/** Content of a frame in bytes: a QR code of version 11, which cameras of laptops read. */
const SMALL_FRAME_BYTES = 160;
/** Above this many small frames, 4 s, frames are larger. */
const MAX_SMALL_FRAMES = 16;
const LARGE_FRAME_BYTES = 480;
const MAX_FRAMES = Math.ceil(MAX_FRAMED_BYTES / SMALL_FRAME_BYTES);

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const FRAME = /^KF1:([0-9A-F]{8}):([1-9]\d{0,2})\/([1-9]\d{0,2}):([A-Z2-7]{1,800})$/;

/** The texts of the frames, in order. Null for empty content, and for content that is too long. */
export function encodeFrames(bytes: Uint8Array): string[] | null {
  if (bytes.length === 0 || bytes.length > MAX_FRAMED_BYTES) return null;
  const isSmall = bytes.length <= SMALL_FRAME_BYTES * MAX_SMALL_FRAMES;
  const size = isSmall ? SMALL_FRAME_BYTES : LARGE_FRAME_BYTES;
  const count = Math.ceil(bytes.length / size);
  const id = checksumOf(bytes);
  return Array.from({ length: count }, (_, i) => {
    const part = toBase32(bytes.subarray(i * size, (i + 1) * size));
    return `KF1:${id}:${i + 1}/${count}:${part}`;
  });
}

/** Collects frames in any order, from a camera that sees some of them several times. */
export interface FrameCollector {
  /**
   * `ignored`: the text is not a frame. `complete`: all frames are there and `content` has the bytes. A frame of other
   * content starts again, because the other screen shows something new.
   */
  add(text: string): 'ignored' | 'added' | 'complete';
  /** How many frames were read, and of how many; null before the first. */
  readonly progress: { readonly have: number; readonly of: number } | null;
  /** The bytes once all frames are there and their checksum is right. */
  readonly content: Uint8Array | null;
}

export function createFrameCollector(): FrameCollector {
  let id = '';
  let of = 0;
  let parts = new Map<number, Uint8Array>();
  let content: Uint8Array | null = null;

  const start = (nextId: string, nextOf: number) => {
    id = nextId;
    of = nextOf;
    parts = new Map();
    content = null;
  };
  return {
    get progress() {
      return of === 0 ? null : { have: parts.size, of };
    },
    get content() {
      return content;
    },
    add(text) {
      const match = FRAME.exec(text);
      const part = match === null ? null : fromBase32(match[4]!);
      if (match === null || part === null) return 'ignored';
      const [number, count] = [Number(match[2]), Number(match[3])];
      if (number > count || count > MAX_FRAMES) return 'ignored';
      if (match[1] !== id || count !== of) start(match[1]!, count);
      if (content !== null) return 'complete';
      parts.set(number, part);
      if (parts.size < of) return 'added';
      const whole = concat(Array.from({ length: of }, (_, i) => parts.get(i + 1)!));
      if (whole.length > MAX_FRAMED_BYTES || checksumOf(whole) !== id) {
        start('', 0);
        return 'ignored';
      }
      content = whole;
      return 'complete';
    },
  };
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** CRC-32 (IEEE 802.3) as eight uppercase hex digits. */
function checksumOf(bytes: Uint8Array): string {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return ((crc ^ 0xffff_ffff) >>> 0).toString(16).toUpperCase().padStart(8, '0');
}

/** Base 32 of RFC 4648 without padding. */
function toBase32(bytes: Uint8Array): string {
  let [text, bits, value] = ['', 0, 0];
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += ALPHABET[(value >>> (bits - 5)) & 31]!;
  }
  return bits === 0 ? text : text + ALPHABET[(value << (5 - bits)) & 31]!;
}

/** Null for a text that {@link toBase32} never returns. */
function fromBase32(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let [at, bits, value] = [0, 0, 0];
  for (const digit of text) {
    value = ((value << 5) | ALPHABET.indexOf(digit)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (value >>> bits) & 0xff;
  }
  return toBase32(bytes) === text ? bytes : null;
}
