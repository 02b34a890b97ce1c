import { afterEach, expect, test } from 'vitest';
import { findUpgradeNotices } from '../../../main/api/upgrade-notices.ts';
import { BASE_VERSION } from '../../../main/core/consensus/deployments.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import { extend, openTestChain } from '../../support/chain/test-chain.ts';

let chain: Chain;
afterEach(() => chain.close());

const mine = async (blocks: number, version: number) => {
  for (let i = 0; i < blocks; i++) await extend(chain, { header: { version } });
};

test('a rule is reported from its first signal to its first block, with the share of signals at each step', async () => {
  chain = await openTestChain();
  const rule = () => chain.upgrades().upgrades[0]!;
  expect(chain.upgrades()).toMatchObject({ period: 20, threshold: 18, periodStart: 0, blocks: 1, window: 0 });
  await mine(24, BASE_VERSION | 1);
  expect(chain.upgrades()).toMatchObject({ periodStart: 20, blocks: 5, window: 20, unknown: [] });
  expect(rule()).toMatchObject({ name: 'policy-lock', state: 'started', signalled: 5, recent: 20 });
  expect(rule().activeAt).toBeNull();
  await mine(4, BASE_VERSION);
  expect(rule()).toMatchObject({ signalled: 5, recent: 16 });
  await mine(12, BASE_VERSION | 1);
  expect(rule()).toMatchObject({ state: 'started' });
  await mine(20, BASE_VERSION | 1);
  expect(rule()).toMatchObject({ state: 'locked-in', since: 60, activeAt: 100 });
  await mine(40, BASE_VERSION);
  expect(chain.tip().height).toBe(100);
  expect(rule()).toMatchObject({ state: 'active', activeAt: 100, recent: 0 });
});

test('unknown version bits are counted, and reported when most blocks signal one', async () => {
  chain = await openTestChain();
  await mine(8, BASE_VERSION | (1 << 7));
  expect(chain.upgrades().unknown).toEqual([{ bit: 7, recent: 8 }]);
  // Too few blocks to say anything.
  expect(findUpgradeNotices(chain.upgrades())).toEqual([]);
  await mine(8, BASE_VERSION);
  expect(findUpgradeNotices(chain.upgrades())).toEqual([]);
  await mine(11, BASE_VERSION | (1 << 7));
  expect(findUpgradeNotices(chain.upgrades())).toEqual([
    {
      code: 'upgrade-unknown',
      message:
        'Miners signal an upgrade that this version of Kith does not know, in 12 of the newest 20 blocks. Update Kith before the upgrade becomes active.',
    },
  ]);
});
