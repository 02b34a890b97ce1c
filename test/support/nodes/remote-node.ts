import { once } from 'node:events';
import type { Peer } from '../../../shared/contract/peers.ts';
import type { ReachabilityResult } from '../../../main/net/nat/verdict.ts';
import { forkInside, type World } from './namespaces.ts';
import { newDirectory } from '../chain/test-chain.ts';
import { programOf } from '../programs.ts';
import type { TestNodeOptions } from './test-node.ts';

export interface RemoteOptions extends Omit<TestNodeOptions, 'network' | 'log' | 'minimumWork'> {
  /** Regtest unless told. */
  readonly network?: 'regtest' | 'local';
}
export type RemoteRequest =
  | { readonly do: 'look' | 'stop' | 'test-reach' }
  | { readonly do: 'add'; readonly address: string }
  | { readonly do: 'mine'; readonly blocks: number };

/** What is to be seen of a node. */
export interface RemoteReply {
  readonly peerId: string;
  readonly height: number;
  readonly addresses: readonly string[];
  readonly peers: readonly Peer[];
  readonly bans: number;
  readonly reach: ReachabilityResult;
  readonly failure?: string;
}

/** A node on a machine of a made-up network. */
export interface RemoteNode {
  readonly peerId: string;
  ask(request: RemoteRequest): Promise<RemoteReply>;
  look(): Promise<RemoteReply>;
  stop(): Promise<void>;
}

const PROGRAM = programOf(new URL('../fixtures/remote-node.ts', import.meta.url));

export async function startRemoteNode(
  world: World,
  machine: string,
  options: RemoteOptions,
): Promise<RemoteNode> {
  const given = JSON.stringify({ directory: newDirectory(), ...options });
  const child = forkInside(world, machine, PROGRAM, [given]);
  const ended = once(child, 'exit');
  const failed = ended.then(() => Promise.reject(new Error(`the node on ${machine} has ended`)));
  failed.catch(() => undefined);
  const heard = async () => {
    const [reply] = (await Promise.race([once(child, 'message'), failed])) as [RemoteReply];
    return reply;
  };
  let turn: Promise<unknown> = Promise.resolve();
  const ask = (request: RemoteRequest): Promise<RemoteReply> => {
    const asked = turn.then(() => {
      const answer = heard();
      child.send(request);
      return answer;
    });
    turn = asked.catch(() => undefined);
    return asked;
  };

  const { peerId } = await heard();
  return {
    peerId,
    ask,
    look: () => ask({ do: 'look' }),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      if (child.connected) child.send({ do: 'stop' });
      await ended;
      clearTimeout(timer);
    },
  };
}
