import type { Height } from '../../shared/units.ts';
import type { BinaryString } from '../core/codec/binary.ts';
import { JobList } from '../core/ledger/jobs.ts';
import { type ActiveRules, checkSpend, type Spend } from '../core/ledger/spend.ts';
import { MAX_ANCESTORS, MAX_DESCENDANTS } from '../core/policy/policy-limits.ts';
import {
  checkFeerate,
  checkLifetime,
  checkRelayed,
  checkSpentLocks,
  isUpgradableLock,
} from '../core/policy/relay-rules.ts';
import { checkReplacement } from '../core/policy/replacement-rules.ts';
import type { SignatureBatch } from '../core/ports.ts';
import { isCoinbase, type Transaction } from '../core/primitives/transaction.ts';
import { isViolation, type Verdict, type Violation, violation } from '../core/violation.ts';
import type { ChainView } from './chain-view.ts';
import type { PoolEntry } from './entry.ts';
import type { AncestorGraph } from './ancestor-graph.ts';
import { findInputs, type Inputs, isMined } from './inputs.ts';

/** The policy that a transaction is checked against. */
export interface Terms {
  /** Minimum fee rate in motes per byte. */
  readonly floor: number;
  /** Minimum number of blocks that the transaction must have left before it expires. */
  readonly margin: number;
  readonly maxAncestors: number;
  readonly maxDescendants: number;
  /** Whether version, lock types and dust are checked. */
  readonly relayed: boolean;
}

/** For new transactions: the policy of protocol.md §18. `floor` is in motes per byte. */
export const relayTerms = (floor: number, margin: number): Terms => ({
  floor,
  margin,
  maxAncestors: MAX_ANCESTORS,
  maxDescendants: MAX_DESCENDANTS,
  relayed: true,
});

/**
 * For transactions that were in a block or in the pool before, because refusing one now would lose a payment. The
 * ancestor limit still holds, so that a traversal is never slow.
 */
export const KEEPING_TERMS: Terms = {
  floor: 0,
  margin: 1,
  maxAncestors: 2_000,
  maxDescendants: 2_000,
  relayed: false,
};

/** A transaction that passed every check except that of its signatures. */
export interface Candidate {
  readonly spend: Spend;
  readonly signatures: SignatureBatch;
  /** The rules under which the transaction was checked. */
  readonly rules: ActiveRules;
  readonly parents: readonly PoolEntry[];
  /** The entries that the transaction replaces: its conflicts and their descendants. */
  readonly replaced: readonly PoolEntry[];
  readonly matureAt: Height;
  readonly upgradable: boolean;
}

/** The parents are unknown. This is not a violation yet. */
export interface MissingInputs {
  readonly missing: readonly BinaryString[];
}

/** Makes every check of a transaction except that of its signatures, against the current tip and pool. */
export function evaluate(
  tx: Transaction,
  chain: ChainView,
  graph: AncestorGraph,
  terms: Terms,
): Candidate | MissingInputs | Violation {
  const tip = chain.tip().height;
  const rules = chain.nextRules();
  if (graph.get(tx.txidBinary)) return violation('policy-known');
  if (isCoinbase(tx)) return violation('policy-coinbase');
  const unfit =
    (terms.relayed ? checkRelayed(tx, rules) : null) ??
    checkLifetime(tx.validFrom, tx.expires, tip, terms.margin);
  if (unfit) return unfit;
  const inputs = findInputs(tx, chain, graph);
  if (inputs.missing.length > 0) {
    return isMined(tx, chain) ? violation('policy-known') : { missing: inputs.missing };
  }
  const jobs = new JobList(tx.inputs.length);
  const { id: networkId, params } = chain.network;
  const context = { networkId, params, height: tip + 1, rules, coin: inputs.coin };
  const spend = checkSpend(tx, context, jobs);
  if (isViolation(spend)) return spend;
  const replaced = allReplaced(inputs, graph);
  const refused =
    (terms.relayed ? checkSpentLocks(spend.coins, rules) : null) ??
    checkFeerate({ fee: spend.fee, size: tx.bytes.length }, terms.floor) ??
    checkLine(tx, inputs, replaced, graph, tip, terms) ??
    checkConflicts(tx, spend, inputs, replaced, graph);
  if (refused) return refused;
  const ages = spend.coins.map((coin) => (coin.coinbase ? coin.height + params.maturity : 0));
  return {
    spend,
    signatures: jobs.batch(),
    rules,
    parents: inputs.parents,
    replaced,
    matureAt: Math.max(...ages),
    upgradable: [...spend.coins, ...tx.outputs].some(({ lockType }) => isUpgradableLock(lockType)),
  };
}

function allReplaced(inputs: Inputs, graph: AncestorGraph): PoolEntry[] {
  return [...new Set(inputs.conflicts.flatMap((conflict) => graph.descendantsOf(conflict)))];
}

/**
 * Limits on unconfirmed ancestors: how many the transaction has, how many descendants each of them has, and the
 * earliest expiry.
 */
function checkLine(
  tx: Transaction,
  inputs: Inputs,
  replaced: readonly PoolEntry[],
  graph: AncestorGraph,
  tip: Height,
  terms: Terms,
): Verdict {
  const most = terms.maxAncestors;
  // Checked before the traversal, which would be slow for a long chain of ancestors.
  const longest = Math.max(0, ...inputs.parents.map((parent) => parent.ancestors.count)) + 1;
  if (longest > most) return violation('policy-ancestors', { count: longest, most });
  const ancestors = graph.ancestorsOf(inputs.parents);
  const count = ancestors.length + 1;
  if (count > most) return violation('policy-ancestors', { count, most });
  for (const ancestor of ancestors) {
    const refused = checkDescendants(ancestor, replaced, graph, terms.maxDescendants);
    if (refused) return refused;
  }
  return checkLifetime(tx.validFrom, leastExpiry([tx, ...ancestors]), tip, terms.margin);
}

function checkDescendants(
  ancestor: PoolEntry,
  replaced: readonly PoolEntry[],
  graph: AncestorGraph,
  most: number,
): Verdict {
  if (ancestor.descendants.count + 1 <= most) return null;
  // Entries that would be replaced do not count.
  const leaving = new Set(replaced);
  const staying = graph.descendantsOf(ancestor).filter((entry) => !leaving.has(entry));
  const count = staying.length + 1;
  return count > most ? violation('policy-descendants', { count, most, ancestor: ancestor.txid }) : null;
}

function checkConflicts(
  tx: Transaction,
  spend: Spend,
  inputs: Inputs,
  replaced: readonly PoolEntry[],
  graph: AncestorGraph,
): Verdict {
  if (replaced.length === 0) return null;
  const fees = replaced.reduce((sum, entry) => sum + entry.fee, 0);
  return (
    checkReplacement({
      candidate: { fee: spend.fee, size: tx.bytes.length },
      direct: inputs.conflicts,
      evicted: { count: replaced.length, fees },
    }) ?? checkParentsOfReplacement(inputs, replaced, graph)
  );
}

function checkParentsOfReplacement(
  inputs: Inputs,
  replaced: readonly PoolEntry[],
  graph: AncestorGraph,
): Verdict {
  const leaving = new Set(replaced);
  // A transaction cannot spend outputs of an entry that it replaces.
  const own = graph.ancestorsOf(inputs.parents).find((ancestor) => leaving.has(ancestor));
  if (own) return violation('policy-conflict', { ancestor: own.txid });
  // A replacement may have no unconfirmed parents but those of its conflicts. A new parent with a low fee rate could
  // delay it beyond the payment that it replaces (BIP 125, rule 2).
  const before = new Set(inputs.conflicts.flatMap((conflict) => conflict.parents));
  const added = inputs.parents.find((parent) => !before.has(parent));
  return added ? violation('policy-conflict', { unconfirmed: added.txid }) : null;
}

/** The last height at which all of these can be mined; 0 when none expires. */
export function leastExpiry(transactions: readonly { readonly expires: Height }[]): Height {
  let least = 0;
  for (const { expires } of transactions) {
    if (expires !== 0 && (least === 0 || expires < least)) least = expires;
  }
  return least;
}
