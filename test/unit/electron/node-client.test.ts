import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRouter } from '../../../main/api/router.ts';
import { createNodeClient, type NodeClient } from '../../../main/electron/node-client.ts';
import { silentLog } from '../../../main/lib/log.ts';
import { createPortHost } from '../../../main/rpc/worker-port.ts';
import { createTestFacade, type TestFacade } from '../../contract/facade.ts';

let node: TestFacade;
let client: NodeClient;
let close: () => void;

beforeEach(async () => {
  node = await createTestFacade();
  client = createNodeClient((error) => expect.fail(String(error)));
  close = serve();
});
afterEach(async () => {
  client.close();
  close();
  await node.close();
});

/** Serves the node on a new port, and connects the client to it. */
function serve(): () => void {
  const { port1, port2 } = new MessageChannel();
  const router = createRouter({
    node,
    log: silentLog,
    shutdown: () => undefined,
    recentLog: () => [],
    onLogged: () => () => undefined,
  });
  const host = createPortHost({ router: () => router, log: silentLog });
  host.serve(port1);
  client.connect(port2);
  return () => host.close();
}

const create = (name: string) => node.wallets.create({ name, password: 'p', words: 24 });
const told = (name: string): Promise<void> =>
  new Promise((resolve) => client.events.on('wallet', (wallet) => void (wallet.name === name && resolve())));

test('the app follows existing wallets and those that any client creates', async () => {
  await told('mine');
  const created = told('Savings');
  await create('Savings');
  await created;
  expect([...client.view().wallets.keys()]).toEqual(['mine', 'Savings']);
});

test('many wallets are followed without a warning', async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error): void => void warnings.push(warning);
  process.on('warning', warn);
  await told('mine');
  const names = Array.from({ length: 20 }, (_each, n) => `Savings ${n}`);
  const all = Promise.all(names.map(told));
  for (const name of names) await create(name);
  await all;
  process.off('warning', warn);
  expect(warnings).toEqual([]);
});
