import { expect, test } from 'vitest';
import { toHex } from '../../../../main/core/codec/hex.ts';
import { createTransaction } from '../../../../main/core/primitives/transaction.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import {
  createTransactionRelay,
  type TransactionRelayDeps,
} from '../../../../main/net/relay/transaction-relay.ts';
import type { Motes } from '../../../../shared/units.ts';
import { silent } from '../../../support/chain/test-chain.ts';
import { createRandom } from '../../../support/random.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const payment = createTransaction({
  version: 1,
  validFrom: 1,
  expires: 0,
  inputs: [{ txid: new Uint8Array(32).fill(1), index: 0 }],
  outputs: [{ amount: 1 as Motes, lockType: 0, lock: new Uint8Array(32) }],
  witness: [new Uint8Array(64)],
});

const peer = (id: string, kind: Peer['kind'], services: readonly string[]) =>
  ({ id, kind, hello: { services } }) as unknown as Peer;

test('only peers that relay transactions are counted among those that have a payment', () => {
  const peers = [
    peer('relays', 'full-relay', ['relay']),
    peer('blocks', 'block-only', ['relay']),
    peer('silent', 'inbound', []),
  ];
  const counted: string[] = [];
  const relay = createTransactionRelay({
    mempool: { has: () => true } as unknown as TransactionRelayDeps['mempool'],
    gossip: { publish: async () => undefined } as unknown as TransactionRelayDeps['gossip'],
    topic: 'transactions',
    peers: {
      list: () => peers,
      get: (id) => peers.find((each) => each.id === id),
      report: () => undefined,
    },
    onRefused: () => undefined,
    onSeen: (txid) => void counted.push(txid),
    hideOrigin: () => false,
    clock: turnedClock(),
    log: silent,
    random: createRandom(1),
  });
  relay.announce(payment);
  for (const id of ['blocks', 'silent', 'left']) {
    relay.served(toHex(payment.wid), id);
    relay.receivedFromOrigin(payment, id);
  }
  expect(relay.seenBy(payment.txidHex)).toBe(0);
  expect(relay.spreadOf(payment.txidHex)).toMatchObject({ fetched: 0, announced: 0, halfAfterMs: null });

  relay.served(toHex(payment.wid), 'relays');
  expect(relay.seenBy(payment.txidHex)).toBe(1);
  expect(relay.spreadOf(payment.txidHex)).toMatchObject({ fetched: 1, announced: 0, halfAfterMs: 0 });
  expect(counted).toEqual([payment.txidHex]);
});
