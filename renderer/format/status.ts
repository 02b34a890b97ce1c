import type { NodeStatus } from '../../shared/contract/node.ts';

const PHASE: Readonly<Record<NodeStatus['phase'], string>> = {
  starting: 'opening the data directory',
  repairing: 'repairing the data directory',
  'finding-peers': 'looking for peers',
  headers: 'fetching headers',
  snapshot: 'fetching the UTXO snapshot',
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
