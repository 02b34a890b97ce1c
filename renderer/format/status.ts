import type { NodeStatus } from '../../shared/contract/node.ts';

const REACH: Readonly<Record<NodeStatus['reachability'], string>> = {
  unknown: 'not known yet',
  reachable: 'yes',
  unreachable: 'no',
  local: 'only from this computer',
};

export const reachWords = (reachability: NodeStatus['reachability']): string => REACH[reachability];
