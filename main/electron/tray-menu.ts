import type { MenuItemConstructorOptions } from 'electron';
import { type AmountStyle, restyled } from '../../shared/amount-style.ts';
import type { NodeStatus } from '../../shared/contract/node.ts';
import { PHASE_LABELS } from '../../shared/phases.ts';
import { money } from './confirm-text.ts';
import type { NodeView } from './node-client.ts';

export interface TrayFacts {
  readonly view: NodeView;
  /** The balance is hidden until the user asks for it: other persons may see the screen. */
  readonly balanceShown: boolean;
  /** The user hides all amounts, so the menu does not offer the balance. */
  readonly amountsHidden: boolean;
  readonly style: AmountStyle;
}

export interface TrayActions {
  readonly open: () => void;
  readonly showBalance: (shown: boolean) => void;
  readonly pauseMining: (paused: boolean) => void;
  readonly quit: () => void;
}

/** The state of the sync in a few words; also the tooltip of the icon. */
export function syncLine(status: NodeStatus | null): string {
  if (status === null) return 'The node is not running';
  const peers = `${status.peers} ${status.peers === 1 ? 'peer' : 'peers'}`;
  if (status.phase === 'synced') return `${PHASE_LABELS.synced}, ${peers}`;
  const percent = Math.floor(status.progress * 100);
  return `${PHASE_LABELS[status.phase]}${percent > 0 ? `, ${percent} %` : ''}, ${peers}`;
}

export function trayTemplate(
  { view, balanceShown, amountsHidden, style }: TrayFacts,
  { open, showBalance, pauseMining, quit }: TrayActions,
): MenuItemConstructorOptions[] {
  const wallets = [...view.wallets.values()];
  const available = wallets.reduce((sum, { balance }) => sum + balance.available, 0);
  const balance: MenuItemConstructorOptions[] = [
    ...(balanceShown ? [{ label: restyled(`Available: ${money(available)}`, style), enabled: false }] : []),
    { label: balanceShown ? 'Hide balance' : 'Show balance', click: () => showBalance(!balanceShown) },
  ];
  return [
    { label: syncLine(view.status), enabled: false },
    { type: 'separator' },
    { label: 'Open Kith', click: open },
    ...(wallets.length === 0 || amountsHidden ? [] : balance),
    ...miningItems(view, pauseMining),
    { type: 'separator' },
    { label: 'Quit Kith', click: quit },
  ];
}

function miningItems(
  { mining }: NodeView,
  pauseMining: TrayActions['pauseMining'],
): MenuItemConstructorOptions[] {
  if (mining === null || !mining.running) return [];
  const isPaused = mining.paused?.code === 'mining-paused-user';
  return [
    {
      label: isPaused ? 'Continue mining' : 'Pause mining',
      click: () => pauseMining(!isPaused),
    },
  ];
}
