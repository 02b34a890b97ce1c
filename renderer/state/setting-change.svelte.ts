import type { NodeSettings, NodeSettingsChange } from '../../shared/contract/settings.ts';
import type { SettingName } from '../../shared/setting-labels.ts';
import { createAction } from './action.svelte.ts';
import { useApp } from './app.svelte.ts';
import { isSettingFixed } from '../format/setting-origin.ts';

/** Changing one setting of the node. */
export interface SettingChange<Name extends SettingName> {
  /** Null until the node has answered. */
  readonly setting: NodeSettings['values'][Name] | null;
  /** Nothing can be changed: it is being changed, or its source has priority. */
  readonly disabled: boolean;
  readonly problem: string | null;
  /** Null: the default. */
  set(value: NodeSettingsChange[Name]): Promise<void>;
}

/** Must be called inside a component. */
export function createSettingChange<Name extends SettingName>(nameOf: () => Name): SettingChange<Name> {
  const { settings } = useApp();
  const action = createAction();
  const setting = $derived<NodeSettings['values'][Name] | null>(settings.current?.values[nameOf()] ?? null);
  return {
    get setting() {
      return setting;
    },
    get disabled() {
      return action.busy || setting === null || isSettingFixed(setting.source);
    },
    get problem() {
      return action.problem?.sentence ?? null;
    },
    async set(value) {
      await action.run(() => settings.change({ [nameOf()]: value }));
    },
  };
}
