import { remember, remembered } from './memory.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type ThemeName = (typeof THEMES)[number];

/** Light, dark, or the setting of the system. */
export interface Theme {
  name: ThemeName;
}

export function createTheme(): Theme {
  const saved = remembered('theme');
  let name = $state<ThemeName>(THEMES.find((theme) => theme === saved) ?? 'system');
  apply(name);
  return {
    get name() {
      return name;
    },
    set name(next) {
      name = next;
      apply(next);
      remember('theme', next);
    },
  };
}

function apply(name: ThemeName): void {
  if (name === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = name;
}
