import type { NetworksState, NetworkSummary } from '../../shared/contract/networks.ts';
import { compact } from '../../shared/pasted.ts';
import { group } from '../../shared/units.ts';
import { plural } from './number.ts';

/** What a built-in network is for; null for other networks. */
export function builtInPurpose({ kind, name }: Pick<NetworkSummary, 'kind' | 'name'>): string | null {
  if (kind !== 'built-in') return null;
  if (name === 'main') return 'For real money; not launched yet';
  if (name === 'test') return 'For trying new versions; coins have no value';
  if (name === 'local') return 'For development; only nodes on this computer';
  return 'For automatic tests; blocks on request';
}

/** The built-in networks that a person can choose; regtest only serves tests. */
export function choosable(networks: readonly NetworkSummary[]): NetworkSummary[] {
  return networks.filter(({ kind, name }) => kind === 'built-in' && name !== 'regtest');
}

/** The name of the open network as the page shows it. */
export function openName(open: NonNullable<NetworksState['open']>): string {
  return open.demo ? 'Demo' : open.name;
}

/** "2 of 3 answered". */
export function answered(nodes: readonly { answered: boolean }[]): string {
  return `${nodes.filter((node) => node.answered).length} of ${nodes.length} answered`;
}

/** "At least 12 blocks". */
export const atLeast = (height: number): string => `At least ${plural(height, 'block')}`;

/**
 * How far the search for a first block is, 0 to 1: the chance that a search of this length would have ended by now. It
 * grows more slowly the longer the search lasts, and never reaches 1.
 */
export function searchProgress(tried: number, expected: number): number {
  return expected <= 0 ? 0 : 1 - Math.exp(-tried / expected);
}

/** "1 234 hashes; on average it takes 17 771." */
export function searchWords(tried: number, expected: number): string {
  return `${group(tried)} hashes tried; on average it takes ${group(expected)}.`;
}

/** Whether a pasted text begins as a join link; any other text may be a network file. */
export const isJoinLink = (text: string): boolean => /^kith:join\?/i.test(compact(text.slice(0, 64)));

/** Whether a join link leads only to this computer. */
export function isLoopbackLink(link: string): boolean {
  const at = [...link.matchAll(/[?&]at=([^&]*)/g)].map(([, address]) => address ?? '');
  return at.length > 0 && at.every((address) => /^\/ip4\/127\.|^\/ip6\/::1\//.test(address));
}

/** Why a typed name cannot be that of a network; null if it can. */
export function nameProblem(name: string): string | null {
  if (name === '' || /^[!-~](?:[ -~]{0,62}[!-~])?$/.test(name)) return null;
  if (name.length > 64) return 'At most 64 characters.';
  return 'Plain letters, digits and signs only, without a space at either end.';
}
