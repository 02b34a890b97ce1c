import type { NodeStatus } from '../../shared/contract/node.ts';

const PHASE: Readonly<Record<NodeStatus['phase'], string>> = {
  starting: 'opening its data',
  repairing: 'mending its data',
  'finding-peers': 'looking for peers',
  headers: 'fetching the chain’s outline',
  snapshot: 'fetching the state of all coins',
  blocks: 'fetching and checking blocks',
  synced: 'in sync',
  stopping: 'stopping',
};

const REACH: Readonly<Record<NodeStatus['reachability'], string>> = {
  unknown: 'not known yet',
  reachable: 'yes',
  unreachable: 'no',
  local: 'only from this computer',
};

export const phaseWords = (phase: NodeStatus['phase']): string => PHASE[phase];

export const reachWords = (reachability: NodeStatus['reachability']): string => REACH[reachability];
