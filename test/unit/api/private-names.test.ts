import { hostname } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { privateNames } from '../../../main/api/private-names.ts';
import { KithError } from '../../../main/lib/errors.ts';
import { createTestFacade, type TestFacade } from '../../contract/facade.ts';

let facade: TestFacade;
beforeAll(async () => (facade = await createTestFacade()));
afterAll(() => facade.close());

const refused = (): never => {
  throw new KithError('contacts-file-newer');
};

test('the names are those of this computer, the data directory and the wallets', () => {
  const wallets = facade.wallets.list().map(({ name }) => name);
  expect(privateNames(facade)).toEqual(
    expect.arrayContaining([hostname(), facade.about.datadir, ...wallets]),
  );
});

test.each(['contacts', 'wallets'] as const)('if the %s cannot be read, the other names remain', (part) => {
  const names = privateNames({ ...facade, [part]: { ...facade[part], list: refused } });
  expect(names).toContain(facade.about.datadir);
});
