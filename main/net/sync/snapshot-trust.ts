import { toHex } from '../../core/codec/hex.ts';
import type { ConsensusParams } from '../../core/consensus/params.ts';
import type { Chain } from '../../chain/chain.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { Notice } from '../../../shared/contract/fields.ts';
import type { GroupOf } from '../transport/multiaddrs.ts';
import type { Peer } from '../peers/peer.ts';

export interface SnapshotTrustDeps {
  readonly chain: Pick<Chain, 'base' | 'historyChecked' | 'bestHeader' | 'entry'>;
  readonly params: Pick<ConsensusParams, 'snapshotWork'>;
  readonly peers: { list(): readonly Peer[] };
  readonly groupOf: GroupOf;
  /** The id of a block from a trusted source such as a join link, or null. */
  readonly named: string | null;
}

/**
 * Decides whether coins may be spent on a chain that started from a snapshot, before its history is checked
 * (protocol.md §15). They may when three independent peers are on that chain and enough work is built on the snapshot,
 * or when the chain contains the named block.
 */
export interface SnapshotTrust {
  /** Checks again. Called about every two seconds. */
  check(): void;
  notices(): readonly Notice[];
}

const MIN_GROUPS = 3;

export function createSnapshotTrust({
  chain,
  params,
  peers,
  groupOf,
  named,
}: SnapshotTrustDeps): SnapshotTrust {
  // A confirmed base stays confirmed while the node runs, even when peers disconnect.
  let trusted: HeaderEntry | null = null;

  const isOn = (id: string, base: HeaderEntry): boolean => {
    let at = chain.entry(id) ?? null;
    while (at !== null && at.height > base.height) at = at.prev;
    return at === base;
  };

  function isTrusted(base: HeaderEntry): boolean {
    if (named !== null && isOn(named, base)) return true;
    if (chain.bestHeader().work - base.work < BigInt(params.snapshotWork)) return false;
    const groups = new Set<string>();
    for (const peer of peers.list())
      if (isOn(toHex(peer.tip.id), base)) groups.add(groupOf(peer.address) ?? peer.address);
    return groups.size >= MIN_GROUPS;
  }

  return {
    check() {
      const base = chain.base();
      if (base === null || chain.historyChecked() || base === trusted) return;
      trusted = isTrusted(base) ? base : null;
    },
    notices() {
      const base = chain.base();
      if (base === null || chain.historyChecked() || base === trusted) return [];
      const message =
        'The UTXO set that this node started from is not confirmed by enough independent nodes yet. You can see balances, but you cannot send until three such nodes are on this chain, or until this node has checked the blocks before the snapshot.';
      return [{ code: 'snapshot-unproven', message }];
    },
  };
}
