import { createContext } from 'svelte';
import type { SettingId } from '../../format/settings-index.ts';

/** Which settings the search shows. */
export interface Found {
  shows(id: SettingId): boolean;
}

export const [useFound, provideFound] = createContext<Found>();
