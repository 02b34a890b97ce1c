import { createHash } from 'node:crypto';
import { generateKeyPair } from '@libp2p/crypto/keys';
import type { Connection, Stream } from '@libp2p/interface';
import { equalBytes } from '../core/codec/bytes.ts';
import { toHex } from '../core/codec/hex.ts';
import { formatJoinLink, type JoinLink } from '../core/params/join-link.ts';
import { writeNetworkFile } from '../core/params/network-file.ts';
import type { Network } from '../core/params/network.ts';
import type { Clock } from '../lib/clock.ts';
import { KithError, messageOf } from '../lib/errors.ts';
import type { Random } from '../lib/random.ts';
import type { Chain } from '../chain/chain.ts';
import { hexToHash } from '../storage/keys.ts';
import { createHost } from './transport/host.ts';
import { namesOf } from './transport/protocols.ts';
import type { StreamClock } from './protocol/deadline.ts';
import { createCaller } from './protocol/requester.ts';
import { FRAME } from './protocol/frame-types.ts';
import { type PeerViolation, peerViolation } from './protocol/wire-violation.ts';
import { REQUEST } from './protocol/requests.ts';
import { type Handler, serve, type Toll } from './protocol/responder.ts';

/** The network file in canonical form: parameters in alphabetical order. Join links contain its hash. */
export function networkFileOf(network: Network): string {
  const params = Object.fromEntries(Object.entries(network.params).sort(([a], [b]) => (a < b ? -1 : 1)));
  return writeNetworkFile({ ...network, params: params as unknown as Network['params'] });
}

/** SHA-256 of the canonical network file. */
export function networkFileHash(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text, 'utf8').digest());
}

// A join link names a block at least this deep, deeper than any expected reorganisation: one day of blocks.
const MIN_LINK_DEPTH = 1440;
const LINK_ADDRESSES = 4;

/** A link with which a new user can join the network at these addresses. Null when there are none. */
export function joinLinkTo(
  network: Network,
  chain: Pick<Chain, 'tip' | 'atHeight'>,
  at: readonly string[],
): string | null {
  const addresses = at.slice(0, LINK_ADDRESSES);
  if (addresses.length === 0) return null;
  const file = network.founded ? networkFileHash(networkFileOf(network)) : null;
  const { height, id, work } =
    chain.atHeight(Math.max(0, chain.tip().height - MIN_LINK_DEPTH)) ?? chain.tip();
  return formatJoinLink({ id: network.id, file, block: { height, id: hexToHash(id), work }, addresses });
}

/** Serves the network file to any connection without a handshake: a new node needs the file to send a hello. */
export function serveNetworkFile(
  text: string,
  clock: StreamClock,
  tollOf: (connection: Connection) => Toll,
): (stream: Stream, connection: Connection) => void {
  const bytes = new TextEncoder().encode(text);
  const file: Handler = {
    cap: FRAME.getNetworkFile.cap,
    async handle(_frame, reply): Promise<PeerViolation | null> {
      await reply(FRAME.networkFile.type, bytes);
      // One request per stream: repeated requests would only be load.
      return peerViolation('wire-unexpected');
    },
  };
  const handlers = new Map([[FRAME.getNetworkFile.type, file]]);
  return (stream, connection) => void serve(stream, handlers, { clock, toll: tollOf(connection) });
}

export interface FetchDeps {
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Downloads the network file that a join link names. Tries the addresses of the link in order, with a separate libp2p
 * host.
 * @throws {KithError} `join-unreachable` when no address serves the file with that hash
 */
export async function fetchNetworkFile(
  link: JoinLink,
  file: Uint8Array,
  { clock, random }: FetchDeps,
): Promise<string> {
  const names = namesOf(toHex(link.id));
  const host = await createVisitor({ clock, random });
  const causes: string[] = [];
  try {
    await host.start();
    for (const address of link.addresses) {
      try {
        const text = await ask(await host.dial(address), names.join, clock);
        if (equalBytes(networkFileHash(text), file)) return text;
        causes.push(`${address} gave another file`);
      } catch (error) {
        causes.push(`${address}: ${messageOf(error)}`);
      }
    }
  } finally {
    await host.stop();
  }
  throw new KithError('join-unreachable', causes.join('; '), {
    data: { addresses: link.addresses.join(' ') },
  });
}

/** What the nodes of a join link answered. */
export interface LinkAnswers {
  /** The network file; null if no node sent the one with the hash of the link, or if the link has none. */
  readonly file: string | null;
  readonly nodes: readonly { readonly address: string; readonly answered: boolean }[];
}

/** Connects to all nodes of a link at the same time, for at most `ms`, and asks each for the network file. */
export async function askLinkNodes(
  link: JoinLink,
  wanted: Uint8Array | null,
  { clock, random, ms }: FetchDeps & { readonly ms: number },
): Promise<LinkAnswers> {
  const names = namesOf(toHex(link.id));
  const host = await createVisitor({ clock, random });
  const late = clock.sleep(ms).then(() => null);
  let file: string | null = null;
  const visit = async (address: string): Promise<boolean> => {
    try {
      const connection = await Promise.race([host.dial(address), late]);
      if (connection === null) return false;
      if (wanted === null) return true;
      const text = await Promise.race([ask(connection, names.join, clock), late]);
      if (text === null || !equalBytes(networkFileHash(text), wanted)) return false;
      file = text;
      return true;
    } catch {
      return false;
    }
  };
  try {
    await host.start();
    const nodes = await Promise.all(
      link.addresses.map(async (address) => ({ address, answered: await visit(address) })),
    );
    return { file, nodes };
  } finally {
    await host.stop();
  }
}

/** A host that only makes outbound connections, with a peer id of its own. */
async function createVisitor({ clock, random }: FetchDeps) {
  return createHost({
    key: await generateKeyPair('Ed25519'),
    listen: [],
    topics: [],
    software: 'kith',
    denied: { host: () => false, peer: () => false },
    scoreOf: () => 0,
    clock,
    random,
  });
}

async function ask(
  connection: { newStream(protocol: string): Promise<Stream> },
  protocol: string,
  clock: StreamClock,
): Promise<string> {
  let text: string | null = null;
  const caller = createCaller({
    open: () => connection.newStream(protocol),
    clock,
    onViolation: () => undefined,
  });
  try {
    await caller.call({
      kind: REQUEST.getNetworkFile,
      body: new Uint8Array(0),
      onReply(frame) {
        text = new TextDecoder().decode(frame.body);
        return null;
      },
    });
  } finally {
    caller.close();
  }
  if (text === null) throw new KithError('peer-gone', 'it did not answer');
  return text;
}
