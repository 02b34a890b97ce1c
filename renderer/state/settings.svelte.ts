import type { NodeSettings, NodeSettingsChange } from '../../shared/contract/settings.ts';
import type { Connection } from './connection.svelte.ts';
import { follow } from './follow.ts';

/** The settings of the node, live. */
export interface SettingsState {
  /** Null until the first answer. */
  readonly current: NodeSettings | null;
  /** Stores and applies the changes; rejects with the reason. */
  change(change: NodeSettingsChange): Promise<void>;
  restart(): Promise<void>;
}

export function createSettingsState(connection: Connection): SettingsState {
  let current = $state.raw<NodeSettings | null>(null);
  follow(
    connection,
    (signal) => connection.client.settings.watch({}, { signal }),
    (settings) => {
      current = settings;
    },
  );
  return {
    get current() {
      return current;
    },
    async change(change) {
      current = await connection.client.settings.set(change);
    },
    async restart() {
      await connection.client.node.restart({});
    },
  };
}
