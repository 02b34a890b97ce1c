/**
 * Operations that may outlive the client that requested them. A response goes to one connection. If a page is
 * reloaded or a terminal is closed meanwhile, it never gets the response, and a user who assumes that a payment was
 * lost pays twice.
 */
import type { Operation } from '../../shared/contract/operations.ts';
import type { OperationKind } from '../../shared/contract/vocabulary.ts';
import { sentenceFor } from '../../shared/errors.ts';
import { type Time, systemClock } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import type { Procedure } from './costs.ts';
import type { Off } from './facade.ts';

/**
 * How a client that lost the response of a procedure learns the outcome. `read`: the procedure changes nothing, so
 * the client calls it again. `state`: the change is visible to every client immediately (locks, bans, peers, the
 * miner, labels, blocks, the mempool). Other procedures are operations. A procedure without an entry does not
 * compile.
 */
export const OUTCOMES: Readonly<Record<Procedure, 'read' | 'state' | OperationKind>> = {
  'node.status': 'read',
  'node.watch': 'read',
  'node.shutdown': 'state',
  'node.restart': 'state',
  'node.joinLink': 'read',
  'node.about': 'read',
  'node.log': 'read',
  'node.watchLog': 'read',
  'node.diagnosis': 'read',
  'operations.list': 'read',
  'operations.watch': 'read',
  'network.activity': 'read',
  'network.info': 'read',
  'network.reachability': 'read',
  'network.testReachability': 'state',
  'network.countryData': 'read',
  'network.knownAddresses': 'read',
  'network.arrivals': 'read',
  'networks.list': 'read',
  'networks.watch': 'read',
  'networks.preview': 'read',
  'networks.create': 'state',
  'networks.open': 'state',
  'networks.demo': 'state',
  'networks.share': 'read',
  'peers.list': 'read',
  'peers.add': 'peer-add',
  'peers.remove': 'state',
  'peers.ban': 'state',
  'peers.unban': 'state',
  'peers.bans': 'read',
  'peers.journal': 'read',
  'peers.watch': 'read',
  'chain.tip': 'read',
  'chain.header': 'read',
  'chain.block': 'read',
  'chain.transaction': 'read',
  'chain.coin': 'read',
  'chain.submit': 'state',
  'chain.watch': 'read',
  'chain.stats': 'read',
  'chain.next': 'read',
  'chain.upgrades': 'read',
  'chain.recent': 'read',
  'mempool.summary': 'read',
  'mempool.feerates': 'read',
  'mempool.projection': 'read',
  'mempool.list': 'read',
  'mempool.submit': 'state',
  'mempool.watch': 'read',
  'wallet.backup': 'read',
  'wallet.saveBackup': 'state',
  'wallet.checkBackup': 'state',
  'wallet.inspectBackup': 'read',
  'wallet.restoreBackup': 'wallet-restore',
  'wallet.create': 'wallet-create',
  'wallet.restore': 'wallet-restore',
  'wallet.list': 'read',
  'wallet.watchList': 'read',
  'wallet.unlock': 'state',
  'wallet.lock': 'state',
  'wallet.exportHistory': 'read',
  'wallet.exportLabels': 'read',
  'wallet.importLabels': 'state',
  'wallet.settings': 'read',
  'wallet.changeSettings': 'state',
  'wallet.delete': 'state',
  'wallet.balance': 'read',
  'wallet.address': 'read',
  'wallet.newAddress': 'state',
  'wallet.requests': 'read',
  'wallet.createRequest': 'state',
  'wallet.deleteRequest': 'state',
  'wallet.quote': 'read',
  'wallet.prepare': 'read',
  'wallet.prepareFaster': 'read',
  'wallet.prepareConsolidation': 'read',
  'wallet.readBatch': 'read',
  'wallet.confirm': 'payment',
  'wallet.approve': 'payment',
  'wallet.send': 'payment',
  'wallet.history': 'read',
  'wallet.propagation': 'read',
  'wallet.coins': 'read',
  'wallet.balanceOverTime': 'read',
  'wallet.addresses': 'read',
  'wallet.owners': 'read',
  'wallet.freeze': 'state',
  'wallet.inspect': 'read',
  'wallet.deleted': 'read',
  'wallet.undelete': 'state',
  'wallet.checkAddress': 'read',
  'wallet.setLabel': 'state',
  'wallet.markPhraseChecked': 'state',
  'wallet.words': 'read',
  'wallet.changePassword': 'wallet-password',
  'wallet.signMessage': 'read',
  'wallet.verifyMessage': 'read',
  'wallet.provePayment': 'read',
  'wallet.verifyProof': 'read',
  'wallet.rescan': 'wallet-rescan',
  'wallet.cancelRescan': 'state',
  'wallet.search': 'read',
  'wallet.exportKeys': 'state',
  'wallet.inspectKeys': 'read',
  'wallet.createWatchOnly': 'wallet-restore',
  'wallet.addKeys': 'state',
  'wallet.exportPayment': 'read',
  'wallet.inspectPayment': 'read',
  'wallet.signPayment': 'read',
  'wallet.approveSigning': 'read',
  'wallet.combinePayments': 'read',
  'wallet.createAccount': 'wallet-restore',
  'wallet.findAccounts': 'read',
  'wallet.createSetup': 'state',
  'wallet.joinSetup': 'state',
  'wallet.exportSetup': 'read',
  'wallet.inspectSetup': 'read',
  'wallet.broadcastPayment': 'payment',
  'wallet.watch': 'read',
  'contacts.list': 'read',
  'contacts.put': 'state',
  'contacts.remove': 'state',
  'contacts.watch': 'read',
  'mining.start': 'state',
  'mining.stop': 'state',
  'mining.pause': 'state',
  'mining.status': 'read',
  'mining.template': 'read',
  'mining.generate': 'state',
  'mining.watch': 'read',
  'metrics.range': 'read',
  'metrics.watch': 'read',
  'settings.get': 'read',
  'settings.set': 'state',
  'settings.watch': 'read',
};

/** Facts of an operation. Those that are missing are null. */
export type OperationFacts = Pick<Operation, 'kind'> &
  Partial<Pick<Operation, 'wallet' | 'amount' | 'receivers' | 'receiver' | 'address'>>;

export interface Operations {
  /** Does the work and keeps its outcome. Resolves or rejects as the work does. `caller` identifies the connection. */
  run<T extends object>(caller: object, facts: OperationFacts, work: () => Promise<T>): Promise<T>;
  /** The operations, newest first. `own` is relative to `caller`. */
  list(caller: object): Operation[];
  onChanged(listener: () => void): Off;
}

const MAX_ENDED = 50;
const KEPT_MS = 15 * 60_000;

interface Entry {
  readonly caller: object;
  readonly endedMs: number | null;
  readonly operation: Omit<Operation, 'own'>;
}

const NO_FACTS = { wallet: null, amount: null, receivers: null, receiver: null, address: null } as const;

export function createOperations(clock: Time = systemClock): Operations {
  const entries = new Map<number, Entry>();
  const listeners = new Set<() => void>();
  let last = 0;

  const put = (entry: Entry) => {
    // Kept in the order in which they ended, so that the oldest are removed first.
    entries.delete(entry.operation.number);
    entries.set(entry.operation.number, entry);
    let ended = [...entries.values()].filter(({ endedMs }) => endedMs !== null).length;
    for (const [number, { endedMs }] of entries) {
      if (endedMs === null) continue;
      if (ended > MAX_ENDED || clock.monotonic() - endedMs > KEPT_MS) {
        entries.delete(number);
        ended--;
      }
    }
    for (const listener of listeners) listener();
  };

  return {
    async run(caller, facts, work) {
      const number = ++last;
      const begun = {
        ...NO_FACTS,
        ...facts,
        number,
        state: 'running',
        startedAt: clock.now(),
        endedAt: null,
        txid: null,
        fault: null,
      } as const;
      put({ caller, endedMs: null, operation: begun });
      const end = (change: Partial<Operation>) =>
        put({
          caller,
          endedMs: clock.monotonic(),
          operation: { ...begun, state: 'done', endedAt: clock.now(), ...change },
        });
      try {
        const result = await work();
        end('txid' in result && typeof result.txid === 'string' ? { txid: result.txid } : {});
        return result;
      } catch (error) {
        end({ state: 'failed', fault: noticeOf(error) });
        throw error;
      }
    },
    list: (caller) =>
      [...entries.values()]
        .filter(({ endedMs }) => endedMs === null || clock.monotonic() - endedMs <= KEPT_MS)
        .map((entry) => ({ ...entry.operation, own: entry.caller === caller }))
        .sort((a, b) => b.number - a.number),
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function noticeOf(error: unknown): Operation['fault'] {
  if (!(error instanceof KithError)) return { code: 'internal', message: sentenceFor('internal') };
  return { code: error.code, message: sentenceFor(error.code, error.data, error.message) };
}
