import { cat, u32, u8 } from '../../chain/foreign-miner.ts';
import { type Example, type Row, example } from '../example.ts';
import { toHex } from '../../../../main/core/codec/hex.ts';

/** Some bytes of a message: the name of the field, its bytes, and what they mean. */
export type Field = readonly [field: string, bytes: Uint8Array, means: string];

/**
 * One message of docs/wire.md. Its bytes are put together here by hand, field by field, as the page says; `encode` and
 * `decode` are the node's own, so that each is checked by the other.
 */
export interface MessageExample {
  /** As on the page; a second example of a message has a suffix. */
  readonly name: string;
  /** The protocol or topic that it belongs to, or another one that has the same form. */
  readonly on: string;
  readonly fields: readonly Field[];
  /** What the node's encoder gives for the same contents, in the same form as the fields. */
  readonly encode: () => Uint8Array;
  /** What the node's decoder reads, and what it should be. Null: nobody decodes it, such as an answer without a body. */
  readonly decode: (() => { readonly read: unknown; readonly expected: unknown }) | null;
}

/** All bytes of a message. */
export const bytesOf = ({ fields }: MessageExample): Uint8Array => cat(...fields.map(([, bytes]) => bytes));

/** A message in a frame: the head is put before its fields. */
export function framed(
  name: string,
  on: string,
  frame: { readonly type: number; readonly id: number },
  fields: readonly Field[],
  codec: {
    readonly encode: () => Uint8Array;
    readonly decode?: (body: Uint8Array) => { readonly read: unknown; readonly expected: unknown };
  },
): MessageExample {
  const body = cat(...fields.map(([, bytes]) => bytes));
  const head = cat(u32(body.length), u8(frame.type), u32(frame.id));
  const { decode } = codec;
  const type = `0x${toHex(u8(frame.type))}`;
  return {
    name,
    on,
    fields: [['head', head, `length ${body.length}, type ${type}, id ${frame.id}`], ...fields],
    encode: () => cat(head, codec.encode()),
    // A plain array: of a Buffer, `slice` would not copy.
    decode: decode === undefined ? null : () => decode(Uint8Array.from(body)),
  };
}

/** Up to so many digits of hexadecimal have their meaning on the same line. */
const SHORT = 32;

/** As it stands on the page: each line a field, its bytes, and in parentheses what they mean. */
export function shownMessage({ name, fields }: MessageExample): Example {
  const rows = fields.map(([field, bytes, means]): Row => {
    const hex = toHex(bytes).replace(/.{88}(?=.)/g, '$&\n');
    return [field, `${hex}${bytes.length * 2 <= SHORT ? ' ' : '\n'}(${means})`];
  });
  return example(name, rows);
}

/** All messages for programs: a list in JSON. */
export function messageFile(examples: readonly MessageExample[]): string {
  const entries = examples.map((each) => ({
    name: each.name,
    on: each.on,
    bytes: toHex(bytesOf(each)),
    fields: each.fields.map(([field, bytes, means]) => ({ field, bytes: toHex(bytes), means })),
  }));
  return `${JSON.stringify(entries, null, 2)}\n`;
}
