import { call } from '@orpc/server';
import { expect, test } from 'vitest';
import type { ApiContext, HandlerDeps } from '../../../main/api/base.ts';
import { createOfflineHandlers } from '../../../main/api/offline-handlers.ts';
import type { PaymentFileView } from '../../../shared/contract/payment-files.ts';

const VIEW: PaymentFileView = {
  wallet: 'watch',
  canSign: false,
  txid: 'ab'.repeat(32),
  note: '',
  fee: 100,
  feerate: 1,
  inputs: [],
  outputs: [],
  expires: 0,
  signed: 1,
  complete: true,
  signers: [],
  warnings: [{ code: 'never-expires', message: 'This payment never expires.' }],
};
const SPLIT = { code: 'network-split', message: 'The network is split.' };

const CONDITION = {
  notices: [SPLIT],
  peers: 1,
  phase: 'synced',
  progress: 1,
  etaSeconds: null,
  etaRange: null,
  clock: null,
  stall: null,
  history: null,
};

/** The warnings of a payment file on a node whose network is split. */
async function warningsOf(view: PaymentFileView): Promise<string[]> {
  const tip = { id: 'cd'.repeat(32), height: 9, time: 1_000 };
  const node = {
    network: { name: 'regtest', idHex: 'ef'.repeat(32), params: { retarget: false } },
    about: { version: '1', startedAt: 0 },
    chain: { tip: () => tip, bestHeader: () => tip },
    peers: { peerId: 'peer', addresses: () => [] },
    mempool: { summary: () => ({ count: 0 }) },
    condition: () => CONDITION,
    wallets: { inspectPayment: () => Promise.resolve(view) },
  };
  const { inspectPayment } = createOfflineHandlers({ node } as unknown as HandlerDeps);
  const context = {} as ApiContext;
  const { warnings } = await call(inspectPayment, { payment: '00' }, { context });
  return warnings.map(({ code }) => code);
}

test('a signed payment file is shown with the alarms of the node, which are confirmed by sending it', async () => {
  expect(await warningsOf(VIEW)).toEqual(['alarm-network-split', 'never-expires']);
});

test('a payment file that is still to be signed has none: the computer that signs may have no connection', async () => {
  expect(await warningsOf({ ...VIEW, complete: false })).toEqual(['never-expires']);
});
