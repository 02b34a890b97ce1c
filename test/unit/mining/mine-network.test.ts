import { expect, test } from 'vitest';
import { MAIN_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { mineNetwork } from '../../../main/mining/mine-network.ts';
import { powHash } from '../../support/chain/test-chain.ts';

const CHARTER = { name: 'ours', spacing: 1, defaultPort: 4000, bootstrap: [] };

test.each([0, 86_400, MAIN_NETWORK.genesis.header.time - 1])(
  'no network is created with a clock that shows %i, before there was this software',
  async (now) => {
    await expect(mineNetwork(CHARTER, powHash, now)).rejects.toMatchObject({ code: 'clock-wrong' });
  },
);
