import type { BlockSummary } from '../../../shared/contract/chain.ts';
import type { Peer } from '../../../shared/contract/peers.ts';
import type { HistoryEntry } from '../../../shared/contract/wallet.ts';

/** A valid payment of a wallet, to break one part of. */
export function anEntry(parts: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    txid: 'ab'.repeat(32),
    time: 1_800_000_000,
    amount: 250_000_000,
    fee: null,
    state: 'confirmed',
    height: 100,
    confirmations: 6,
    expires: 0,
    label: '',
    seenBy: null,
    ofPeers: null,
    replacedBy: null,
    kind: 'received',
    addresses: [],
    amounts: [],
    ...parts,
  };
}

/** A row of the block list. */
export function aBlock(height: number, parts: Partial<BlockSummary> = {}): BlockSummary {
  return {
    id: height.toString(16).padStart(64, '0'),
    height,
    time: 1_800_000_000 + height * 60,
    bits: 0x1f00ffff,
    size: 1000,
    transactions: 3,
    reward: 2_000_000_000,
    miner: null,
    ...parts,
  };
}

export function aPeer(id: string, latencyMs: number | null): Peer {
  return {
    id,
    address: `/ip4/127.0.0.1/tcp/21474/p2p/${id}`,
    direction: 'outbound',
    kind: 'full-relay',
    since: 1_800_000_000,
    version: 'kith/0.1.0',
    height: 7,
    services: ['archive'],
    latencyMs,
    bytesIn: 0,
    bytesOut: 0,
    score: 0,
    country: null,
    group: '127.0.0.1',
    addressType: 'private',
    asn: null,
    foundBy: 'bootstrap',
    fault: null,
  };
}
