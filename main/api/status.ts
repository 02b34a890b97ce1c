import type { NodeStatus } from '../../shared/contract/node.ts';
import { type NodeFacade, pick, REPORTED_FIELDS } from './facade.ts';
import { describeNode, findWarnings, type SentenceFacts } from './sentence.ts';

/** The current status. Costs a few map lookups and one short string. `now` in unix seconds. */
export function readStatus(node: NodeFacade, now: number): NodeStatus {
  const { network, chain, mempool, peers, about } = node;
  const tip = chain.tip();
  const condition = node.condition();
  const facts: SentenceFacts = {
    ...condition,
    network: {
      name: network.name,
      launched: network.launched || network.founded,
      spacing: network.params.retarget ? network.params.spacing : null,
    },
    height: tip.height,
    headers: Math.max(chain.bestHeader().height, tip.height),
    tipTime: tip.time,
    now,
  };
  const warnings = findWarnings(facts);
  return {
    network: network.name,
    networkId: network.idHex,
    version: about.version,
    peerId: peers.peerId,
    addresses: [...peers.addresses()],
    height: tip.height,
    tip: tip.id,
    headers: facts.headers,
    ...pick(condition, [...REPORTED_FIELDS, 'reachability', 'reachabilityNotice']),
    etaSeconds: condition.etaSeconds === null ? null : Math.ceil(condition.etaSeconds),
    mempool: mempool.summary().count,
    warnings,
    sentence: describeNode(facts, warnings),
    tipTime: tip.time,
    startedAt: about.startedAt,
  };
}
