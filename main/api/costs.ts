import type { Contract } from '../../shared/contract/contract.ts';
import { createFairLimit, type FairLimit, type FairLimits } from '../lib/fair-limit.ts';

/**
 * The cost of a call. `keys`: key derivation, which takes 64 MiB and 250 ms of a thread that disk access needs as well.
 * `work`: reads blocks, the history of a wallet, or coins, for up to tens of milliseconds on the thread of the node.
 * `large`: like `work`, and the request itself may have 2 MB. `light`: a few milliseconds. Password attempts run one at
 * a time over all clients (wallet/password-attempts.ts).
 */
export type Cost = 'light' | 'work' | 'large' | 'keys';

/** Every procedure of the contract, such as `wallet.history`. */
export type Procedure = {
  [Area in keyof Contract]: `${Area}.${keyof Contract[Area] & string}`;
}[keyof Contract];

/** The cost of every procedure. A procedure without a cost does not compile. */
export const COSTS: Readonly<Record<Procedure, Cost>> = {
  'node.status': 'light',
  'node.watch': 'light',
  'node.shutdown': 'light',
  'node.restart': 'light',
  'node.joinLink': 'light',
  'node.about': 'light',
  'node.log': 'light',
  'node.watchLog': 'light',
  'node.diagnosis': 'work',
  'operations.list': 'light',
  'operations.watch': 'light',
  'network.activity': 'light',
  'network.info': 'light',
  'network.reachability': 'light',
  'network.testReachability': 'light',
  'network.countryData': 'light',
  'network.knownAddresses': 'work',
  'network.arrivals': 'work',
  'networks.list': 'light',
  'networks.watch': 'light',
  'networks.preview': 'light',
  'networks.create': 'light',
  'networks.open': 'light',
  'networks.demo': 'light',
  'networks.share': 'light',
  'peers.list': 'light',
  'peers.add': 'light',
  'peers.remove': 'light',
  'peers.ban': 'light',
  'peers.unban': 'light',
  'peers.bans': 'light',
  'peers.journal': 'light',
  'peers.watch': 'light',
  'chain.tip': 'light',
  'chain.header': 'light',
  'chain.block': 'work',
  'chain.transaction': 'work',
  'chain.coin': 'light',
  'chain.submit': 'large',
  'chain.watch': 'light',
  'chain.stats': 'work',
  'chain.next': 'light',
  'chain.upgrades': 'light',
  'chain.recent': 'work',
  'mempool.summary': 'light',
  'mempool.feerates': 'light',
  'mempool.projection': 'work',
  'mempool.list': 'work',
  'mempool.submit': 'large',
  'mempool.watch': 'light',
  'wallet.backup': 'keys',
  // Waits for a dialog on the desktop.
  'wallet.saveBackup': 'light',
  'wallet.checkBackup': 'keys',
  'wallet.inspectBackup': 'keys',
  'wallet.restoreBackup': 'keys',
  'wallet.create': 'keys',
  'wallet.restore': 'keys',
  'wallet.list': 'light',
  'wallet.watchList': 'light',
  'wallet.unlock': 'light',
  'wallet.lock': 'light',
  'wallet.exportHistory': 'light',
  'wallet.exportLabels': 'light',
  'wallet.importLabels': 'work',
  'wallet.settings': 'light',
  'wallet.changeSettings': 'work',
  'wallet.delete': 'light',
  'wallet.balance': 'light',
  'wallet.address': 'light',
  'wallet.newAddress': 'work',
  'wallet.requests': 'work',
  'wallet.createRequest': 'work',
  'wallet.deleteRequest': 'work',
  'wallet.quote': 'work',
  'wallet.prepare': 'work',
  'wallet.readBatch': 'large',
  'wallet.prepareFaster': 'work',
  'wallet.prepareConsolidation': 'work',
  'wallet.confirm': 'light',
  'wallet.approve': 'light',
  'wallet.send': 'light',
  'wallet.history': 'work',
  'wallet.propagation': 'light',
  'wallet.coins': 'work',
  'wallet.balanceOverTime': 'work',
  'wallet.addresses': 'work',
  'wallet.owners': 'work',
  'wallet.freeze': 'work',
  'wallet.inspect': 'keys',
  'wallet.deleted': 'work',
  'wallet.undelete': 'work',
  'wallet.checkAddress': 'light',
  'wallet.setLabel': 'work',
  'wallet.markPhraseChecked': 'work',
  'wallet.words': 'light',
  'wallet.changePassword': 'keys',
  'wallet.signMessage': 'light',
  'wallet.verifyMessage': 'light',
  'wallet.provePayment': 'work',
  'wallet.verifyProof': 'work',
  'wallet.rescan': 'work',
  'wallet.cancelRescan': 'work',
  'wallet.search': 'light',
  'wallet.exportKeys': 'work',
  'wallet.inspectKeys': 'large',
  'wallet.createWatchOnly': 'large',
  'wallet.addKeys': 'large',
  'wallet.exportPayment': 'work',
  'wallet.inspectPayment': 'large',
  'wallet.signPayment': 'large',
  'wallet.approveSigning': 'large',
  'wallet.combinePayments': 'large',
  'wallet.createAccount': 'keys',
  'wallet.findAccounts': 'keys',
  'wallet.createSetup': 'large',
  'wallet.joinSetup': 'large',
  'wallet.exportSetup': 'work',
  'wallet.inspectSetup': 'large',
  'wallet.broadcastPayment': 'large',
  'wallet.watch': 'light',
  'contacts.list': 'work',
  'contacts.put': 'work',
  'contacts.remove': 'work',
  'contacts.watch': 'light',
  'mining.start': 'work',
  'mining.stop': 'light',
  'mining.pause': 'light',
  'mining.status': 'light',
  'mining.template': 'work',
  'mining.generate': 'light',
  'mining.watch': 'light',
  'metrics.range': 'work',
  'metrics.watch': 'light',
  'settings.get': 'light',
  'settings.set': 'light',
  'settings.watch': 'light',
};

/**
 * For each cost: how many calls of all connections may run at the same time, and how many may wait. The page has only
 * a few open at a time.
 */
export const CALL_LIMITS: Readonly<Record<Exclude<Cost, 'light'>, FairLimits>> = {
  work: { maxRunning: 4, waitingOfOwner: 128, waiting: 512 },
  large: { maxRunning: 4, waitingOfOwner: 16, waiting: 64 },
  keys: { maxRunning: 1, waitingOfOwner: 32, waiting: 128 },
};

export type CallLimits = (procedure: string) => FairLimit | null;

/** The limits of one node, shared by all its carriers. A call beyond them fails with `api-busy`. */
export function createCallLimits(): CallLimits {
  const limits = {
    work: createFairLimit(CALL_LIMITS.work, 'api-busy'),
    large: createFairLimit(CALL_LIMITS.large, 'api-busy'),
    keys: createFairLimit(CALL_LIMITS.keys, 'api-busy'),
  };
  return (procedure) => {
    const cost = COSTS[procedure as Procedure];
    return cost === 'light' ? null : limits[cost];
  };
}
