import { expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { systemClock } from '../../../main/lib/clock.ts';
import { createEmitter } from '../../../main/lib/events.ts';
import { createPool, type PoolEvents } from '../../../main/mempool/pool.ts';
import { createReorgReadd } from '../../../main/mempool/reorg-readd.ts';
import { silent } from '../../support/chain/test-chain.ts';

/** A block with one transaction besides its coinbase. */
const { genesis } = REGTEST_NETWORK;
const block = { ...genesis, transactions: [genesis.transactions[0]!, genesis.transactions[0]!] };

function fail(error: unknown): never {
  throw error;
}

test('a reorganisation that is over while a run of re-adds ends has its transactions re-added too', async () => {
  for (let turns = 0; turns < 30; turns++) {
    const events = createEmitter<PoolEvents>(fail);
    let admitted = 0;
    const readd = createReorgReadd({
      pool: createPool({ clock: systemClock, events, floorHalfLife: 1 }),
      admission: {
        admitNow: () => undefined,
        async admit() {
          admitted++;
          return null;
        },
      },
      events,
      clock: systemClock,
      log: silent,
    });
    readd.disconnected(block);
    readd.settled();
    for (let i = 0; i < turns; i++) await Promise.resolve();
    readd.disconnected(block);
    readd.settled();
    await readd.idle();
    expect(admitted, `after ${turns} turns`).toBe(2);
  }
});
