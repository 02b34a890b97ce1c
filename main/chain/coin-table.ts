import type { Motes } from '../../shared/units.ts';
import type { Coin } from '../core/primitives/coin.ts';
import { type CoinKey, indexOfCoinKey } from '../core/primitives/coin-key.ts';
import type { Random } from '../lib/random.ts';

const TXID_BYTES = 32;
/** Coins with a longer lock are not cached. Nearly all locks have 32 bytes. */
const MAX_LOCK = 32;

// One coin: txid 32 | index u32 | height u32 | amount f64 | lockType u8 | coinbase u8 | lock length u8 | 0 | lock 32.
const AT = {
  index: 32,
  height: 36,
  amount: 40,
  lockType: 48,
  coinbase: 49,
  lockLength: 50,
  lock: 52,
} as const;
const SLOT_BYTES = 88;
const EMPTY = -1;

/**
 * The newest coins in one flat buffer, 104 bytes each. As objects they would take 300 bytes each, and the garbage
 * collector would visit all of them in every cycle. A read or write costs about 200 ns.
 */
export class CoinTable {
  readonly #slots: Uint8Array;
  readonly #view: DataView;
  readonly #capacity: number;
  /**
   * A hash table with open addressing and linear probing. Each place holds the number of a slot and the hash of its
   * key, so that a search reads the memory of another coin only if both hashes are equal. At most half full, so that
   * runs stay short.
   */
  readonly #places: Int32Array;
  readonly #mixed: Int32Array;
  readonly #mask: number;
  // Without a secret an attacker could create transactions whose coins all fall into one run of places.
  readonly #secret: Int32Array;
  /** Slots are a ring buffer, so the next one always holds the oldest coin. */
  #next = 0;

  /** `coins` is rounded up to a power of two. */
  constructor(coins: number, random: Pick<Random, 'bytes'>) {
    this.#secret = new Int32Array(random.bytes(8).slice().buffer);
    this.#capacity = 2 ** Math.ceil(Math.log2(Math.max(2, coins)));
    this.#slots = new Uint8Array(this.#capacity * SLOT_BYTES);
    this.#view = new DataView(this.#slots.buffer);
    this.#places = new Int32Array(this.#capacity * 2).fill(EMPTY);
    this.#mixed = new Int32Array(this.#capacity * 2);
    this.#mask = this.#places.length - 1;
  }

  get(key: CoinKey): Coin | undefined {
    const index = indexOfCoinKey(key);
    const place = this.#find(key, index, this.#mix(key, index));
    return place < 0 ? undefined : this.#read(this.#places[place]! * SLOT_BYTES);
  }

  put(key: CoinKey, coin: Coin): void {
    if (coin.lock.length > MAX_LOCK) return;
    const index = indexOfCoinKey(key);
    const mixed = this.#mix(key, index);
    const known = this.#find(key, index, mixed);
    if (known >= 0) return this.#write(this.#places[known]! * SLOT_BYTES, key, index, coin);
    const slot = this.#next;
    this.#next = (slot + 1) % this.#capacity;
    this.#vacate(slot);
    this.#write(slot * SLOT_BYTES, key, index, coin);
    let place = mixed & this.#mask;
    while (this.#places[place] !== EMPTY) place = (place + 1) & this.#mask;
    this.#places[place] = slot;
    this.#mixed[place] = mixed;
  }

  remove(key: CoinKey): void {
    const index = indexOfCoinKey(key);
    const place = this.#find(key, index, this.#mix(key, index));
    if (place >= 0) this.#close(place);
  }

  /** The place of the key, or -1. */
  #find(key: CoinKey, index: number, mixed: number): number {
    for (let place = mixed & this.#mask; ; place = (place + 1) & this.#mask) {
      const slot = this.#places[place]!;
      if (slot === EMPTY) return -1;
      if (this.#mixed[place] === mixed && this.#holds(slot * SLOT_BYTES, key, index)) return place;
    }
  }

  #mix(key: CoinKey, index: number): number {
    return this.#mixOf(
      key.charCodeAt(0) | (key.charCodeAt(1) << 8) | (key.charCodeAt(2) << 16) | (key.charCodeAt(3) << 24),
      key.charCodeAt(4) | (key.charCodeAt(5) << 8) | (key.charCodeAt(6) << 16) | (key.charCodeAt(7) << 24),
      index,
    );
  }

  // An attacker can choose the bytes of a txid, so the hash includes the secret.
  #mixOf(first: number, second: number, index: number): number {
    let mixed = Math.imul(first ^ this.#secret[0]!, 0x9e3779b1) ^ Math.imul(second + index, 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 15) ^ this.#secret[1]!, 0xc2b2ae35);
    return mixed ^ (mixed >>> 16);
  }

  #holds(at: number, key: CoinKey, index: number): boolean {
    if (this.#view.getUint32(at + AT.index, true) !== index) return false;
    const slots = this.#slots;
    for (let i = 0; i < TXID_BYTES; i++) if (slots[at + i] !== key.charCodeAt(i)) return false;
    return true;
  }

  #read(at: number): Coin {
    const length = this.#slots[at + AT.lockLength]!;
    return {
      amount: this.#view.getFloat64(at + AT.amount, true) as Motes,
      lockType: this.#slots[at + AT.lockType]!,
      // A copy, because the slot may be reused before the reader is finished.
      lock: this.#slots.slice(at + AT.lock, at + AT.lock + length),
      height: this.#view.getUint32(at + AT.height, true),
      coinbase: this.#slots[at + AT.coinbase] === 1,
    };
  }

  #write(at: number, key: CoinKey, index: number, coin: Coin): void {
    const slots = this.#slots;
    for (let i = 0; i < TXID_BYTES; i++) slots[at + i] = key.charCodeAt(i);
    this.#view.setUint32(at + AT.index, index, true);
    this.#view.setUint32(at + AT.height, coin.height, true);
    this.#view.setFloat64(at + AT.amount, coin.amount, true);
    slots[at + AT.lockType] = coin.lockType;
    slots[at + AT.coinbase] = coin.coinbase ? 1 : 0;
    slots[at + AT.lockLength] = coin.lock.length;
    slots.set(coin.lock, at + AT.lock);
  }

  /** Removes the coin that the slot still holds from the previous round of the ring buffer. */
  #vacate(slot: number): void {
    for (
      let place = this.#mixOfSlot(slot) & this.#mask;
      this.#places[place] !== EMPTY;
      place = (place + 1) & this.#mask
    )
      if (this.#places[place] === slot) return this.#close(place);
  }

  #mixOfSlot(slot: number): number {
    const at = slot * SLOT_BYTES;
    const view = this.#view;
    return this.#mixOf(
      view.getInt32(at, true),
      view.getInt32(at + 4, true),
      view.getUint32(at + AT.index, true),
    );
  }

  /** Empties a place and moves the following entries of its run up, so that a later search does not end too early. */
  #close(place: number): void {
    const places = this.#places;
    let hole = place;
    for (let at = (hole + 1) & this.#mask; places[at] !== EMPTY; at = (at + 1) & this.#mask) {
      const home = this.#mixed[at]! & this.#mask;
      if (((at - home) & this.#mask) < ((at - hole) & this.#mask)) continue;
      places[hole] = places[at]!;
      this.#mixed[hole] = this.#mixed[at]!;
      hole = at;
    }
    places[hole] = EMPTY;
  }
}
