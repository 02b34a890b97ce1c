import { isolated } from '../../shared/labels.ts';
import type { AppState } from './app.svelte.ts';
import type { Command } from './commands.ts';
import { toggleAmounts } from './privacy.svelte.ts';
import { problemOf } from './problem.ts';

/** Actions of the command palette that are possible now. */
export function actions(app: AppState, typed: string): Command[] {
  const words = typed.toLowerCase().split(/\s+/);
  return [...mining(app), ...hiding(app), ...appearance(app)].filter((command) =>
    words.every((word) => command.label.toLowerCase().includes(word)),
  );
}

function mining({ client, mining: miner, wallets, toasts }: AppState): Command[] {
  const wallet = wallets.selected;
  const attempt = (work: () => Promise<unknown>, said: string) => async (): Promise<void> => {
    try {
      await work();
      toasts.say(said);
    } catch (error) {
      toasts.say(problemOf(error).sentence, 'bad');
    }
  };
  if (miner.status?.running === true) {
    const stop = attempt(() => client.mining.stop({}), 'Mining is off.');
    const commands: Command[] = [{ id: 'do-stop', group: 'Do', label: 'Stop mining', run: stop }];
    if (miner.status.paused?.code !== 'mining-paused-user') return commands;
    const resume = attempt(() => client.mining.pause({ reason: null }), 'Mining continues.');
    return [{ id: 'do-continue', group: 'Do', label: 'Continue mining', run: resume }, ...commands];
  }
  if (wallet === null) return [];
  const run = attempt(
    () => client.mining.start({ wallet, threads: 1 }),
    `Mining with one thread; rewards go to ${isolated(wallet)}.`,
  );
  return [{ id: 'do-mine', group: 'Do', label: 'Start mining, one thread', run }];
}

function hiding(app: AppState): Command[] {
  const label = app.privacy.hidden ? 'Show amounts' : 'Hide amounts';
  return [{ id: 'do-amounts', group: 'Do', label, run: () => toggleAmounts(app) }];
}

function appearance({ theme }: AppState): Command[] {
  const labels = {
    light: 'Light appearance',
    dark: 'Dark appearance',
    system: 'Same appearance as system',
  } as const;
  return (['light', 'dark', 'system'] as const)
    .filter((name) => name !== theme.name)
    .map((name) => ({
      id: `do-${name}`,
      group: 'Do' as const,
      label: labels[name],
      run: () => {
        theme.name = name;
      },
    }));
}
