import type { KithClient } from '../../shared/contract/contract.ts';
import type { NetworkActivity } from '../../shared/contract/network.ts';
import type { DemoNetwork } from './demo-network.ts';

/** One line about the whole network, from the current status of its nodes. */
export async function describeDemo(network: DemoNetwork, own: KithClient | null): Promise<string> {
  const clients = network.nodes.map(({ connection }) => connection.client);
  const statuses = await Promise.all(clients.map((client) => client.node.status()));
  const activities = await Promise.all(clients.map((client) => client.network.activity()));
  const heights = statuses.map(({ height }) => height);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const agreed = new Set(statuses.map(({ tip }) => tip)).size === 1;
  const links = statuses.reduce((sum, { peers }) => sum + peers, 0) / statuses.length;
  const waiting = Math.max(...statuses.map(({ mempool }) => mempool));
  const parts = [
    `${statuses.length} nodes at block ${low === high ? high : `${low}–${high}`}${agreed ? ', all agree' : ''}`,
    `${links.toFixed(1)} peers each`,
    `${network.payments()} payments`,
    `${waiting} in the mempool`,
    describeCompact(activities),
  ];
  if (own) parts.push(`you: ${(await own.node.status()).sentence}`);
  return parts.join(' · ');
}

function describeCompact(activities: readonly NetworkActivity[]): string {
  const sum = (name: keyof NetworkActivity['compact']): number =>
    activities.reduce((all, { compact }) => all + compact[name], 0);
  const all = sum('whole') + sum('asked') + sum('failed');
  if (all === 0) return `${sum('inline')} small blocks received in full`;
  return `${all} compact blocks, ${Math.floor((100 * sum('whole')) / all)} % reconstructed without a round trip`;
}
