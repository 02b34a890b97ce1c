import type { Hash } from '../core/crypto/hash.ts';
import { bitsToTarget, workOf } from '../core/consensus/compact.ts';
import { HEADER_BYTES } from '../core/primitives/limits.ts';
import type { Header } from '../core/primitives/header.ts';
import type { HeaderRecord, SegmentLocation } from '../storage/header-record.ts';
import { hexToHash, key } from '../storage/keys.ts';
import { IndexedChain } from './chain-line.ts';
import type { OwnedEntry } from './header-entry.ts';

/** The fields of a header that an entry needs. */
export type HeaderFacts = Pick<Header, 'idHex' | 'height' | 'time' | 'bits' | 'version' | 'bytes'>;

/** The tree of all headers with valid proof of work, in memory: about 250 bytes each. */
export class HeaderIndex {
  readonly genesis: OwnedEntry;
  /** The header chain with the most work among those not known to be invalid. */
  readonly best = new IndexedChain<OwnedEntry>();
  readonly #entries = new Map<string, OwnedEntry>();
  readonly #slab = new HeaderSlab();
  /** Entries whose parent already had a child. */
  readonly #siblings = new Map<OwnedEntry, OwnedEntry[]>();
  readonly #workOfBits = new Map<number, bigint>();
  #bestComplete: OwnedEntry;

  constructor(genesis: HeaderFacts) {
    this.genesis = this.#create(genesis, null);
    this.genesis.status = 'connected';
    this.genesis.complete = true;
    this.#bestComplete = this.genesis;
    this.best.moveTo(this.genesis);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(id: string): OwnedEntry | undefined {
    return this.#entries.get(id);
  }

  headerBytes(entry: { readonly slot: number }): Uint8Array {
    return this.#slab.at(entry.slot);
  }

  /**
   * The block with the most work on a chain whose bodies are all stored and that has no known violation. Of equals, the
   * one seen first.
   */
  get bestComplete(): OwnedEntry {
    return this.#bestComplete;
  }

  /** Adds a header whose parent is in the index. The entry is invalid if its parent is, or if `invalid` is set. */
  add(header: HeaderFacts, prev: OwnedEntry, invalid = false): OwnedEntry {
    const entry = this.#create(header, prev);
    if (prev.child === null) prev.child = entry;
    else this.#siblings.set(prev, [...(this.#siblings.get(prev) ?? []), entry]);
    if (invalid || prev.status === 'invalid') entry.status = 'invalid';
    else if (entry.work > this.best.tip.work) this.best.moveTo(entry);
    return entry;
  }

  /** Marks the body as stored, and marks each entry that is complete now. */
  markStored(entry: OwnedEntry, body: SegmentLocation, transactions: number): void {
    entry.body = body;
    entry.transactions = transactions;
    if (entry.status === 'header') entry.status = 'stored';
    if (entry.prev?.complete) this.#complete(entry);
  }

  /** A connected block whose body was pruned: it counts as complete. */
  markPruned(entry: OwnedEntry): void {
    if (entry.prev?.complete) this.#complete(entry);
  }

  /**
   * Marks a body as missing because it cannot be read any more, as if only the header had arrived. Only for blocks that are
   * not on the active chain, or that are about to be disconnected.
   */
  markMissing(entry: OwnedEntry): void {
    entry.body = null;
    entry.transactions = 0;
    if (entry.status !== 'invalid') entry.status = 'header';
    for (const each of this.#withDescendants(entry)) each.complete = false;
    this.#chooseBest();
  }

  /** Marks the entry and its descendants invalid and returns them. */
  markInvalid(entry: OwnedEntry): OwnedEntry[] {
    const all = this.#withDescendants(entry);
    for (const each of all) each.status = 'invalid';
    this.#chooseBest();
    return all;
  }

  /** The record of the entry for the database. */
  recordOf(entry: OwnedEntry): { key: Uint8Array; record: HeaderRecord } {
    const { status, transactions, rules, body, undo } = entry;
    const header = this.headerBytes(entry);
    return {
      key: key.header(entry.height, this.idBytes(entry)),
      record: { header, status, transactions, rules, body, undo },
    };
  }

  idBytes(entry: { readonly id: string }): Hash {
    return hexToHash(entry.id);
  }

  entries(): IterableIterator<OwnedEntry> {
    return this.#entries.values();
  }

  #create(header: HeaderFacts, prev: OwnedEntry | null): OwnedEntry {
    const entry: OwnedEntry = {
      id: header.idHex,
      height: header.height,
      time: header.time,
      bits: header.bits,
      version: header.version,
      work: (prev?.work ?? 0n) + this.#work(header.bits),
      prev,
      anchor: null,
      status: 'header',
      transactions: 0,
      slot: this.#slab.add(header.bytes),
      rules: 0,
      body: null,
      undo: null,
      complete: false,
      child: null,
    };
    if (prev) (entry as { anchor: OwnedEntry }).anchor = prev.anchor ?? entry;
    this.#entries.set(entry.id, entry);
    return entry;
  }

  #work(bits: number): bigint {
    let work = this.#workOfBits.get(bits);
    if (work === undefined) {
      work = workOf(bitsToTarget(bits));
      // The cache is small because nearly every block has new bits.
      if (this.#workOfBits.size > 1024) this.#workOfBits.clear();
      this.#workOfBits.set(bits, work);
    }
    return work;
  }

  #complete(entry: OwnedEntry): void {
    const waiting = [entry];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      at.complete = true;
      if (at.status !== 'invalid' && at.work > this.#bestComplete.work) this.#bestComplete = at;
      for (const child of this.#childrenOf(at)) if (child.body && !child.complete) waiting.push(child);
    }
  }

  #childrenOf(entry: OwnedEntry): readonly OwnedEntry[] {
    if (entry.child === null) return [];
    return [entry.child, ...(this.#siblings.get(entry) ?? [])];
  }

  #withDescendants(entry: OwnedEntry): OwnedEntry[] {
    const all = [entry];
    for (let i = 0; i < all.length; i++) all.push(...this.#childrenOf(all[i]!));
    return all;
  }

  // Rare, so a scan of all entries is acceptable: only after an entry became invalid or lost its body.
  #chooseBest(): void {
    let best = this.genesis;
    let complete = this.genesis;
    for (const entry of this.#entries.values()) {
      if (entry.status === 'invalid') continue;
      if (entry.work > best.work) best = entry;
      if (entry.complete && entry.work > complete.work) complete = entry;
    }
    this.best.moveTo(best);
    this.#bestComplete = complete;
  }
}

const HEADERS_PER_CHUNK = 4096;

/** Headers side by side in large buffers: 88 bytes each, where an object takes about 300. */
class HeaderSlab {
  readonly #chunks: Uint8Array[] = [];
  #count = 0;

  /** Copies the header and returns its slot. */
  add(header: Uint8Array): number {
    const slot = this.#count++;
    if (slot % HEADERS_PER_CHUNK === 0) this.#chunks.push(new Uint8Array(HEADERS_PER_CHUNK * HEADER_BYTES));
    this.#chunks[Math.floor(slot / HEADERS_PER_CHUNK)]!.set(
      header,
      (slot % HEADERS_PER_CHUNK) * HEADER_BYTES,
    );
    return slot;
  }

  /** A view of the header; it must not be changed. */
  at(slot: number): Uint8Array {
    const start = (slot % HEADERS_PER_CHUNK) * HEADER_BYTES;
    return this.#chunks[Math.floor(slot / HEADERS_PER_CHUNK)]!.subarray(start, start + HEADER_BYTES);
  }
}
