import type { Stream } from '@libp2p/interface';

/** Writes the gossip router's messages by hand, so that nothing keeps a test from writing wrong ones. */
export interface GossipPen {
  subscribe(...topics: readonly string[]): void;
  publish(topic: string, data: Uint8Array): void;
  /** Any bytes as one packet. */
  packet(bytes: Uint8Array): void;
  /** Any bytes with no length before them. */
  raw(bytes: Uint8Array): void;
  /** Waits until the node has room for more; false when the stream has ended. */
  ready(): Promise<boolean>;
}

const WAITING_BYTES = 1 << 20;

export function createGossipPen(stream: Stream): GossipPen {
  const send = (bytes: Uint8Array) => {
    if (stream.status === 'open') stream.send(bytes);
  };
  const packet = (bytes: Uint8Array) => send(Buffer.concat([varint(bytes.length), bytes]));
  return {
    packet,
    raw: send,
    // RPC.subscriptions = 1 { subscribe = 1, topic = 2 }
    subscribe: (...topics) =>
      packet(
        Buffer.concat(topics.map((topic) => field(1, Buffer.concat([Buffer.from([8, 1]), text(2, topic)])))),
      ),
    // RPC.messages = 2 { data = 2, topic = 4 }
    publish: (topic, data) => packet(field(2, Buffer.concat([field(2, data), text(4, topic)]))),
    async ready() {
      while (stream.status === 'open' && stream.writeBufferLength > WAITING_BYTES)
        await new Promise((resolve) => setTimeout(resolve, 5));
      return stream.status === 'open';
    },
  };
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

const field = (number: number, bytes: Uint8Array) =>
  Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);
const text = (number: number, value: string) => field(number, Buffer.from(value));
