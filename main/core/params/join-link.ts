import { compact } from '../../../shared/pasted.ts';
import type { Height } from '../../../shared/units.ts';
import { fromHex, toHex } from '../codec/hex.ts';
import type { Hash } from '../crypto/hash.ts';

/**
 * Everything that a new node needs to join a network through any of its nodes:
 * `kith:join?id=…&file=…&block=HEIGHT.ID.WORK&at=ADDRESS&at=…`. Hashes and work are hexadecimal, addresses multiaddresses
 * in percent-encoding.
 */
export interface JoinLink {
  /** The network id. */
  readonly id: Hash;
  /** SHA-256 of the network file; null for a network that the program knows. */
  readonly file: Hash | null;
  /** A buried block of the right chain, and the work up to it: the node follows no chain with less work. */
  readonly block: { readonly height: Height; readonly id: Hash; readonly work: bigint };
  /** Addresses of nodes of the network, 1 to 8. */
  readonly addresses: readonly string[];
}

const PREFIX = 'kith:join?';
const MAX_CHARACTERS = 4096;
/** Longest text in characters, before white space and invisible characters are removed. */
const MAX_PASTED = 4 * MAX_CHARACTERS;
const MAX_ADDRESSES = 8;
const MAX_ADDRESS = 512;

export function formatJoinLink({ id, file, block, addresses }: JoinLink): string {
  const parts = [`id=${toHex(id)}`];
  if (file !== null) parts.push(`file=${toHex(file)}`);
  parts.push(`block=${block.height}.${toHex(block.id)}.${block.work.toString(16)}`);
  for (const address of addresses.slice(0, MAX_ADDRESSES)) parts.push(`at=${escape(address)}`);
  return PREFIX + parts.join('&');
}

/** Reads a link as the user sees it, each address once; null for any other text. Ignores unknown fields, which a later version may add. */
export function parseJoinLink(text: string): JoinLink | null {
  if (text.length > MAX_PASTED) return null;
  const trimmed = compact(text);
  if (trimmed.length > MAX_CHARACTERS || trimmed.slice(0, PREFIX.length).toLowerCase() !== PREFIX)
    return null;
  const fields = new Map<string, string[]>();
  for (const part of trimmed.slice(PREFIX.length).split('&')) {
    const at = part.indexOf('=');
    const value = at < 0 ? null : unescape(part.slice(at + 1));
    if (value === null) return null;
    const name = part.slice(0, at);
    fields.set(name, [...(fields.get(name) ?? []), value]);
  }
  const one = (name: string): string | null =>
    fields.get(name)?.length === 1 ? fields.get(name)![0]! : null;
  const id = readHash(one('id'));
  const file = fields.has('file') ? readHash(one('file')) : null;
  const block = readBlock(one('block'));
  const addresses = [...new Set(fields.get('at'))];
  if (id === null || block === null || (fields.has('file') && file === null)) return null;
  if (addresses.length === 0 || addresses.length > MAX_ADDRESSES) return null;
  // The connector checks later whether it is a multiaddress. A line break or a space cannot be part of an address.
  if (!addresses.every((each) => each.length <= MAX_ADDRESS && /^\/[!-~]+$/.test(each))) return null;
  return { id, file, block, addresses };
}

function readBlock(text: string | null): JoinLink['block'] | null {
  const found = /^(\d{1,10})\.([0-9a-f]{64})\.([0-9a-f]{1,64})$/i.exec(text ?? '');
  if (found === null) return null;
  const [, height, id, work] = found as unknown as [string, string, string, string];
  if (Number(height) > 0xffff_ffff) return null;
  return { height: Number(height), id: fromHex(id.toLowerCase())!, work: BigInt(`0x${work}`) };
}

function readHash(text: string | null): Hash | null {
  return text !== null && /^[0-9a-f]{64}$/i.test(text) ? fromHex(text.toLowerCase()) : null;
}

// The core has no URL functions of a runtime; a link needs only these two.
function escape(text: string): string {
  return text.replace(
    /[^A-Za-z0-9/._:-]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

function unescape(text: string): string | null {
  if (/%(?![0-9a-f]{2})/i.test(text)) return null;
  return text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
