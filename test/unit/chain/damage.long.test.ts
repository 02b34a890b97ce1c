import { expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { chainFiles, createDamageWorld, damages, recover, standAlone } from '../../support/damage.ts';

test.each([11, 12, 13])(
  'seed %i: a node starts with every file corrupted in a dozen places and in every way',
  async (seed) => {
    const world = await createDamageWorld(REGTEST_NETWORK, seed);
    for (const file of chainFiles(world.directory))
      for (const damage of damages(12)) {
        expect({ file, damage: damage.name, ...(await recover(world, file, damage)) }).toMatchObject({
          end: 'equal',
        });
        expect({ file, damage: damage.name, ...(await standAlone(world, file, damage)) }).toMatchObject({
          end: expect.stringMatching(/^(?:equal|told)$/) as string,
        });
      }
  },
);
