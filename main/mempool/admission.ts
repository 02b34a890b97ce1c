import type { UnixSeconds } from '../../shared/units.ts';
import type { BinaryString } from '../core/codec/binary.ts';
import { checkTransaction } from '../core/consensus/transaction-rules.ts';
import type { ActiveRules } from '../core/ledger/spend.ts';
import { MAX_ANCESTORS } from '../core/policy/policy-limits.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import { isViolation, type Violation, violation } from '../core/violation.ts';
import type { Clock } from '../lib/clock.ts';
import type { ChainView } from './chain-view.ts';
import { type Candidate, evaluate, KEEPING_TERMS, relayTerms, type Terms } from './evaluate.ts';
import { hexOf } from './entry.ts';
import type { Orphans } from './orphans.ts';
import type { Origin, Pool } from './pool.ts';
import type { SignatureQueue } from './signature-queue.ts';

export interface AdmissionRequest {
  readonly tx: Transaction;
  readonly origin: Origin;
  readonly source?: string | undefined;
  /** When the transaction was first seen; the present time by default. */
  readonly time?: UnixSeconds | undefined;
  /** The signatures were checked before. They are checked again only if they depend on the active rules. */
  readonly trusted?: boolean | undefined;
  /** No event is emitted for the transaction. */
  readonly quiet?: boolean | undefined;
}

/** Admits transactions to the pool. */
export interface Admission {
  /** Checks a transaction and adds it; null when it was added. Rejects only when the verifier fails. */
  admit(request: AdmissionRequest): Promise<Violation | null>;
  /** Like `admit`, but synchronous: for a transaction whose signatures need no check. Undefined when they need one. */
  admitNow(request: AdmissionRequest): Violation | null | undefined;
  /**
   * Resolves when every submitted transaction was added or refused, and so was every orphan that waited for one of
   * them.
   */
  idle(): Promise<void>;
}

export interface AdmissionDeps {
  readonly chain: ChainView;
  readonly pool: Pool;
  readonly orphans: Orphans;
  readonly signatures: SignatureQueue;
  readonly clock: Clock;
  /** Minimum number of blocks that a new payment must have left before it expires. */
  readonly expiryMargin: number;
  /** Called after a transaction was added; submits the orphans that waited for it. */
  readonly arrived: (tx: Transaction) => void;
}

// Bytes of transactions from peers that may be in signature verification at the same time.
const MAX_PENDING_BYTES = 16_000_000;

export function createAdmission(deps: AdmissionDeps): Admission {
  const { chain, pool, orphans, signatures, clock } = deps;
  const pending = new Map<BinaryString, Promise<Violation | null>>();
  let pendingBytes = 0;

  const termsOf = (origin: Origin): Terms =>
    origin === 'peer' || origin === 'local' ? relayTerms(pool.floor(), deps.expiryMargin) : KEEPING_TERMS;

  const evaluateRequest = ({ tx, origin, source }: AdmissionRequest): Candidate | Violation => {
    const result = evaluate(tx, chain, pool.graph, termsOf(origin));
    if (!('missing' in result)) return result;
    const evidence = { missing: result.missing.length, first: hexOf(result.missing[0]!) };
    // With more unknown parents than the ancestor limit allows, the transaction can never be valid, so it is not kept.
    if (source === undefined || result.missing.length > MAX_ANCESTORS) {
      return violation('coin-missing', evidence);
    }
    orphans.add(tx, result.missing, source, clock.monotonic());
    return violation('policy-orphan', evidence);
  };

  const put = (request: AdmissionRequest, candidate: Candidate): Violation | null => {
    const { tx, origin, source, time = clock.now(), quiet } = request;
    orphans.remove(tx.widBinary);
    if (!pool.insert(candidate, { tx, time, origin, source, quiet })) {
      return violation('policy-full', { floor: pool.floor() });
    }
    deps.arrived(tx);
    return null;
  };

  const verifyAndPut = async (request: AdmissionRequest): Promise<Violation | null> => {
    let candidate = evaluateRequest(request);
    for (;;) {
      if (isViolation(candidate)) return candidate;
      if (request.trusted && !candidate.upgradable) return put(request, candidate);
      const { revision } = pool;
      const { rules } = candidate;
      const tip = chain.tip().id;
      const bad = await signatures.verify(candidate.signatures);
      if (bad !== -1) {
        orphans.remove(request.tx.widBinary);
        return violation('tx-signature', { signature: bad });
      }
      // During verification a block, a conflicting payment or the same transaction may have arrived.
      const same =
        revision === pool.revision && tip === chain.tip().id && sameRules(chain.nextRules(), rules);
      if (!same) candidate = evaluateRequest(request);
      if (isViolation(candidate) || sameRules(candidate.rules, rules)) break;
    }
    return isViolation(candidate) ? candidate : put(request, candidate);
  };

  const admit = (request: AdmissionRequest): Promise<Violation | null> => {
    const refused = checkTransaction(request.tx);
    if (refused) return Promise.resolve(refused);
    const wid = request.tx.widBinary;
    const same = pending.get(wid);
    if (same) return same;
    const size = request.tx.bytes.length;
    if (request.origin === 'peer' && pendingBytes + size > MAX_PENDING_BYTES) {
      return Promise.resolve(violation('policy-full', { pending: pendingBytes }));
    }
    pendingBytes += size;
    const result = verifyAndPut(request).finally(() => {
      pendingBytes -= size;
      pending.delete(wid);
    });
    pending.set(wid, result);
    return result;
  };

  return {
    admit,
    admitNow(request) {
      const refused = checkTransaction(request.tx);
      if (refused) return refused;
      const candidate = evaluateRequest(request);
      if (isViolation(candidate)) return candidate;
      return request.trusted && !candidate.upgradable ? put(request, candidate) : undefined;
    },
    async idle() {
      while (pending.size > 0) await Promise.allSettled(pending.values());
    },
  };
}

function sameRules(a: ActiveRules, b: ActiveRules): boolean {
  return a.policyLock === b.policyLock;
}
