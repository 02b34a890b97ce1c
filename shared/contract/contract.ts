/**
 * The contract of Kith: the same for the window (MessagePort), the browser and the terminal (WebSocket). Names and
 * shapes stay; procedures and fields may be added. It imports only from this folder, so that a page can use its types
 * at no cost.
 */
import type { ContractRouterClient } from '@orpc/contract';
import { chainContract } from './chain.ts';
import { contactsContract } from './contacts.ts';
import { mempoolContract } from './mempool.ts';
import { metricsContract } from './metrics.ts';
import { miningContract } from './mining.ts';
import { networkContract } from './network.ts';
import { networksContract } from './networks.ts';
import { nodeContract } from './node.ts';
import { operationsContract } from './operations.ts';
import { peersContract } from './peers.ts';
import { settingsContract } from './settings.ts';
import { walletContract } from './wallet.ts';

export const contract = {
  node: nodeContract,
  operations: operationsContract,
  network: networkContract,
  networks: networksContract,
  peers: peersContract,
  chain: chainContract,
  mempool: mempoolContract,
  wallet: walletContract,
  contacts: contactsContract,
  mining: miningContract,
  metrics: metricsContract,
  settings: settingsContract,
};

export type Contract = typeof contract;
/** The type of a carrier's client; it is the same for the page and the terminal. */
export type KithClient = ContractRouterClient<Contract>;
