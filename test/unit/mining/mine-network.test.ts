import { expect, test } from 'vitest';
import { MAIN_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { mineNetwork } from '../../../main/mining/mine-network.ts';
import { powHash } from '../../support/chain/test-chain.ts';

const PARAMETERS = { name: 'ours', spacing: 1, defaultPort: 4000, bootstrap: [] };

test.each([0, 86_400, MAIN_NETWORK.genesis.header.time - 1])(
  'no network is created while the clock shows %i, a time before the software existed',
  async (now) => {
    await expect(mineNetwork(PARAMETERS, powHash, now)).rejects.toMatchObject({ code: 'clock-wrong' });
  },
);
