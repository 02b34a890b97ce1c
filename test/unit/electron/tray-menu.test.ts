import { type AmountStyle, PLAIN_STYLE } from '../../../shared/amount-style.ts';
import { expect, test } from 'vitest';
import type { MiningStatus } from '../../../shared/contract/mining.ts';
import type { NodeStatus } from '../../../shared/contract/node.ts';
import type { WalletView } from '../../../shared/contract/wallet.ts';
import type { NodeView } from '../../../main/electron/node-client.ts';
import { syncLine, type TrayActions, trayTemplate } from '../../../main/electron/tray-menu.ts';

const status = (fields: Partial<NodeStatus>): NodeStatus =>
  ({ phase: 'synced', progress: 1, peers: 5, warnings: [], ...fields }) as NodeStatus;
const wallet = (available: number): WalletView =>
  ({ name: 'Everyday', balance: { available } }) as WalletView;
const mining = (fields: Partial<MiningStatus>): MiningStatus =>
  ({ running: true, paused: null, ...fields }) as MiningStatus;

function aMenu(
  view: Partial<NodeView>,
  balanceShown = false,
  amountsHidden = false,
  style: AmountStyle = PLAIN_STYLE,
) {
  const done: string[] = [];
  const actions: TrayActions = {
    open: () => done.push('open'),
    showBalance: (shown) => done.push(`balance ${shown}`),
    pauseMining: (paused) => done.push(`pause ${paused}`),
    quit: () => done.push('quit'),
  };
  const facts = {
    view: { status: null, mining: null, wallets: new Map<string, WalletView>(), ...view },
    balanceShown,
    amountsHidden,
    style,
  };
  const items = trayTemplate(facts, actions);
  const labels = items.flatMap(({ label }) => label ?? []);
  const click = (label: string) =>
    items.find((item) => item.label === label)!.click!({} as never, undefined, {});
  return { labels, click, done };
}

test.each([
  [null, 'The node is not running'],
  [status({}), 'Synced, 5 peers'],
  [status({ peers: 1 }), 'Synced, 1 peer'],
  [status({ phase: 'blocks', progress: 0.459 }), 'Downloading and checking blocks, 45 %, 5 peers'],
  [status({ phase: 'finding-peers', progress: 0, peers: 0 }), 'Looking for peers, 0 peers'],
])('the menu shows the state of the sync in a few words', (given, line) => {
  expect(syncLine(given)).toBe(line);
});

test('without wallet and mining the menu opens and quits Kith', () => {
  const { labels, click, done } = aMenu({ status: status({}) });
  expect(labels).toEqual(['Synced, 5 peers', 'Open Kith', 'Quit Kith']);
  click('Open Kith');
  click('Quit Kith');
  expect(done).toEqual(['open', 'quit']);
});

test('the balance of all wallets is hidden until the user asks for it', () => {
  const wallets = new Map([
    ['a', wallet(150_000_000)],
    ['b', wallet(100_000_000)],
  ]);
  const hidden = aMenu({ wallets });
  expect(hidden.labels.join()).not.toContain('2.5');
  hidden.click('Show balance');
  expect(hidden.done).toEqual(['balance true']);
  const shown = aMenu({ wallets }, true);
  expect(shown.labels).toContain('Available: 2.5 KITH');
  const inCommas = aMenu({ wallets }, true, false, { mark: ',', unit: 'KITH' });
  expect(inCommas.labels).toContain('Available: 2,5 KITH');
  shown.click('Hide balance');
  expect(shown.done).toEqual(['balance false']);
});

test('mining can be paused while it runs, and continued when the user paused it', () => {
  expect(aMenu({ mining: mining({ running: false }) }).labels.join()).not.toMatch(/mining/);
  const running = aMenu({ mining: mining({}) });
  running.click('Pause mining');
  const paused = aMenu({ mining: mining({ paused: { code: 'mining-paused-user', message: '' } }) });
  paused.click('Continue mining');
  expect([...running.done, ...paused.done]).toEqual(['pause true', 'pause false']);
  // Paused for another reason: the user can still pause it.
  expect(aMenu({ mining: mining({ paused: { code: 'sync-unfinished', message: '' } }) }).labels).toContain(
    'Pause mining',
  );
});
