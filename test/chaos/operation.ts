import type { KithClient } from '../../shared/contract/contract.ts';
import type { Facts } from './wallet-facts.ts';

/** What an operation changes: the new value of each fact, null for one that is removed. */
export type Changes = ReadonlyMap<string, string | null>;
export const NOTHING: Changes = new Map();

/** One operation on the wallets of a node. */
export interface Operation {
  /** With several stages, the one that runs. */
  readonly name: string;
  /** It hashes a password, so that a timer can hit it where nothing is written. */
  readonly isSlow?: boolean;
  /** What may be there if the node is killed during it. */
  readonly begun: Changes;
  /** Resolves with what must be there from now on. */
  run(call: KithClient): Promise<Changes>;
}

/** An operation that is possible with what is known; null if none of its kind is. */
export type Choose = (known: Facts) => Operation | null;
/** Texts have numbers, so that no two are the same. */
export type Next = (what: string) => string;

export const PASSWORD = 'nothing survives chaos';
export const FIRST = 'first';
export const SECOND = 'second';
export const FIRST_WORDS =
  'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art';
