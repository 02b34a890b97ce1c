/** Interfaces through which the wallets use the rest of the node. */
import type { Feerates, MinedOdds } from '../../../shared/contract/mempool.ts';
import type { Height, UnixSeconds } from '../../../shared/units.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import type { Block } from '../../core/primitives/block.ts';
import type { Coin } from '../../core/primitives/coin.ts';
import type { Outpoint } from '../../core/primitives/outpoint.ts';
import type { Transaction } from '../../core/primitives/transaction.ts';
import type { Violation } from '../../core/violation.ts';
import type { Events } from '../../lib/events.ts';

/** A block of the chain, by height and id. */
export interface BlockRef {
  readonly height: Height;
  /** Hex. */
  readonly id: string;
}

export interface WalletNetwork {
  readonly id: Hash;
  readonly idHex: string;
  /** Prefix of its addresses. */
  readonly hrp: string;
  readonly params: { readonly spacing: number; readonly maturity: number; readonly futureLimit: number };
}

export interface WalletChain {
  tip(): BlockRef;
  /** The rules of the next block: whether it enforces policy locks. */
  nextRules(): { readonly policyLock: boolean };
  /** The block of the active chain at this height. `time` is that of its header. */
  atHeight(height: Height): (BlockRef & { readonly time: UnixSeconds }) | undefined;
  readBlock(id: string): Promise<Uint8Array | null>;
  hasBody(id: string): boolean;
  /**
   * Whether a missing body of the active chain is requested from peers. False below a snapshot, and for pruned bodies.
   */
  isBodyRequested(id: string): boolean;
  /** The lowest height from which on every body up to the tip is stored. */
  lowestServedHeight(): Height;
  /** Calls `visit` for every coin of the UTXO set and returns the block after which the set has these coins. */
  scanCoins(visit: (coin: Coin, outpoint: Outpoint) => void): Promise<BlockRef>;
  readonly events: Events<{
    connected: { readonly block: Block };
    disconnected: unknown;
    /** The chain has a new tip. Emitted after all its blocks were disconnected and connected. */
    tip: unknown;
  }>;
}

/** `fee` in motes, `size` in bytes. */
export interface FeeAndSize {
  readonly fee: number;
  readonly size: number;
}

/** What the wallets need from the contacts. */
export interface WalletContacts {
  /** The name of the contact with this address; undefined for none. */
  nameOf(address: string): string | undefined;
  /** The address of the contact with this name that is to be paid next; undefined if there is no such contact. */
  nextAddressOf(name: string): string | undefined;
  /** All addresses of contacts. */
  addresses(): Iterable<string>;
  /** Whether it is the address of a contact, and a wallet of this node has paid it. */
  wasPaid(address: string): boolean;
  /**
   * Whether a wallet of this node has paid this address of a contact, and the contact since it was added or got its present
   * name.
   */
  isFamiliar(address: string): boolean;
  /** Whether the contact with this address also has one that was not paid yet. */
  hasUnpaid(address: string): boolean;
  /** The name of the contact by the own address that was given to it. Another map after each change. */
  given(): ReadonlyMap<string, string>;
  /** A payment to these addresses was sent. Never rejects. */
  paid(addresses: readonly string[]): Promise<void>;
  /** The text of their file for a backup; null if there are none. */
  fileText(): string | null;
  /**
   * How many contacts of such a text `merge` would add, and the names of those here that it would leave as they are.
   * @throws {KithError} why the contacts of this node cannot be read, see openContactsStore
   */
  mergePreview(text: string): { readonly added: number; readonly kept: readonly string[] };
  /** Adds the contacts of such a text; see mergeContacts. A text that cannot be read adds none. */
  merge(text: string): Promise<void>;
}

export interface WalletMempool {
  submit(tx: Transaction): Promise<{ readonly txid: string } | Violation>;
  has(txid: string): boolean;
  /** The sums over an unconfirmed transaction and its ancestors, and over it and its descendants. */
  get(txid: string): { readonly ancestors: FeeAndSize; readonly descendants: FeeAndSize } | undefined;
  /** Resolves when every submitted and every re-added transaction has been accepted or refused. */
  idle(): Promise<void>;
  entries(): Iterable<{ readonly tx: Transaction }>;
  /** `floor` in motes per byte. */
  summary(): { readonly floor: number };
  feerates(): Feerates;
  /** The odds that a transaction of this fee rate, in motes per byte, is mined soon. */
  odds(feerate: number): MinedOdds;
  readonly events: Events<{
    /** Where it came from: a peer, this node, the mempool file, or a block that was disconnected. */
    added: { readonly tx: Transaction; readonly origin: 'peer' | 'local' | 'file' | 'block' };
    removed: {
      readonly txid: string;
      readonly reason: 'mined' | 'conflict' | 'expired' | 'evicted' | 'replaced' | 'reorg';
    };
  }>;
}
