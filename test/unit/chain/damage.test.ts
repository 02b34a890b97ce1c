import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import {
  chainFiles,
  createDamageWorld,
  damages,
  type DamageWorld,
  recover,
  standAlone,
} from '../../support/damage.ts';

let world: DamageWorld;
beforeAll(async () => {
  world = await createDamageWorld(REGTEST_NETWORK, 1, 36);
});

/** Names are the same for everybody: LevelDB counts its files, and so do we. */
const FILES = [
  'chain/*.ldb',
  'chain/*.log',
  'chain/MANIFEST',
  'chain/CURRENT',
  'blocks/',
  'undo/',
  'chain/LO',
];
const matches = (file: string, pattern: string) => {
  const [folder, name] = pattern.split('/') as [string, string];
  return file.startsWith(`${folder}/`) && file.slice(folder.length + 1).includes(name.replace('*', ''));
};

test('the test corrupts every file of a chain', () => {
  const files = chainFiles(world.directory);
  for (const pattern of FILES)
    expect(files.filter((file) => matches(file, pattern)).length, pattern).toBeGreaterThan(0);
  expect(files.filter((file) => !FILES.some((pattern) => matches(file, pattern)))).toEqual([]);
  for (const folder of ['blocks', 'undo'])
    expect(readdirSync(join(world.directory, folder)).length).toBeGreaterThan(2);
});

test.each(FILES)(
  '%s deleted, cut, flipped, zeroed: the same coins in the end, by whatever way',
  async (pattern) => {
    for (const file of chainFiles(world.directory).filter((each) => matches(each, pattern)))
      for (const damage of damages(1))
        expect({ file, damage: damage.name, ...(await recover(world, file, damage)) }).toMatchObject({
          end: 'equal',
        });
  },
  120_000,
);

test.each(FILES)(
  '%s hurt, with nobody to ask: the same chain, or a part of it and a word about that',
  async (pattern) => {
    for (const file of chainFiles(world.directory).filter((each) => matches(each, pattern)))
      for (const damage of damages(1)) {
        const alone = await standAlone(world, file, damage);
        expect({ file, damage: damage.name, ...alone }).toMatchObject({
          end: expect.stringMatching(/^(?:equal|told)$/) as string,
        });
        // Only what the lost bytes themselves said may be missing: the database says nothing that blocks don't.
        if (!file.startsWith('blocks/'))
          expect({ file, damage: damage.name, ...alone }).toMatchObject({ end: 'equal' });
      }
  },
  120_000,
);
