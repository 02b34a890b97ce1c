/** A signed message as one text that can be sent and pasted: docs/formats/signed-message.md. */
export interface SignedMessage {
  readonly message: string;
  readonly address: string;
  /** 64 bytes, hex. */
  readonly signature: string;
}

const BEGIN = '-----BEGIN KITH SIGNED MESSAGE-----';
const MIDDLE = '-----BEGIN KITH SIGNATURE-----';
const END = '-----END KITH SIGNED MESSAGE-----';
const MAX_TEXT = 25_000;

export function encodeSignedMessage({ message, address, signature }: SignedMessage): string {
  // As in RFC 4880: a line of the message that begins with a dash gets "- " before it.
  const lines = message.split('\n').map((line) => (line.startsWith('-') ? `- ${line}` : line));
  return [BEGIN, ...lines, MIDDLE, address, signature, END, ''].join('\n');
}

/** The parts of a pasted text, or null if it is not a signed message. Text before and after it is ignored. */
export function parseSignedMessage(text: string): SignedMessage | null {
  if (text.length > MAX_TEXT) return null;
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const start = lines.findIndex((line) => line.trim() === BEGIN);
  const middle = lines.findIndex((line, i) => i > start && line.trim() === MIDDLE);
  if (start < 0 || middle < 0) return null;
  const [address = '', signature = '', end = ''] = lines.slice(middle + 1).map((line) => line.trim());
  if (end !== END || !/^[0-9a-z]{1,160}$/i.test(address) || !/^[0-9a-f]{128}$/i.test(signature)) return null;
  const message = lines
    .slice(start + 1, middle)
    .map((line) => (line.startsWith('- ') ? line.slice(2) : line))
    .join('\n');
  return { message, address, signature: signature.toLowerCase() };
}
