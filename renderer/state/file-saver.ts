import type { SavedName } from '../../shared/saved-files.ts';
import type { Desktop } from './desktop.svelte.ts';
import { offerFile } from './save-file.ts';
import type { Toasts } from './toasts.svelte.ts';

/**
 * Offers a file. True once it is saved in the desktop app, and in a browser as soon as it is offered, because the browser itself
 * shows its downloads. False if the user cancelled, or if it could not be saved; the reason is shown.
 */
export type SaveFile = (
  name: SavedName | `${string}.kithbackup`,
  content: string | Blob | { readonly hex: string },
  type?: string,
) => Promise<boolean>;

export const createFileSaver =
  (desktop: Pick<Desktop, 'fileEnds'>, toasts: Toasts): SaveFile =>
  async (name, content, type) => {
    const end = await desktop.fileEnds(offerFile(name, content, type));
    if (end?.problem) toasts.say(end.problem.message, 'bad', 'save');
    return end === null || end.saved;
  };
