import type { KithClient } from '../../shared/contract/contract.ts';
import type { DemoNetwork } from './demo-network.ts';

/** One plain line about the whole network, from what its nodes say right now. */
export async function describeDemo(network: DemoNetwork, own: KithClient | null): Promise<string> {
  const statuses = await Promise.all(network.nodes.map(({ connection }) => connection.client.node.status()));
  const heights = statuses.map(({ height }) => height);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const agreed = new Set(statuses.map(({ tip }) => tip)).size === 1;
  const links = statuses.reduce((sum, { peers }) => sum + peers, 0) / statuses.length;
  const waiting = Math.max(...statuses.map(({ mempool }) => mempool));
  const parts = [
    `${statuses.length} nodes at block ${low === high ? high : `${low}–${high}`}${agreed ? ', all agree' : ''}`,
    `${links.toFixed(1)} peers each`,
    `${network.payments()} payments`,
    `${waiting} waiting`,
  ];
  if (own) parts.push(`you: ${(await own.node.status()).sentence}`);
  return parts.join(' · ');
}
