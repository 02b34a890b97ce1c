import { expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { violation } from '../../../main/core/violation.ts';
import { systemClock } from '../../../main/lib/clock.ts';
import { createOrphanRetry } from '../../../main/mempool/orphan-retry.ts';
import type { Orphan } from '../../../main/mempool/orphans.ts';
import { silent } from '../../support/chain/test-chain.ts';

const { bytes } = REGTEST_NETWORK.genesis.transactions[0]!;
const orphanOf = (parent: string): Orphan => ({
  wid: parent,
  txid: parent,
  bytes,
  missing: [parent],
  sources: new Set(['peer']),
  until: 0,
});

test('an orphan whose parent arrives while a run of retries ends is retried too', async () => {
  for (let turns = 0; turns < 30; turns++) {
    const kept = new Map(['first', 'second'].map((parent) => [parent, orphanOf(parent)]));
    const removed: string[] = [];
    const retry = createOrphanRetry({
      orphans: {
        size: kept.size,
        get: (wid) => kept.get(wid),
        waitingFor: (parent) => [kept.get(parent)!],
        remove: (wid) => void removed.push(wid),
      },
      admission: { admit: async () => violation('tx-signature') },
      rejected: () => undefined,
      clock: systemClock,
      log: silent,
    });
    retry.arrived('first');
    for (let i = 0; i < turns; i++) await Promise.resolve();
    retry.arrived('second');
    await retry.idle();
    expect(removed, `after ${turns} turns`).toEqual(['first', 'second']);
  }
});
