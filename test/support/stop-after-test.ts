import { onTestFinished } from 'vitest';
import { REGTEST_NETWORK } from '../../main/core/params/built-in-networks.ts';
import { type NodeProcess, type NodeProcessOptions, startNodeProcess } from './nodes/node-process.ts';
import { type RawPeer, type RawPeerOptions, startRawPeer } from './nodes/raw-peer.ts';
import { startNode, type TestNode, type TestNodeOptions } from './nodes/test-node.ts';

/**
 * Stops `started` when the running test finishes, passed or failed: what started last stops first, and a stop that fails
 * fails the test and keeps no other from running. A test may call `stop` of the returned object earlier; it runs once.
 */
export function stopAfterTest<T extends { stop(): Promise<unknown> }>(started: T): T {
  let stopped: Promise<unknown> | undefined;
  const stop = () => (stopped ??= started.stop());
  onTestFinished(async () => void (await stop()));
  return { ...started, stop };
}

/** A node in this process. */
export const startTestNode = async (options?: TestNodeOptions): Promise<TestNode> =>
  stopAfterTest(await startNode(options));

/** A regtest peer without a node that has connected to `at`. */
export const startTestPeer = async (at: TestNode, options: Partial<RawPeerOptions> = {}): Promise<RawPeer> =>
  stopAfterTest(await startRawPeer(at.address, { network: REGTEST_NETWORK, ...options }));

/** A node in a process of its own; killed after the test unless it has ended by then. */
export async function startTestProcess(options?: NodeProcessOptions): Promise<NodeProcess> {
  const node = await startNodeProcess(options);
  onTestFinished(() => node.kill());
  return node;
}
